package flow

import (
	"testing"

	"onpath/tcp"
)

// TestGreatVolumes: a record counts beyond 32 bits, and what is kept for that ends
// with it.
func TestGreatVolumes(t *testing.T) {
	var g great
	e := &entry{num: 7}
	for range 10 {
		g.add(e, tcp.Server, 1<<30, 1<<30-20)
	}
	if sum := g.of(e)[tcp.Server]; sum.Packets != 10 || sum.IPOctets != 10<<30 || sum.Octets != 10<<30-200 {
		t.Errorf("%+v", sum)
	}
	if g.forget(e); len(g.totals) != 0 {
		t.Errorf("%d are kept", len(g.totals))
	}
}

// TestGreatVolumesAreBounded: where there is no room for one more, its packets are
// given up and counted, and what it had is still told.
func TestGreatVolumesAreBounded(t *testing.T) {
	var g great
	for num := range uint64(maxGreat) {
		g.begin(num)
	}
	e := &entry{num: maxGreat}
	for range 10 {
		g.add(e, tcp.Server, 1<<30, 1<<30)
	}
	if sum := g.of(e)[tcp.Server]; len(g.totals) != maxGreat || g.givenUp != 7 || sum.Packets != 3 {
		t.Errorf("%d are kept, %d packets given up, %d told", len(g.totals), g.givenUp, sum.Packets)
	}
	g.forget(&entry{num: 5})
	if g.add(e, tcp.Server, 1<<30, 1<<30); g.givenUp != 7 {
		t.Error("what a record gives back is not lent again")
	}
}
