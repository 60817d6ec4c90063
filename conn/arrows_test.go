package conn

import (
	"slices"
	"testing"
)

// The tables that follow, everything and after read agree with the arrows taken
// one after the other, for every set.
func TestTablesAgreeWithArrows(t *testing.T) {
	for s := range all + 1 {
		for q := range event(1 << numEvents) {
			if got, want := follow(s, q), closure(s, q); got != want {
				t.Fatalf("follow(%v, %b) is %v, want %v", s, q, got, want)
			}
		}
		for _, cw := range []bool{false, true} {
			want, before := s, Set(0)
			for want != before {
				want, before = closes(closure(want, unseen), cw), want
			}
			if got := everything(s, cw); got != want {
				t.Fatalf("everything(%v, %v) is %v, want %v", s, cw, got, want)
			}
		}
		var want Set
		for st := range NumStates {
			if s.Has(st) {
				want |= afterwards[st]
			}
		}
		if got := after(s); got != want {
			t.Fatalf("after(%v) is %v, want %v", s, got, want)
		}
	}
}

// What is shown of a set with one member is that member, as State takes it.
func TestOnlyStateIsShown(t *testing.T) {
	for st := SynSent; st < NumStates; st++ {
		if s := Of(st); !s.only() || s.least() != st || s.most() != st {
			t.Errorf("%v: only %v, least %v, most %v", st, s.only(), s.least(), s.most())
		}
	}
	if Set(0).only() || Of(SynSent, Established).only() {
		t.Error("an empty set, or one of two, has not one member")
	}
}

// The most advanced state of any set is the last one of it in order.
func TestMostIsTheLastInOrder(t *testing.T) {
	for s := Set(0); s < all; s++ {
		want := SynSent
		for _, st := range order[:len(order)-2] {
			if s.Has(st) {
				want = st
			}
		}
		if s&gone == 0 && s.most() != want {
			t.Fatalf("the most advanced of %v is %v, want %v", s, s.most(), want)
		}
	}
}

// Whatever an end was, events that were missed may have made it any synchronized
// one: unfit relies on it.
func TestEverythingMayHaveBeenMissed(t *testing.T) {
	for st := range NumStates {
		for _, cw := range []bool{false, true} {
			if got := everything(Of(st), cw); !alive.in(got) {
				t.Errorf("everything(%v, %v) is only %v", st, cw, got)
			}
		}
	}
}

// TestAfterwards: what can follow a state is what the arrows lead to. A SYN at an
// end that is gone, or waits, begins another incarnation, and is not among them.
func TestAfterwards(t *testing.T) {
	for st := range NumStates {
		want := Of(st)
		for before := Set(0); want != before; {
			before = want
			for _, a := range slices.Concat(received[:], called[:]) {
				if a.on == evSyn {
					a.from &= inSS
				}
				if want&a.from != 0 {
					want |= a.to
				}
			}
			if want&gone != 0 {
				want |= gone
			}
		}
		if got := after(Of(st)); got != want {
			t.Errorf("%v: %v, the arrows lead to %v", st, got, want)
		}
	}
}
