package anomaly

import (
	"slices"
	"testing"
	"unsafe"

	"pgregory.net/rapid"
)

var anyID = rapid.Custom(func(t *rapid.T) ID { return ID(rapid.IntRange(1, int(numIDs)-1).Draw(t, "id")) })

func TestSetIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(Set{}); size > 40 {
		t.Errorf("a Set is %d octets", size)
	}
}

// TestSetIsAMap: a Set answers as a map does, whatever is done to both.
func TestSetIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s Set
		m := map[ID]bool{}
		for _, id := range rapid.SliceOf(anyID).Draw(t, "ids") {
			if rapid.Bool().Draw(t, "add") {
				s.Add(id)
				m[id] = true
			} else {
				s.Remove(id)
				delete(m, id)
			}
			if s.Has(id) != m[id] || s.Len() != len(m) {
				t.Fatalf("%v: %t, %d in the set; %t, %d in the map", id, s.Has(id), s.Len(), m[id], len(m))
			}
		}
		all := slices.Collect(s.All())
		if !slices.IsSorted(all) || len(all) != len(m) || SetOf(all...) != s {
			t.Fatalf("%v of %v", all, m)
		}
		for _, id := range all {
			if !m[id] {
				t.Fatalf("%v is in the set only", id)
			}
		}
	})
}

func TestSetUnion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.SliceOf(anyID).Draw(t, "a"), rapid.SliceOf(anyID).Draw(t, "b")
		if got, want := SetOf(a...).Union(SetOf(b...)), SetOf(slices.Concat(a, b)...); got != want {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func TestSetLeavesNoRowOut(t *testing.T) {
	var s Set
	s.Add(0)
	if s != (Set{}) || s.Strongest() != 0 {
		t.Error("the zero ID is in a set")
	}
	for _, r := range Rows() {
		s.Add(r.ID)
	}
	if s.Len() != len(Rows()) || s.Strongest() != Violation {
		t.Errorf("%d of %d rows", s.Len(), len(Rows()))
	}
	for id := range s.All() { // may be left early
		if id != 1 {
			t.Errorf("%v is first", id)
		}
		break
	}
}

func TestSetsDoNotAllocate(t *testing.T) {
	n := 0
	allocs := testing.AllocsPerRun(100, func() {
		s := SetOf(AckOfUnsentData, RstExact)
		for id := range s.All() {
			n += int(id.Severity())
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
