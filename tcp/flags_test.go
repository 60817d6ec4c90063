package tcp

import "testing"

func TestFlagsRoundTrip(t *testing.T) {
	for f := Flags(0); f < 1<<9; f++ {
		if got, ok := ParseFlags(f.String()); got != f || !ok {
			t.Fatalf("ParseFlags(%q) = %v, %v", f, got, ok)
		}
		if got := string(f.Append([]byte("x"))); got != "x"+f.String() {
			t.Fatalf("Append(x) = %q", got)
		}
	}
}

func TestFlags(t *testing.T) {
	for _, tt := range []struct {
		f    Flags
		want string
	}{
		{0, "none"}, {SYN, "S"}, {SYN | ACK, "S."}, {FIN | PSH | ACK, "FP."}, {SYN | ECE | CWR, "SEW"}, {AE, "e"},
		{1<<9 - 1, "FSRP.UEWe"},
		{0xfe00, ""}, // no flags of TCP at all
	} {
		if got := tt.f.String(); got != tt.want {
			t.Errorf("%#03x is %q, want %q", uint16(tt.f), got, tt.want)
		}
	}
	for _, s := range []string{"", "x", "S.x", "none.", "s", "S ."} {
		if f, ok := ParseFlags(s); ok {
			t.Errorf("ParseFlags(%q) = %v, want it refused", s, f)
		}
	}
	if !(SYN | ACK).Has(SYN) || (SYN | ACK).Has(SYN|FIN) || !SYN.Has(0) {
		t.Error("Has asks for every bit")
	}
}
