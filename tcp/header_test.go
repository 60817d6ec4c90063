package tcp

import (
	"errors"
	"testing"
)

// wire is a SYN,ACK with all flags' neighbours set, one MSS option and four
// octets of payload.
var wire = []byte("\x00\x50\x1f\x90\x01\x02\x03\x04\x05\x06\x07\x08\x6b\x12\xff\xfe\xab\xcd\x12\x34\x02\x04\x05\xb4data")

func TestHeader(t *testing.T) {
	h, payload, err := ParseHeader(wire)
	if err != nil || string(payload) != "data" {
		t.Fatalf("payload %q, error %v", payload, err)
	}
	for _, tt := range []struct {
		field     string
		got, want uint32
	}{
		{"source port", uint32(h.SrcPort()), 80},
		{"destination port", uint32(h.DstPort()), 8080},
		{"seq", uint32(h.Seq()), 0x01020304},
		{"ack", uint32(h.Ack()), 0x05060708},
		{"flags", uint32(h.Flags()), uint32(SYN | ACK | AE)},
		{"reserved", uint32(h.Reserved()), 5},
		{"window", uint32(h.Window()), 0xfffe},
		{"checksum", uint32(h.Checksum()), 0xabcd},
		{"urgent", uint32(h.Urgent()), 0x1234},
		{"length", uint32(len(h)), 24},
	} {
		if tt.got != tt.want {
			t.Errorf("%s is %#x, want %#x", tt.field, tt.got, tt.want)
		}
	}
}

// At every length the header is there, or the error says what is missing.
func TestHeaderCut(t *testing.T) {
	for n := range len(wire) + 1 {
		h, payload, err := ParseHeader(wire[:n:n])
		var cut *HeaderError
		switch {
		case n >= 24 && (err != nil || len(h) != 24 || len(payload) != n-24):
			t.Errorf("%d octets: %d of header, %d of payload, error %v", n, len(h), len(payload), err)
		case n < 24 && (!errors.Is(err, ErrTruncated) || !errors.As(err, &cut) || cut.Have != n):
			t.Errorf("%d octets: error %v", n, err)
		}
	}
	bare := append([]byte{}, wire[:MinHeader]...)
	bare[12] = 5 << 4
	if h, payload, err := ParseHeader(bare); err != nil || len(h) != MinHeader || len(payload) != 0 {
		t.Errorf("a header without options: %d octets, error %v", len(h), err)
	}
	for words, want := range map[byte]string{
		0: "tcp header: data offset below 5 words (have 0, need 20)",
		4: "tcp header: data offset below 5 words (have 16, need 20)",
		8: "tcp header: fewer octets captured than the header needs (have 28, need 32)",
	} {
		b := append([]byte{}, wire...)
		b[12] = words << 4
		if _, _, err := ParseHeader(b); err == nil || err.Error() != want {
			t.Errorf("offset %d: %v, want %s", words, err, want)
		}
	}
}

// FuzzParseHeader: header and payload are the octets that were given, in order;
// HeaderLen says the same; accessors do not panic; what follows the header has
// no influence on it.
func FuzzParseHeader(f *testing.F) {
	for n := range len(wire) + 1 {
		f.Add(wire[:n:n]) // every way to cut it short
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, payload, err := ParseHeader(b)
		if n, ok := HeaderLen(b); ok != (err == nil) || ok && n != len(h) {
			t.Fatalf("HeaderLen = %d, %v; ParseHeader: %d, %v", n, ok, len(h), err)
		}
		if err != nil {
			var he *HeaderError
			if !errors.As(err, &he) || h != nil || payload != nil {
				t.Fatalf("ParseHeader(% x) = %v, %v, %v", b, h, payload, err)
			}
			return
		}
		if string(h)+string(payload) != string(b) || cap(h) != len(h) {
			t.Fatalf("%d header + %d payload octets of %d", len(h), len(payload), len(b))
		}
		var s, alone Segment
		s.Read(h, uint32(len(payload)))
		h, _, _ = ParseHeader(b[:len(h)])
		alone.Read(h, uint32(len(payload)))
		if s != alone {
			t.Fatalf("with payload %+v, without %+v", s, alone)
		}
	})
}
