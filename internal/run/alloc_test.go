package run

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"onpath/anomaly"
	"onpath/check"
	"onpath/flow"
	"onpath/internal/genload"
)

// load writes a capture of many conversations.
func load(tb testing.TB, name string, scale float64) (path string) {
	path = filepath.Join(tb.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	l, ok := genload.Find(name)
	if !ok {
		tb.Fatalf("no load %s", name)
	}
	if _, err := genload.Write(f, l.Scale(scale), genload.Options{}); err != nil {
		tb.Fatal(err)
	}
	return path
}

// More packets must not mean more allocations: what there are belong to opening,
// to the growing table and to the summary. (Findings allocate as they are raised; the
// load makes mild ones.)
func TestReadDoesNotAllocatePerPacket(t *testing.T) {
	path, states := load(t, "mix", 0.03), filepath.Join(t.TempDir(), "states")
	mallocs := func(count uint64) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		c := Config{Flow: flow.Config{Rules: check.Config{Least: anomaly.Violation}}, Files: []string{path}, Count: count, PacketFile: true, Outputs: []Output{
			{"jsonl", os.DevNull}, {"tsv", os.DevNull}, {TCPStates, states}, {"tcpchain", os.DevNull},
		}}
		if err := Read(quiet(c)); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return after.Mallocs - before.Mallocs
	}
	few, many := mallocs(10000), mallocs(50000)
	if many > few+400 {
		t.Errorf("%d allocations for 10,000 packets, %d for 50,000", few, many)
	}
}

func BenchmarkRead(b *testing.B) {
	for _, format := range []string{"table", "jsonl"} {
		b.Run(format, func(b *testing.B) { benchmarkRead(b, format) })
	}
}

func benchmarkRead(b *testing.B, format string) {
	const count = 50000
	c := quiet(Config{Files: []string{load(b, "mix", 0.03)}, Count: count, Outputs: []Output{{format, os.DevNull}}})
	b.ReportAllocs()
	for b.Loop() {
		if err := Read(c); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*count), "ns/packet")
}
