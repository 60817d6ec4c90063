package flow

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"onpath/packet"
)

// TestEmbryosMove: as many of very many embryos grow, the others move together, the memory
// behind them is given back, and nothing else shows it.
func TestEmbryosMove(t *testing.T) {
	const many = 5 * chunk
	r := rand.New(rand.NewPCG(1, 2))
	both := twins(Config{MaxConnections: many - 100}, false)
	see := func(v *packet.View) {
		for _, w := range both {
			w.see([]packet.View{*v}, true)
		}
	}
	syn, answer := views(t, 0, "0 > S 100:100(0) win 1000")[0], views(t, 0, "1 < S. 300:300(0) ack 101 win 1000")[0]
	most := 0
	for _, v := range []*packet.View{syn, answer} {
		order := r.Perm(many)
		if v == answer {
			order = order[:many*9/10]
		}
		for i, port := range order {
			v.Key.APort = uint16(port)
			v.At += int64(i) * 1e3
			v.Seg.At = v.At
			see(v)
			most = max(most, len(both[0].table.slab.embryos.chunks))
		}
		same(t, both, fmt.Sprint("flags ", v.Seg.Flags))
	}
	s := &both[0].table.slab.embryos
	if s.sparse() || most < 3 || len(s.chunks) >= most {
		t.Errorf("%d of %d places are used, in %d chunks; there were %d", s.live, s.used, len(s.chunks), most)
	}
	free := uint32(0)
	for i := s.free; i != 0; i = s.at(i).place.next {
		free++
	}
	if free+s.live+1 != s.used {
		t.Errorf("%d free and %d live of %d", free, s.live, s.used)
	}
	ends(t, both, "end")
}
