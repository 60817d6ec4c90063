package tcp

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// The list of each case, and the walk over it: kind:data for each option, what
// stopped it, and / before the octets that were not walked.
func TestOptions(t *testing.T) {
	for _, tt := range []struct{ list, want string }{
		{"", "/"},
		{"\x02\x04\x05\xb4", "2:05b4 /"},
		{"\x01\x01\x08\x0a12345678", "8:3132333435363738 /"},
		{"\x01\x01\x01\x01", "/"},
		{"\x04\x02\x00\x02\x04\x05\xb4", "4: /00020405b4"}, // what follows EOL is padding
		{"\x00", "/00"},
		{"\x04\x02\x00\x00", "4: /0000"},
		{"\x03", "tcp option: bad length /03"},                   // no length
		{"\x03\x00\x00\x00", "tcp option: bad length /03000000"}, // would never end
		{"\x03\x01\x00\x00", "tcp option: bad length /03010000"},
		{"\x04\x02\x03\x03", "4: tcp option: bad length /0303"}, // points one past the end
		{"\x04\x02\xff\xff", "4: tcp option: bad length /ffff"},
		{"\x04\x02\xff\x02", "4: 255: /"}, // unknown kinds are walked over
		{"\x05\x05abc\x01\x04\x02", "5:616263 4: /"},
	} {
		o := Options{rest: []byte(tt.list)}
		var got []string
		for o.Next() {
			got = append(got, fmt.Sprintf("%d:%x", o.Kind, o.Data))
		}
		if o.Err() != nil {
			got = append(got, o.Err().Error())
		}
		got = append(got, fmt.Sprintf("/%x", o.Rest()))
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("% x: %q, want %q", tt.list, s, tt.want)
		}
		if o.Next() {
			t.Errorf("% x: a walk that ended goes on", tt.list)
		}
	}
}

// values says what the accessors tell of the first option of list.
func values(list string) string {
	o := Options{rest: []byte(list)}
	o.Next()
	var s []string
	add := func(ok bool, format string, v ...any) {
		if ok {
			s = append(s, fmt.Sprintf(format, v...))
		}
	}
	mss, ok := o.MSS()
	add(ok, "mss %d", mss)
	shift, ok := o.WScale()
	add(ok, "ws %d", shift)
	val, ecr, ok := o.Timestamps()
	add(ok, "ts %d %d", val, ecr)
	blocks, n := o.SACK()
	add(n > 0, "sack %v", blocks[:n])
	seconds, ok := o.UserTimeout()
	add(ok, "uto %d s", seconds)
	id, ok := o.ExID()
	add(ok, "exid %#04x", id)
	cookie, ok := o.TFO()
	add(ok, "tfo %x", cookie)
	subtype, ok := o.MPTCP()
	add(ok, "mptcp %d", subtype)
	key, next, mac, ok := o.AO()
	add(ok, "ao %d %d %x", key, next, mac)
	e0, ce, e1, n, ok := o.AccECN()
	add(ok, "accecn %d: %d %d %d", n, e0, ce, e1)
	return strings.Join(s, ", ")
}

func TestOptionValues(t *testing.T) {
	for _, tt := range []struct{ list, want string }{
		{"\x02\x04\x05\xb4", "mss 1460"},
		{"\x02\x03\x05", ""},
		{"\x02\x05\x05\xb4\x00", ""},
		{"\x03\x03\x0e", "ws 14"},
		{"\x03\x03\xff", "ws 255"}, // as sent
		{"\x03\x02", ""},
		{"\x04\x02", ""},
		{"\x05\x0a\x00\x00\x00\x01\xff\xff\xff\xff", "sack [[1 4294967295]]"},
		{"\x05\x12\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04", "sack [[1 2] [3 4]]"},
		{"\x05\x22" + strings.Repeat("\x00\x00\x00\x07", 8), "sack [[7 7] [7 7] [7 7] [7 7]]"},
		{"\x05\x02", ""},
		{"\x05\x09\x00\x00\x00\x01\x00\x00\x00", ""},
		{"\x05\x2a" + strings.Repeat("\x00\x00\x00\x07", 10), ""}, // five blocks do not fit into a header
		{"\x08\x0a\x00\x00\x00\x05\x00\x00\x00\x06", "ts 5 6"},
		{"\x08\x09\x00\x00\x00\x05\x00\x00\x00", ""},
		{"\x1c\x04\x00\x1e", "uto 30 s"},
		{"\x1c\x04\x80\x02", "uto 120 s"}, // minutes
		{"\x1c\x03\x00", ""},
		{"\x1d\x04\x01\x02", "ao 1 2 "},
		{"\x1d\x06\x01\x02\xaa\xbb", "ao 1 2 aabb"},
		{"\x1d\x03\x01", ""},
		{"\x1e\x03\x50", "mptcp 5"},
		{"\x1e\x04\x20\x01", "mptcp 2"},
		{"\x1e\x02", ""},
		{"\x22\x02", "tfo "}, // a request
		{"\x22\x06abcd", "tfo 61626364"},
		{"\xfe\x04\xf9\x89", "exid 0xf989, tfo "},
		{"\xfd\x08\xf9\x89abcd", "exid 0xf989, tfo 61626364"},
		{"\xfe\x03\xf9", ""},
		{"\xfe\x02", ""},
		{"\xfe\x04\xe2\xd4", "exid 0xe2d4"},
		{"\xac\x02", "accecn 0: 0 0 0"},
		{"\xac\x05\x00\x00\x01", "accecn 1: 1 0 0"},
		{"\xac\x08\x00\x00\x01\x00\x00\x02", "accecn 2: 1 2 0"},
		{"\xac\x0b\x00\x00\x01\x00\x00\x02\x00\x01\x00", "accecn 3: 1 2 256"},
		{"\xae\x0b\x00\x00\x01\x00\x00\x02\x00\x01\x00", "accecn 3: 256 2 1"},
		{"\xae\x08\x00\x00\x01\x00\x00\x02", "accecn 2: 0 2 1"},
		{"\xae\x05\x00\x00\x01", "accecn 1: 0 0 1"},
		{"\xac\x07\x00\x00\x01\xff\xff", "accecn 1: 1 0 0"}, // the rest is padding (RFC 9768 §3.2.3)
		{"\xac\x0e\x00\x00\x01\x00\x00\x02\x00\x01\x00\x00\x00\x09", "accecn 3: 1 2 256"},
		{"\xfe\x07\xac\xc0\x00\x00\x01", "exid 0xacc0, accecn 1: 1 0 0"},
		{"\xfe\x07\xac\xc1\x00\x00\x01", "exid 0xacc1, accecn 1: 0 0 1"},
		{"\x13\x12" + strings.Repeat("m", 16), ""},
		{"\x45\x04\xff\xff", ""},
	} {
		if got := values(tt.list); got != tt.want {
			t.Errorf("% x: %q, want %q", tt.list, got, tt.want)
		}
	}
}

// The table is in order, its lengths can be, and each bit but the shared ones
// has one kind.
func TestKinds(t *testing.T) {
	last := -1
	for _, k := range Kinds() {
		if int(k.Kind) <= last {
			t.Errorf("kind %d stands behind %d", k.Kind, last)
		}
		last = int(k.Kind)
		plain := k.Kind == KindEOL || k.Kind == KindNOP
		if k.Name == "" || k.Source == "" || k.Min > k.Max || k.Max > 40 || plain != (k.Bit == 0) || plain != (k.Max == 1) {
			t.Errorf("kind %d: %+v", k.Kind, k)
		}
		if info, ok := k.Kind.Info(); !ok || info != k {
			t.Errorf("kind %d: Info says %+v, %v", k.Kind, info, ok)
		}
	}
	if info, ok := Kind(77).Info(); ok || info != (KindInfo{Kind: 77}) {
		t.Errorf("kind 77 has %+v", info)
	}
	Kinds()[0].Name = "changed"
	if Kinds()[0].Name != "EOL" {
		t.Error("a caller can change the table")
	}
}

// FuzzOptions: the walk ends, what it consumes are the header's octets in order,
// an error means that a length lies, and accessors do not panic.
func FuzzOptions(f *testing.F) {
	for _, list := range lists {
		f.Add([]byte(list))
	}
	f.Fuzz(func(t *testing.T, list []byte) {
		list = list[:min(len(list), 40)]
		o, at := Options{rest: list}, 0
		for o.Next() {
			for list[at] == byte(KindNOP) {
				at++
			}
			n := 2 + len(o.Data)
			if Kind(list[at]) != o.Kind || int(list[at+1]) != n || string(list[at+2:at+n]) != string(o.Data) {
				t.Fatalf("at %d of % x: kind %d, data % x", at, list, o.Kind, o.Data)
			}
			values(string(list[at:]))
			at += n
		}
		rest := o.Rest()
		for ; at < len(list)-len(rest); at++ {
			if list[at] != byte(KindNOP) {
				t.Fatalf("% x: octet %d was skipped", list, at)
			}
		}
		lies := len(rest) > 0 && rest[0] != byte(KindEOL)
		if errors.Is(o.Err(), ErrOptionLength) != lies || lies && len(rest) > 1 && rest[1] >= 2 && int(rest[1]) <= len(rest) {
			t.Fatalf("% x: stopped at % x with %v", list, rest, o.Err())
		}
	})
}
