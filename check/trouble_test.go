package check

import (
	"testing"
	"unsafe"

	"onpath/anomaly"
	"onpath/tcp"
)

// TestOctets: what memory is bounded by is what things take.
func TestOctets(t *testing.T) {
	if n := unsafe.Sizeof(trouble{}); n != TroubleOctets {
		t.Errorf("a trouble takes %d octets, not %d", n, TroubleOctets)
	}
	kept := 4 * unsafe.Sizeof(Occurrence{}) // allocated in one of Go's sizes: 896
	if n := unsafe.Sizeof(book{}) + (sparePlaces+2)*unsafe.Sizeof(Finding{}) + kept + 64; n > FindingOctets+8 || n < FindingOctets-100 {
		t.Errorf("a finding takes up to %d octets, not %d", n, FindingOctets)
	}
}

// TestBooksShrink: a book that was large and is given back is not large for ever.
func TestBooksShrink(t *testing.T) {
	in := New(Config{Overlap: -1, Max: 10 * maxKinds})
	cs := make([]Case, 100)
	for i := range cs {
		for kind := range maxKinds { // one is large after the other, and keeps a place
			in.books.begin(&cs[i], anomaly.ID(1+kind), tcp.Server)
		}
		in.books.close(&cs[i])
		in.books.begin(&cs[i], anomaly.SynFinSegment, tcp.Server)
	}
	room := 0
	for i := range in.books.all {
		room += cap(in.books.all[i].findings)
	}
	if room > len(in.books.all)*sparePlaces {
		t.Errorf("%d books have room for %d findings", len(in.books.all), room)
	}
}

// TestTroubleIsBounded: what is lent comes back empty, and there is an end to it.
func TestTroubleIsBounded(t *testing.T) {
	const room = 1000
	in := New(Config{Overlap: -1, Troubles: room})
	cs := make([]Case, room+11)
	for i := range cs {
		if lent := cs[i].borrow(in); (lent != nil) != (i < room) {
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
	if n := in.Stats().TroubleOctets; n < room*TroubleOctets || n > (room+1+troublesChunk)*TroubleOctets {
		t.Errorf("%d of them take %d octets", room, n)
	}
}
