package prefetch

import "testing"

// TestLines: to ask changes nothing, allocates nothing, and harms nobody, wherever it is that
// one asks for.
func TestLines(t *testing.T) {
	var block [256]byte
	for i := range block {
		block[i] = byte(i)
	}
	asked := testing.AllocsPerRun(10, func() {
		for from := range uintptr(200) {
			Lines(&block, from, from+1)
			Lines(&block, from, 256)
			Lines(&block[from], 0, 0)
		}
		Lines(&block, 1<<44, 1<<44+64) // nothing is there
		Lines((*int)(nil), 0, 64)
	})
	if asked != 0 {
		t.Errorf("%v allocations", asked)
	}
	for i, b := range block {
		if b != byte(i) {
			t.Fatalf("octet %d is %d", i, b)
		}
	}
}

func BenchmarkLines(b *testing.B) {
	var block [448]byte
	for b.Loop() {
		Lines(&block, 0, 448)
	}
}
