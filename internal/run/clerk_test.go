package run

import (
	"reflect"
	"testing"

	"onpath/check"
	"onpath/fingerprint"
	"onpath/measure"
	"onpath/record"
	"onpath/tcp"
)

// TestPageOwns: what a page has of a row stays when the desk has the row's memory for the
// next one, and nothing that a Record can point at was forgotten.
func TestPageOwns(t *testing.T) {
	row := pointing()
	var p page
	p.rows = make([]leaf, 0, 2)
	p.add(row, []check.Stray{{V6: true}})
	p.add(row, nil)
	for i := range p.rows {
		got := p.rows[i].Record
		if !reflect.DeepEqual(&got, row) {
			t.Fatalf("row %d is %+v, want %+v", i, got, *row)
		}
		shares(t, "Record", reflect.ValueOf(got), reflect.ValueOf(*row))
	}
	if a, b := p.rows[0].Findings, p.rows[1].Findings; &a[0] == &b[0] || &a[1].Kept[0] == &b[1].Kept[0] {
		t.Error("two rows have the same findings")
	}
	if len(p.rows[0].old) != 1 || len(p.rows[1].old) != 0 {
		t.Error("strays are told with another row")
	}
}

// pointing returns a record that points at all that a Record can point at.
func pointing() *record.Record {
	r := &record.Record{Conn: 7, Times: &measure.Times{}}
	r.Findings = []check.Finding{{Count: 1, Kept: []check.Occurrence{{Other: 4}}}, {Count: 2, Kept: []check.Occurrence{{Accused: 3}}}}
	for end := range r.Side {
		r.Side[end].Identity = record.Identity{
			Signature: &fingerprint.Signature{MSS: uint16(end + 1)},
			Match:     &fingerprint.Match{Link: tcp.Dir(end).String()},
		}
	}
	return r
}

// shares complains where a copy of a value points at what the value does.
func shares(t *testing.T, path string, a, b reflect.Value) {
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			shares(t, path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
		}
	case reflect.Array:
		for i := range a.Len() {
			shares(t, path, a.Index(i), b.Index(i))
		}
	case reflect.Slice, reflect.Pointer:
		switch {
		case a.Type() == reflect.TypeFor[*fingerprint.Label](): // of the database
		case a.IsNil():
			t.Errorf("%s points at nothing here: say what it is to own", path)
		case a.Pointer() == b.Pointer():
			t.Errorf("%s is shared", path)
		case a.Kind() == reflect.Pointer:
			shares(t, path, a.Elem(), b.Elem())
		default:
			for i := range a.Len() {
				shares(t, path, a.Index(i), b.Index(i))
			}
		}
	case reflect.Map, reflect.Func, reflect.Interface, reflect.Chan:
		t.Errorf("%s is a %v: say what it is to own", path, a.Kind())
	}
}
