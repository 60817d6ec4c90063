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
	if g.forget(e); len(g) != 0 {
		t.Errorf("%d are kept", len(g))
	}
}
