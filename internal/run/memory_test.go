package run

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"runtime"
	"testing"

	"onpath/compat/netfilter"
	"onpath/internal/metrics"
)

// configs are what memory is divided for.
func configs() (all []Config) {
	for i := range 128 {
		var c Config
		if i&64 != 0 {
			c.Shards = 3
		}
		if i&1 != 0 {
			c.Capture.Interfaces = []string{"a", "b"}
		}
		if i&2 != 0 {
			c.Evidence.Dir = "evidence"
		}
		if i&4 != 0 {
			c.Outputs = []Output{{"jsonl", "a"}, {Pcapng, "b"}, {"tcpchain", "c"}, {TCPStates, "d"}}
		}
		if i&8 != 0 {
			c.Netfilter = &netfilter.Config{Helpers: []netfilter.Attach{{Helper: "ftp"}}}
		}
		if i&16 != 0 {
			c.Metrics = metrics.Config{Addr: ":9477"}
		}
		if i&32 != 0 {
			c.Flow.Rules.Overlap, c.Evidence.Memory = 16*mib, 8*mib
		}
		all = append(all, c)
	}
	return all
}

// TestDivide: what the parts get fits into the whole, and one octet of them more for each
// connection that there is room for does not.
func TestDivide(t *testing.T) {
	for i, c := range configs() {
		for whole := int64(32 * mib); whole < 20<<30; whole += whole/3 + 12345 {
			c := c
			c.Memory = whole
			if err := c.Divide(); err != nil {
				continue
			}
			n := c.Flow.MaxConnections
			used := c.takes(n)
			for j := range parts {
				_, takes := parts[j].of(&c, whole)
				used += takes
			}
			if used > whole || n < fewConnections || c.heap() < used-whole/3 || c.takes(n+1)-c.takes(n) <= whole-used {
				t.Errorf("configuration %d, %s: %s are used with %d connections", i, mebi(whole), mebi(used), n)
			}
		}
	}
}

// TestFewShards: shards that nobody asked for take a quarter of the whole at most, and none
// is too little for them that is enough for one table.
func TestFewShards(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(16))
	for whole, want := range map[int64]int{96 * mib: 1, 128 * mib: 1, 256 * mib: 2, 512 * mib: 5, 4096 * mib: 8} {
		c := Config{Memory: whole, Capture: Capture{Interfaces: []string{"a"}}}
		if err := c.Divide(); err != nil || c.Shards != want {
			t.Errorf("%s: %d shards, want %d; %v", mebi(whole), c.Shards, want, err)
		}
	}
	TestDivide(t)
	TestTooLittle(t)
}

// TestTooLittle: the error names the least that is enough.
func TestTooLittle(t *testing.T) {
	for i, c := range configs() {
		for _, connections := range []int{0, 10, 1_000_000} {
			c := c
			c.Memory, c.Flow.MaxConnections = mib, connections
			var needs int64
			err := c.Divide()
			if err == nil {
				t.Fatalf("configuration %d: 1 MiB is enough", i)
			}
			fmt.Sscanf(err.Error()[bytes.LastIndex([]byte(err.Error()), []byte("needs ")):], "needs %d", &needs)
			c.Memory = needs * mib
			if err := c.Divide(); err != nil {
				t.Errorf("configuration %d: %s were named, but: %v", i, mebi(c.Memory), err)
			}
			if c.Memory -= mib; c.Divide() == nil {
				t.Errorf("configuration %d: %s would have been enough", i, mebi(c.Memory))
			}
		}
	}
}

// TestSaidIsLeft: what the user said is not sized anew.
func TestSaidIsLeft(t *testing.T) {
	c := Config{Memory: 1 << 30}
	c.Flow.MaxConnections, c.Flow.Rules.Overlap, c.Evidence.Memory, c.Evidence.Dir = 5000, -1, 9*mib, "evidence"
	if err := c.Divide(); err != nil {
		t.Fatal(err)
	}
	if c.Flow.MaxConnections != 5000 || c.Flow.Rules.Overlap != -1 || c.Evidence.Memory != 9*mib {
		t.Errorf("%d connections, notes %d, evidence %d", c.Flow.MaxConnections, c.Flow.Rules.Overlap, c.Evidence.Memory)
	}
}

// TestLongRows: rows that are longer than a block take no more memory than others.
func TestLongRows(t *testing.T) {
	w, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	said := 0
	q := newQueue("long", standard(w), nil, func(string) { said++ })
	row := make([]byte, 4*blockSize)
	const most = queueBlocks * blockSize
	for range 1000 { // nobody writes them
		q.Write(row)
	}
	if n := q.queued(); n > most || n < most-len(row) || said != 1 {
		t.Errorf("%d octets wait, %d things were said", n, said)
	}
	go q.work()
	q.finish()
	if n := q.queued(); n != 0 || q.lost.rows+q.rows.Load() != 1000 {
		t.Errorf("%d octets wait, %v lost, %d rows written", n, q.lost, q.rows.Load())
	}
}

// TestPartsAreDocumented: the table of docs/live.md has every part, with what it gets.
func TestPartsAreDocumented(t *testing.T) {
	docs, err := os.ReadFile("../../docs/live.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parts {
		row := fmt.Sprintf("| %s | %d/256 | %d MiB |", p.name, p.share, p.least/mib)
		if p.share == 0 {
			row = fmt.Sprintf("| %s | | %d MiB |", p.name, p.least/mib)
		}
		if p.share > 0 && p.most < math.MaxInt64 {
			row += fmt.Sprintf(" %d MiB |", p.most/mib)
		}
		if !bytes.Contains(docs, []byte(row)) {
			t.Errorf("docs/live.md lacks %q", row)
		}
	}
}
