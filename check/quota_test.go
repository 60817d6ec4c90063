package check

import (
	"testing"

	"onpath/anomaly"
	"onpath/packet"
)

// TestQuota: where there is little room left, findings of one host are bounded in a second,
// and those of another, or of another severity, are not; what is known goes on being counted.
func TestQuota(t *testing.T) {
	const most = 2 * maxBegun
	in := New(Config{Overlap: -1, Max: 4 * most})
	v := packet.View{Key: packet.Key{A: address(1), B: address(2), Proto: packet.ProtoTCP}}
	s := Scene{Seg: &v.Seg, View: &v, Case: &Case{}, inspector: in}
	first := in.finding(&s, anomaly.PortZero, 0)
	if first == nil {
		t.Fatal("nothing may be found")
	}
	begin := func(from int, at int64) bool {
		v.Key.A, v.At = address(from), at
		other := s
		other.Case = &Case{}
		return in.finding(&other, anomaly.PortZero, 0) != nil
	}
	n := 1
	for range 2 * most {
		if begin(1, 0) {
			n++
		}
	}
	if n != most || in.Stats().Findings != uint64(most)+1 {
		t.Errorf("%d findings, %d given up", n, in.Stats().Findings)
	}
	if !begin(3, 0) || !begin(1, 1e9) {
		t.Error("another host, or the next second, is bounded too")
	}
	v.Key.A, v.At = address(1), 0
	other := s
	if other.Case = (&Case{}); in.finding(&other, anomaly.RstExact, 0) == nil {
		t.Error("what is mild is bounded with what is not")
	}
	if in.finding(&s, anomaly.PortZero, 0) != first {
		t.Error("what is known is found anew")
	}
}

func TestDue(t *testing.T) {
	for n, want := range map[uint64]bool{0: false, 1: true, 2: false, 9: false, 10: true, 20: false, 99: false, 100: true, 110: false, 1000: true, 1001: false} {
		if r := (Raised{ID: anomaly.PortZero, Count: n}); r.Due() != want {
			t.Errorf("occurrence %d: %v", n, !want)
		}
	}
}

// TestRaisedIsCounted: what a segment raises tells how often it was.
func TestRaisedIsCounted(t *testing.T) {
	w := newCrowd(t)
	in := w.in
	w.play(1, 2, 80, halfMade+"\n0.03 > P. 900000101:900000111(10) ack 301 win 1000\n0.04 > P. 900000101:900000111(10) ack 301 win 1000")
	for _, r := range in.Raised() {
		if r.Count == 0 && !event(r.ID) {
			t.Errorf("%v is not counted", r.ID)
		}
	}
}
