package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"onpath/anomaly"
	"onpath/check"
	"onpath/flow"
	"onpath/internal/genload"
	"onpath/packet"
	"onpath/record"
	"onpath/source"
)

// capture writes a small form of a workload to a file.
func capture(t *testing.T, name string, packets int) (path string, stats genload.Stats) {
	load, ok := genload.Find(name)
	if !ok {
		t.Fatalf("no workload is called %q", name)
	}
	load = load.Scale(float64(packets) / float64(max(load.Packets, 10*load.Connections)))
	path = filepath.Join(t.TempDir(), name+".pcap")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if stats, err = genload.Write(f, load, genload.Options{Seed: 1}); err != nil {
		t.Fatal(err)
	}
	return path, stats
}

// TestProgramsAgree holds every program to what the generator knows: speeds are
// worth comparing only where the work is the same.
func TestProgramsAgree(t *testing.T) {
	for _, load := range []string{"bulk", "small", "many", "flood"} {
		path, want := capture(t, load, 20_000)
		for _, p := range programs {
			got, err := p.run(path)
			if err != nil {
				t.Fatalf("%s over %s: %v", p.name, load, err)
			}
			if got.Packets != 0 && got.Packets != want.Frames {
				t.Errorf("%s over %s: %d packets, want %d", p.name, load, got.Packets, want.Frames)
			}
			if got.Live != 0 && got.Connections != want.Connections {
				t.Errorf("%s over %s: %d connections, want %d", p.name, load, got.Connections, want.Connections)
			}
		}
	}
}

// TestNoAllocationPerPacket counts the allocations of reader, decoder and table
// over thousands of packets.
func TestNoAllocationPerPacket(t *testing.T) {
	for _, load := range []string{"bulk", "many", "mix"} {
		path, stats := capture(t, load, 60_000)
		r, err := source.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		rules := check.Config{Least: anomaly.Violation} // a finding that is kept takes memory
		table := flow.New(flow.Config{Rules: rules}, func(*record.Record) {})
		decoder, frame, view := packet.NewDecoder(packet.Config{}), packet.Frame{}, packet.View{}
		observe := func(n uint64) {
			for range n {
				if err := r.Next(&frame); err != nil {
					t.Fatal(err)
				}
				decoder.Decode(&frame, &view)
				table.Observe(&view)
			}
		}
		observe(stats.Frames * 9 / 10)
		before := table.Stats().Begun
		allocs := allocations(func() { observe(stats.Frames / 20) })
		if begun := table.Stats().Begun - before; allocs > 4+begun/256 { // the runtime's own, and slabs
			t.Errorf("%s: %d allocations in %d packets, %d new connections", load, allocs, stats.Frames/20, begun)
		}
	}
}

// allocations counts those of one call of f.
func allocations(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs
}

func TestCheckFindsWhatIsBroken(t *testing.T) {
	load, _ := genload.Find("many")
	good := measure{result: result{Packets: 1000, Live: 10}, Allocs: 1, Heap: shared + 6600}
	bad := good
	bad.Heap += 10
	for want, m := range []measure{good, bad} {
		var out bytes.Buffer
		tab := table{load: load, order: []string{"quiet"}, runs: map[string][]measure{"quiet": {m}}}
		if broken := tab.check(&out); broken != want || (out.Len() > 0) != (want > 0) {
			t.Errorf("%d limits are broken, want %d: %s", broken, want, &out)
		}
	}
}
