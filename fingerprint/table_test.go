package fingerprint_test

import (
	"testing"

	"onpath/fingerprint"
)

// numbered is one of many signatures.
func numbered(n int) *fingerprint.Signature {
	return &fingerprint.Signature{TTL: 64, Window: uint16(n), MSS: uint16(n >> 16)}
}

// TestTable: equal signatures have one ID; what is held keeps its place when there is
// no more, and what is given back makes room.
func TestTable(t *testing.T) {
	table := fingerprint.Table{Database: fingerprint.Own()}
	first := table.Hold(numbered(0))
	if first == 0 || table.Hold(numbered(0)) != first {
		t.Fatal("one signature, two IDs")
	}
	ids := []fingerprint.ID{first}
	for n := 1; n < fingerprint.MaxSignatures; n++ {
		ids = append(ids, table.Hold(numbered(n)))
	}
	if id := table.Hold(numbered(fingerprint.MaxSignatures)); id != 0 || table.GivenUp() != 1 {
		t.Fatalf("ID %d in a full table, %d given up", id, table.GivenUp())
	}
	table.Release(first)
	if table.Signature(first).Window != 0 || table.Hold(numbered(0)) != first {
		t.Error("a signature that is held twice went with one release")
	}
	for _, id := range ids[:fingerprint.MaxSignatures/2] {
		table.Release(id)
	}
	got := 0
	for n := range fingerprint.MaxSignatures / 4 {
		if table.Hold(numbered(1<<20+n)) != 0 {
			got++
		}
	}
	if got == 0 {
		t.Error("no room after half of all was given back")
	}
	for n, id := range ids[fingerprint.MaxSignatures/2:] {
		if table.Signature(id).Window != uint16(fingerprint.MaxSignatures/2+n) {
			t.Fatalf("signature %d was pushed out", n)
		}
	}
	table.ReleaseAll()
	if table.Release(0); table.Signature(0) != nil {
		t.Error("0 is a signature")
	}
}

// TestMatchIsKept: what takes the place of another signature is asked for anew.
func TestMatchIsKept(t *testing.T) {
	table := fingerprint.Table{Database: requests(t, "s:unix:A:", rule("64", "*,*", "df,id+"))}
	f := linux().signature(t, 0)
	id := table.Hold(&f)
	if m := table.Match(id); m.Label == nil || m.Label.Name != "A" || table.Match(id) != m {
		t.Fatalf("%+v", m)
	}
	table.Release(id)
	for n := range fingerprint.MaxSignatures + 100 {
		other := table.Hold(numbered(n))
		if other != 0 && table.Match(other).Label != nil {
			t.Fatalf("%v is called A", table.Signature(other))
		}
	}
}

func TestHoldDoesNotAllocate(t *testing.T) {
	table, v := fingerprint.Table{Database: fingerprint.Own()}, linux().view()
	var f fingerprint.Signature
	f.Read(v, 0)
	table.Hold(&f)
	if n := testing.AllocsPerRun(100, func() {
		f.Read(v, 0)
		table.Release(table.Hold(&f))
	}); n != 0 {
		t.Errorf("%v allocations a SYN", n)
	}
}
