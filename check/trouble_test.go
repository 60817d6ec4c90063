package check

import "testing"

// TestTroubleIsBounded: what is lent comes back empty, and there is an end to it.
func TestTroubleIsBounded(t *testing.T) {
	in := New(Config{Overlap: -1})
	cs := make([]Case, maxTroubles+10)
	for i := range cs {
		if lent := cs[i].borrow(in); (lent != nil) != (i < maxTroubles-1) {
			t.Fatalf("connection %d was lent %v", i, lent)
		}
	}
	if n := in.Stats().Notes; n != 11 {
		t.Errorf("%d were given up", n)
	}
	cs[7].lent(in).missed[0] = 5
	in.Forget(&cs[7])
	if lent := cs[len(cs)-1].borrow(in); lent == nil || lent.missed[0] != 0 {
		t.Errorf("what was given back is lent as %v", lent)
	}
}
