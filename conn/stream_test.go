package conn

import (
	"testing"

	"onpath/tcp"
)

// slowStream is a stream written for reading: one flag an octet.
type slowStream map[tcp.Seq]bool

func (s slowStream) mark(from, to tcp.Seq) (fresh uint32) {
	for ; from != to; from++ {
		if !s[from] {
			s[from] = true
			fresh++
		}
	}
	return fresh
}

// FuzzStream: as long as no hole is given up, a stream counts as its slow twin
// does; and its spans stay in order, apart, and beyond contig.
func FuzzStream(f *testing.F) {
	f.Add([]byte{10, 5, 0, 5, 20, 5, 5, 5, 0, 40}, uint32(0))
	f.Add([]byte{10, 1, 20, 1, 30, 1, 40, 1, 15, 30, 0, 60}, uint32(0xffffffff))
	f.Fuzz(func(t *testing.T, data []byte, first uint32) {
		var tr Tracker
		var st stream
		st.begin(tcp.Seq(first))
		slow := slowStream{}
		for ; len(data) >= 2; data = data[2:] {
			from := tcp.Seq(first).Add(uint32(data[0]))
			to := from.Add(uint32(data[1]))
			got, want := tr.mark(&st, from, to), slow.mark(from, to)
			if got != want && tr.HolesGivenUp == 0 {
				t.Fatalf("[%d, %d): %d new, want %d", from, to, got, want)
			}
			last := st.contig
			for _, s := range tr.spans(&st)[:st.n] {
				if !last.Before(s.from) || !s.from.Before(s.to) {
					t.Fatalf("spans out of order: contig %d, %v", st.contig, tr.spans(&st)[:st.n])
				}
				last = s.to
			}
		}
	})
}

// TestManyHoles: a stream borrows a block for many holes, gives it back, and
// gives up the oldest hole when the block is full.
func TestManyHoles(t *testing.T) {
	var tr Tracker
	var st stream
	st.begin(0)
	for i := range tcp.Seq(blockSpans) {
		tr.mark(&st, 10*i+5, 10*i+10)
	}
	if st.more == 0 || st.n != blockSpans || tr.HolesGivenUp != 0 {
		t.Fatalf("block %d, %d spans, %d given up", st.more, st.n, tr.HolesGivenUp)
	}
	tr.mark(&st, 10*blockSpans+5, 10*blockSpans+10)
	if tr.HolesGivenUp != 1 || st.contig != 10 || st.n != blockSpans {
		t.Fatalf("contig %d, %d spans, %d given up", st.contig, st.n, tr.HolesGivenUp)
	}
	if fresh := tr.mark(&st, 0, 10*blockSpans+10); fresh != 5*blockSpans || st.more != 0 || st.n != 0 {
		t.Fatalf("%d new, block %d, %d spans", fresh, st.more, st.n)
	}
	other := stream{}
	if tr.insert(&other, span{5, 6}); tr.pool.free == 0 {
		t.Fatal("the block was not given back")
	}
}

// TestPoolIsBounded: streams with many holes cannot make the pool grow beyond
// its cap; what they give up is counted.
func TestPoolIsBounded(t *testing.T) {
	var tr Tracker
	conns := make([]stream, maxBlocks+10)
	for i := range conns {
		for k := range tcp.Seq(4) {
			tr.mark(&conns[i], 10*k+5, 10*k+10)
		}
	}
	if len(tr.pool.blocks) > maxBlocks || tr.HolesGivenUp == 0 {
		t.Errorf("%d blocks, %d given up", len(tr.pool.blocks), tr.HolesGivenUp)
	}
}
