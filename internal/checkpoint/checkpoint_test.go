package checkpoint

//lint:file-ignore U1000 fields of the types below are read by reflect alone

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"onpath/anomaly"
	"onpath/flow"
)

type inner struct{ X, y uint16 }

// thing is a part as version one has it.
type thing struct {
	a     uint64
	b     bool
	Pair  [2]inner
	found anomaly.ID
	key   [16]byte
}

// file writes parts, and notes behind them.
func file(t testing.TB, l *Layout, notes []Note, parts ...any) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, l, "1.0")
	if err != nil {
		t.Fatal(err)
	}
	e := NewEncoder(l)
	for _, p := range parts {
		if e.Put(p); e.Full() {
			w.Block(e.Block)
			e.Block = e.Block[:0]
		}
	}
	w.Block(e.Block)
	w.End()
	if w.Size() != int64(out.Len()) {
		t.Errorf("size %d, want %d", w.Size(), out.Len())
	}
	b := out.Bytes()
	for _, n := range notes {
		b = n.Append(b)
	}
	return b
}

// parts returns what a file holds, printed.
func parts(b []byte, l *Layout) (all []string, r *Reader, err error) {
	if r, err = Open(bytes.NewReader(b), l); err == nil {
		err = r.Parts(func(p any) { all = append(all, fmt.Sprintf("%+v", reflect.ValueOf(p).Elem())) })
	}
	return all, r, err
}

func TestRoundTrip(t *testing.T) {
	l := NewLayout(new(thing), new(inner))
	var put []any
	var want []string
	for i := range 20_000 {
		x := &thing{a: uint64(i), b: i%2 == 1, Pair: [2]inner{{1, 2}, {3, uint16(i)}}, found: anomaly.CaptureGap}
		put, want = append(put, x, &inner{uint16(i), 9}), append(want, fmt.Sprintf("%+v", *x), fmt.Sprintf("%+v", inner{uint16(i), 9}))
	}
	notes := []Note{{NoteEnded, 7}, {NoteBegun, 1 << 40}}
	b := file(t, l, notes, put...)
	got, r, err := parts(b, l)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%v, %d of %d parts", err, len(got), len(want))
	}
	if r.Version != "1.0" || !reflect.DeepEqual(r.Notes, notes) || r.Size != int64(len(b)) {
		t.Errorf("version %q, notes %v, size %d of %d", r.Version, r.Notes, r.Size, len(b))
	}
}

// TestVersions reads what an older version wrote into the types of a newer one.
func TestVersions(t *testing.T) {
	old := &thing{a: 5, b: true, Pair: [2]inner{{1, 2}, {3, 4}}, found: anomaly.CaptureGap, key: [16]byte{15: 9}}
	written := file(t, NewLayout(new(inner), new(thing)), nil, &inner{8, 9}, old)
	for name, tt := range map[string]struct {
		into any // a type that is called thing
		want string
	}{
		"the same": {new(thing),
			fmt.Sprintf("{a:5 b:true Pair:[{X:1 y:2} {X:3 y:4}] found:%d key:%v}", anomaly.CaptureGap, old.key)},
		"another order": {func() any {
			type thing struct {
				key [16]byte
				b   bool
				a   uint64
			}
			return new(thing)
		}(), fmt.Sprintf("{key:%v b:true a:5}", old.key)},
		"new fields": {func() any {
			type thing struct {
				new  uint32
				a    uint64
				Pair [2]struct {
					y   uint16
					New bool
					X   uint16
				}
			}
			return new(thing)
		}(), "{new:0 a:5 Pair:[{y:2 New:false X:1} {y:4 New:false X:3}]}"},
		"fewer in an array": {func() any {
			type thing struct{ Pair [1]inner }
			return new(thing)
		}(), "{Pair:[{X:1 y:2}]}"},
		"another kind": {func() any {
			type thing struct{ a int64 }
			return new(thing)
		}(), "checkpoint.thing.a was 1 of uint64, and is 1 of int64 in this version of onpath"},
		"more octets": {func() any {
			type thing struct{ key [17]byte }
			return new(thing)
		}(), "checkpoint.thing.key was 16 of uint8, and is 17 of uint8 in this version of onpath"},
		"a number that was a name": {func() any {
			type thing struct{ found uint16 }
			return new(thing)
		}(), "checkpoint.thing.found was 1 of uint16, and is 1 of uint16 in this version of onpath"},
	} {
		got, _, err := parts(written, NewLayout(tt.into))
		if err != nil {
			got = []string{err.Error()}
		}
		if len(got) != 1 || got[0] != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
}

// TestMeaning: what means something else is refused, by the name of who says so.
func TestMeaning(t *testing.T) {
	defer clear(meanings)
	written := file(t, NewLayout(new(thing)), nil, &thing{a: 5})
	for _, name := range []string{"checkpoint.thing", "uint64"} {
		clear(meanings)
		meanings[name] = 1
		_, _, err := parts(written, NewLayout(new(thing)))
		if refused := (*Refusal)(nil); !errors.As(err, &refused) || !strings.HasPrefix(refused.Why, "checkpoint.thing") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNames: the numbers of anomalies are those of this version, and parts about others
// are passed over.
func TestNames(t *testing.T) {
	m := &moves{ids: idsOf([]string{"", "capture-gap", "gone-by-now"})}
	for old, want := range map[uint16]anomaly.ID{0: 0, 1: anomaly.CaptureGap} {
		b := binary.NativeEndian.AppendUint16(nil, old)
		if !m.rename(b) || anomaly.ID(binary.NativeEndian.Uint16(b)) != want {
			t.Errorf("%d is %v", old, b)
		}
	}
	for _, old := range []uint16{2, 3} {
		if m.rename(binary.NativeEndian.AppendUint16(nil, old)) {
			t.Errorf("%d is an anomaly", old)
		}
	}
}

// TestDamage: a file that is cut anywhere, or in which an octet is another one, is refused
// before any part of it is given out; but what is cut off of the journal is not missed.
func TestDamage(t *testing.T) {
	l := NewLayout(new(inner))
	var put []any
	for i := range 40 {
		put = append(put, &inner{uint16(i), uint16(i * i)})
	}
	whole := len(file(t, l, nil, put...))
	b := file(t, l, []Note{{NoteEnded, 1}, {NoteEnded, 2}}, put...)
	for n := 0; n < len(b); n += 5 {
		_, r, err := parts(b[:n], l)
		if n >= whole {
			if err != nil || len(r.Notes) != (n-whole)/noteSize {
				t.Fatalf("cut at %d of %d: %v", n, len(b), err)
			}
			continue
		}
		if refused := (*Refusal)(nil); !errors.As(err, &refused) {
			t.Fatalf("cut at %d of %d: %v", n, whole, err)
		}
	}
	for n := 0; n < whole; n += 3 {
		b[n] ^= 0x10
		got, _, err := parts(b, l)
		refused := (*Refusal)(nil)
		if known := n < len(magic) && err == ErrForeign || n >= len(magic) && errors.As(err, &refused); !known || len(got) > 0 {
			t.Fatalf("octet %d: %v, %d parts", n, err, len(got))
		}
		b[n] ^= 0x10
	}
}

func TestOtherByteOrder(t *testing.T) {
	b := file(t, NewLayout(new(inner)), nil)
	at := b[len(magic):][:4]
	at[0], at[1], at[2], at[3] = at[3], at[2], at[1], at[0]
	if _, _, err := parts(b, NewLayout(new(inner))); err == nil || err.Error() != "a machine with another byte order wrote it" {
		t.Error(err)
	}
}

// TestPlain: what holds addresses cannot be a part; all that a table remembers can.
func TestPlain(t *testing.T) {
	NewLayout(flow.Parts()...)
	defer func() {
		if got := fmt.Sprint(recover()); got != "checkpoint: checkpoint.bad.in.p is a *int, which no file can hold" {
			t.Error(got)
		}
	}()
	type bad struct{ in struct{ p *int } }
	NewLayout(new(bad))
}

// FuzzOpen: whatever a file holds, it is read or refused, and nothing is given out of one
// that is refused at once.
func FuzzOpen(f *testing.F) {
	l := NewLayout(new(thing), new(inner))
	f.Add(file(f, l, []Note{{NoteEnded, 3}}, &inner{1, 2}, &thing{a: 3}))
	f.Add([]byte(magic))
	f.Add([]byte("0"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _, err := parts(b, l)
		if refused := (*Refusal)(nil); err != nil && err != ErrForeign && !errors.As(err, &refused) {
			t.Fatal(err)
		}
	})
}
