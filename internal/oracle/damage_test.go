package oracle

import (
	"errors"
	"io"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"onpath/anomaly"
	"onpath/check"
	"onpath/flow"
	"onpath/packet"
	"onpath/record"
	"onpath/source"
)

// oneIn is how many frames there are for one that is damaged.
const oneIn = 40

// TestDamagedSegments: segments in which the path flipped a bit, so that their
// checksum is wrong, bring no violation upon those that it left alone.
func TestDamagedSegments(t *testing.T) {
	damaged, n := 0, tally{}
	for i, name := range runs(t) {
		if dishonest(name) {
			continue
		}
		r := rand.New(rand.NewPCG(1, uint64(i)))
		found, hit := withDamage(t, filepath.Join(folder(t), name+".pcap.gz"), r)
		damaged += len(hit)
		for _, a := range found {
			if hit[a.accused[0]] || hit[a.accused[1]] {
				continue
			}
			n.add(&a)
			if a.severity == anomaly.Violation {
				t.Errorf("%s %v", name, &a)
			}
		}
	}
	t.Logf("%d frames were damaged; suspicious among the others:%s", damaged, n.of(anomaly.Suspicious))
}

// withDamage reads a file, flips a bit of the TCP octets of some frames, and returns
// what was found, and which frames were hit.
func withDamage(t *testing.T, path string, r *rand.Rand) (all []accusation, hit map[uint64]bool) {
	t.Helper()
	in, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	table := flow.New(flow.Config{Rules: check.Config{Keep: allFound}}, func(r *record.Record) {
		for i := range r.Findings {
			all = append(all, occurrences(&r.Findings[i])...)
		}
	})
	decoder := packet.NewDecoder(packet.Config{})
	hit = map[uint64]bool{}
	var f packet.Frame
	var v packet.View
	for {
		err := in.Next(&f)
		if errors.Is(err, io.EOF) {
			table.Flush()
			return all, hit
		}
		if err != nil {
			t.Fatal(err)
		}
		decoder.Decode(&f, &v)
		if v.IsTCP() && r.IntN(oneIn) == 0 {
			hit[f.Number] = true
			v.L4[4+r.IntN(len(v.L4)-4)] ^= 1 << r.IntN(8) // the ports stay, or it were another connection
			decoder.Decode(&f, &v)
		}
		table.Observe(&v)
	}
}
