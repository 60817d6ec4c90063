package record

import (
	"fmt"
	"reflect"
	"testing"

	"onpath/anomaly"
	"onpath/check"
	"onpath/conn"
	"onpath/fingerprint"
	"onpath/measure"
	"onpath/outcome"
)

// write appends the texts of columns with their names.
func write[R any](dst []byte, columns []Column[R], r *R) []byte {
	for i := range columns {
		dst = append(columns[i].Append(append(append(dst, columns[i].Name...), '='), r), '\n')
	}
	return dst
}

// TestStates: what a Layout remembers is what it would write. Each field of some rows
// is changed, exported or not: a state that leaves one out is found.
func TestStates(t *testing.T) {
	holdStates(t, "all", Groups(), manifold())
	holdStates(t, "flat", FlatGroups(), manifold())
	holdStates(t, "finding", FindingGroups(), foundThings())
	holdStates(t, "occurrence", occurrenceGroups(), occurred())
	holdStates(t, "stack", stackGroups, stacks())
}

func holdStates[R any](t *testing.T, name string, groups []Group[R], rows []*R) {
	layout, text := NewLayout(groups, func(c Column[R]) Column[R] { return c }), []byte(nil)
	columns := columnsOf(groups)
	check := func(r *R) {
		want, ok := written(columns, r)
		if !ok {
			return
		}
		if text = layout.Append(text[:0], r, write[R]); string(text) != want {
			t.Fatalf("%s: remembered\n%s\nwant\n%s", name, text, want)
		}
	}
	for _, r := range rows {
		eachLeaf(reflect.ValueOf(r).Elem(), func(leaf reflect.Value) {
			before := reflect.New(leaf.Type()).Elem()
			before.Set(leaf)
			for _, n := range []uint64{0, 1, 2, 8, 1 << 15} {
				check(r)
				change(leaf, n)
				check(r)
				leaf.Set(before)
			}
		})
	}
}

// foundThings, occurred and stacks are rows in which other fields matter.
func foundThings() []*Finding {
	r := strange()
	return []*Finding{{Record: r, Finding: &r.Findings[0]}, {Record: r, Finding: &r.Findings[1]}, {Finding: &r.Findings[1]}, lost()}
}

func occurred() (all []*occurrence) {
	for _, f := range foundThings() {
		for i := range f.Kept {
			all = append(all, &occurrence{f.ID, false, &f.Kept[i]}, &occurrence{f.ID, true, &f.Kept[i]})
		}
	}
	evicted := check.Occurrence{Moment: check.Moment{Frame: 7, At: 8}, Accused: 7, Numbers: [check.MaxNumbers]int64{1}}
	twice := evicted
	twice.Numbers[1] = 2
	return append(all, &occurrence{anomaly.TrackerEvicted, false, &evicted},
		&occurrence{anomaly.AckOfUnsentData, false, &evicted}, &occurrence{anomaly.AckOfUnsentData, false, &twice})
}

func stacks() []*conn.Stack {
	return []*conn.Stack{
		{}, {State: conn.SynSent, ISS: 5, SndUna: 5, SndNxt: 6, SndMax: 6, SndUp: 5, RcvWnd: 64240},
		{State: conn.SynReceived, IRS: 5, RcvNxt: 6, RcvUp: 5, SndWnd: 1 << 20},
	}
}

// manifold are records in which other fields matter.
func manifold() []*Record {
	attempt, rejected, numbered := telnet(), telnet(), telnet()
	attempt.Side = [2]Side{{Total: measure.Total{Packets: 2, IPOctets: 120}}, {}}
	attempt.Outcome = outcome.Verdict{Class: outcome.NoAnswer, Flags: 1 << 17, Attempts: 2}
	attempt.Side[1].Identity = Identity{Signature: linux(), Match: new(fingerprint.Match)}
	rejected.Outcome = outcome.Verdict{Class: outcome.RejectedICMP, Rejection: outcome.RejectedHost}
	numbered.Outcome = outcome.Verdict{Class: outcome.Closed, Flags: 1<<37 - 1}
	gated, timed, empty := telnet(), telnet(), telnet()
	gated.Closed = 1<<12 - 1
	timed.Times = new(measure.Times)
	timed.Times.Path[0].RTT.N = 1
	empty.Side[0].Octets, empty.Side[1].Octets = 0, 0
	poke(&empty.History, "zeek", 6|6<<3)
	begun, opened := telnet(), telnet()
	poke(&begun.Handshake, "state", 1<<2)
	poke(&opened.Handshake, "state", 1<<4)
	return append(signed(), gated, timed, empty, begun, opened, telnet(), ping(), strange(), attempt, rejected, numbered)
}

// signed are records whose signatures are made of other fields.
func signed() (all []*Record) {
	for _, s := range []fingerprint.Signature{
		{MSS: 1460, PeerMSS: 1331, Window: 7 * 1331, Answer: true},
		{MSS: 1460, Headers: 60, Window: 5 * 1520},
		{MSS: 1400, Stamped: true, Window: 13 * 1388},
		{MSS: 1460, Layout: fingerprint.Layout{Len: 24}},
	} {
		r := telnet()
		r.Side[0].Identity.Signature = &s
		all = append(all, r)
	}
	return all
}

// poke sets a field that is not exported.
func poke[T any](v *T, field string, n uint64) {
	eachLeaf(reflect.ValueOf(v).Elem().FieldByName(field), func(leaf reflect.Value) { leaf.SetUint(n) })
}

// written returns the texts of all columns; ok is false for what can be no record.
func written[R any](columns []Column[R], r *R) (text string, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return string(write(nil, columns, r)), true
}

// eachLeaf calls do with each part of v that has no parts, which may be set. Of arrays
// the first and the last count.
func eachLeaf(v reflect.Value, do func(reflect.Value)) {
	if !v.CanSet() {
		v = reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem()
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			eachLeaf(v.Field(i), do)
		}
	case reflect.Array:
		eachLeaf(v.Index(0), do)
		eachLeaf(v.Index(v.Len()-1), do)
	case reflect.Pointer:
		do(v)
		if !v.IsNil() {
			eachLeaf(v.Elem(), do)
		}
	default:
		do(v)
	}
}

// change gives a leaf another value, that of n where it is a number.
func change(leaf reflect.Value, n uint64) {
	switch leaf.Kind() {
	case reflect.Bool:
		leaf.SetBool(!leaf.Bool())
	case reflect.Int64, reflect.Int:
		leaf.SetInt(int64(n))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		leaf.SetUint(n)
	case reflect.Slice:
		leaf.SetZero()
	case reflect.Pointer:
		if leaf.IsNil() {
			leaf.Set(reflect.New(leaf.Type().Elem()))
		} else {
			leaf.SetZero()
		}
	}
}

// TestLayoutRemembers: a second row is copied, and not longer than its State lets it.
func TestLayoutRemembers(t *testing.T) {
	type row struct{ state, n uint64 }
	writes := 0
	layout := NewLayout([]Group[row]{
		{Columns: []Column[row]{{Name: "each"}}},
		{State: func(r *row) (State, bool) { return State{A: r.state}, r.n < 5 }, Groups: []Group[row]{
			{Columns: []Column[row]{{Name: "first"}}}, {Columns: []Column[row]{{Name: "second"}}},
		}},
	}, func(c Column[row]) string { return c.Name })
	write := func(dst []byte, names []string, r *row) []byte {
		writes++
		return fmt.Appendf(dst, "%s %d ", names[0], r.state)
	}
	for i, c := range []struct {
		row
		want   string
		writes int
	}{
		{row{1, 0}, "each 1 first 1 second 1 ", 3},
		{row{1, 1}, "each 1 first 1 second 1 ", 1},
		{row{1, 5}, "each 1 first 1 second 1 ", 3},
		{row{0, 0}, "each 0 first 0 second 0 ", 3},
		{row{0, 0}, "each 0 first 0 second 0 ", 1},
	} {
		writes = 0
		if got := string(layout.Append(nil, &c.row, write)); got != c.want || writes != c.writes {
			t.Errorf("row %d: %q after %d writes, want %q after %d", i, got, writes, c.want, c.writes)
		}
	}
}

// TestMemoIsBounded: states of which none comes again take no more than the places there
// are, and those that come again are right.
func TestMemoIsBounded(t *testing.T) {
	var m memo
	for i := range uint64(10000) {
		s := State{A: i % 300, C: i % 7}
		text := fmt.Sprint(s)
		if known := m.text(s); len(known) > 0 && string(known) != text {
			t.Fatalf("%v: %s", s, known)
		}
		m.keep(s, []byte(text))
		if string(m.text(s)) != text {
			t.Fatalf("%v: not kept", s)
		}
	}
}
