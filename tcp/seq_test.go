package tcp

import (
	"math"
	"testing"
	"testing/quick"
)

func TestSeq(t *testing.T) {
	for _, tt := range []struct {
		s, t          Seq
		before, after bool
	}{
		{1, 2, true, false},
		{2, 2, false, false},
		{math.MaxUint32, 0, true, false}, // across the wrap
		{5, math.MaxUint32, false, true}, // across the wrap, backwards
		{0, 1 << 31, true, true},         // no shorter way round: both hold
		{0, 1<<31 - 1, true, false},      // the farthest that still has an order
	} {
		if got := tt.s.Before(tt.t); got != tt.before {
			t.Errorf("%d.Before(%d) = %v", tt.s, tt.t, got)
		}
		if got := tt.s.After(tt.t); got != tt.after {
			t.Errorf("%d.After(%d) = %v", tt.s, tt.t, got)
		}
	}
}

// The laws every caller leans on, over random points of the circle.
func TestSeqLaws(t *testing.T) {
	for name, law := range map[string]any{
		"Add undoes Sub":           func(s, t Seq) bool { return t.Add(uint32(s.Sub(t))) == s },
		"Sub is the way back":      func(s, t Seq) bool { return s-t == 1<<31 || s.Sub(t) == -t.Sub(s) },
		"one of <, =, >":           func(s, t Seq) bool { return s-t == 1<<31 || ones(s.Before(t), s == t, s.After(t)) == 1 },
		"shift keeps the order":    func(s, t Seq, n uint32) bool { return s.Before(t) == s.Add(n).Before(t.Add(n)) },
		"shift keeps the distance": func(s, t Seq, n uint32) bool { return s.Sub(t) == s.Add(n).Sub(t.Add(n)) },
		"window edges":             func(s Seq, n uint32) bool { return s.InWindow(s, n) == (n > 0) && !s.Add(n).InWindow(s, n) },
		"window is its distance":   func(s Seq, d, n uint32) bool { return s.Add(d).InWindow(s, n) == (d < n) },
		"Max is one of the two":    func(s, t Seq) bool { m := s.Max(t); return (m == s || m == t) && (!m.Before(s) || m == t) },
		"Max takes the later": func(s Seq, d uint32) bool {
			d &= 1<<31 - 1
			return s.Max(s.Add(d)) == s.Add(d) && s.Add(d).Max(s) == s.Add(d)
		},
	} {
		if err := quick.Check(law, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// ones counts what is true.
func ones(all ...bool) (n int) {
	for _, v := range all {
		if v {
			n++
		}
	}
	return n
}
