package tcp

import (
	"errors"
	"maps"
	"slices"
	"testing"
)

func withOptions(options string) Header {
	h := make(Header, MinHeader, MinHeader+len(options))
	return append(h, options...)
}

func TestOptionMap(t *testing.T) {
	for _, tt := range []struct {
		name, options string
		want          map[Kind][]string
		err           error
	}{
		{"none", "", nil, nil},
		{"as Linux", "\x02\x04\x05\xb4\x04\x02\x08\x0a\x00\x00\x30\x39\x00\x00\x00\x00\x01\x03\x03\x07",
			map[Kind][]string{KindMSS: {"\x05\xb4"}, KindSACKOK: {""}, KindTimestamp: {"\x00\x00\x30\x39\x00\x00\x00\x00"}, KindWScale: {"\x07"}}, nil},
		{"padding is none", "\x01\x01\x00\x02", nil, nil},
		{"repeated", "\x02\x04\x05\xb4\x02\x04\x02\x18", map[Kind][]string{KindMSS: {"\x05\xb4", "\x02\x18"}}, nil},
		{"length 0", "\x04\x02\x08\x00\x00\x00\x00\x00", map[Kind][]string{KindSACKOK: {""}}, ErrOptionLength},
		{"length 1", "\x08\x01\x00\x00", nil, ErrOptionLength},
		{"past the end", "\x03\x03\x07\x02\x06\x05\xb4\x00", map[Kind][]string{KindWScale: {"\x07"}}, ErrOptionLength},
		{"no length", "\x03\x03\x07\x02", map[Kind][]string{KindWScale: {"\x07"}}, ErrOptionLength},
	} {
		m, err := withOptions(tt.options).OptionMap()
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: error %v, want %v", tt.name, err, tt.err)
		}
		got := map[Kind][]string{}
		for k, values := range m {
			for _, v := range values {
				got[k] = append(got[k], string(v))
			}
		}
		if !maps.EqualFunc(got, tt.want, slices.Equal) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestOptionMapValue(t *testing.T) {
	m, _ := withOptions("\x02\x04\x05\xb4\x02\x04\x02\x18\x04\x02\x01\x01").OptionMap()
	if v, ok := m.Value(KindMSS); !ok || string(v) != "\x02\x18" {
		t.Errorf("MSS %x, %v; want the last one", v, ok)
	}
	if v, ok := m.Value(KindSACKOK); !ok || len(v) != 0 {
		t.Errorf("SACK permitted %x, %v; want an empty value", v, ok)
	}
	if _, ok := m.Value(KindTFO); ok {
		t.Error("an option that is not there has a value")
	}
}

// An OptionMap is a copy, and holds what the walk shows: no more octets than the
// header has, and an error exactly if the walk has one.
func FuzzOptionMap(f *testing.F) {
	f.Add("\x02\x04\x05\xb4\x04\x02\x08\x00")
	f.Add("\x01\x03\x03\x07\x02\x04\x05\xb4\x02\x04\x05\xb4\x00")
	f.Fuzz(func(t *testing.T, options string) {
		h := withOptions(options[:min(len(options), 40)])
		m, err := h.OptionMap()
		octets := 0
		for k, values := range m {
			if k == KindEOL || k == KindNOP || len(values) == 0 {
				t.Errorf("kind %d with %d values", k, len(values))
			}
			for _, v := range values {
				octets += 2 + len(v)
			}
		}
		o := h.Options()
		for o.Next() {
			octets -= 2 + len(o.Data)
		}
		if octets != 0 || !errors.Is(err, o.Err()) {
			t.Errorf("%d octets differ, error %v, the walk's %v", octets, err, o.Err())
		}
	})
}
