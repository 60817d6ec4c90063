package tcpchain_test

import (
	"testing"
	"unsafe"

	"onpath/compat/tcpchain"
	"onpath/packet"
	"onpath/tcp"
)

// open is a handshake.
const open = `
	0.00 > S  100:100(0) win 65535
	0.01 < S. 300:300(0) ack 101 win 65535
	0.02 > .  101:101(0) ack 301 win 65535`

// The columns are synflags_fwd, synflags_rev, fin_fwd, fin_rev, rst_fwd, rst_rev,
// connected. An empty released is the same.
var scenarios = []struct{ name, text, documented, released string }{
	{"refused", `
	0.00 > S  100:100(0) win 16384
	0.01 < R. 0:0(0) ack 101 win 0`, fields("2", "null", "", "", "", "rst", ""), ""},
	{"no answer, three strikes", `
	0.00 > S  100:100(0)
	3.00 > S  100:100(0)
	9.00 > S  100:100(0)`, fields("2", "null", "", "", "", "", ""), ""},
	{"opened", open, fields("2", "18", "", "", "", "", "connected"), ""},
	{"handshake without its end", `
	0.00 > S  100:100(0)
	0.01 < S. 300:300(0) ack 101`, fields("2", "18", "", "", "", "", ""), ""},
	{"only an ACK ends a handshake", `
	0.00 > S  100:100(0)
	0.01 < S. 300:300(0) ack 101
	0.02 > R  101:101(0)`, fields("2", "18", "", "", "rst", "", ""), ""},
	{"asks for ECN and is granted it", `
	0.00 > SEW 100:100(0)
	0.01 < S.E 300:300(0) ack 101
	0.02 > .   101:101(0) ack 301`, fields("194", "82", "", "", "", "", "connected"), ""},
	{"first SYN wins: ECN given up at the second", `
	0.00 > SEW 100:100(0)
	1.00 > S   100:100(0)
	1.01 < S.  300:300(0) ack 101
	1.02 > .   101:101(0) ack 301`, fields("194", "18", "", "", "", "", "connected"), fields("2", "18", "", "", "", "", "connected")},
	{"client closes, server does not", open + `
	0.03 > F. 101:101(0) ack 301
	0.04 < .  301:301(0) ack 102`, fields("2", "18", "fin", "", "", "", "connected"), fields("2", "18", "", "fin", "", "", "connected")},
	{"closed in order", open + `
	0.03 > F. 101:101(0) ack 301
	0.04 < F. 301:301(0) ack 102
	0.05 > .  102:102(0) ack 302`, fields("2", "18", "fin", "fin", "", "", "connected"), ""},
	{"accepted and denied at once", open + `
	0.03 < R. 301:301(0) ack 101`, fields("2", "18", "", "", "", "rst", "connected"), ""},
	{"simultaneous open: no SYN-ACK from the other end", `
	0.00 > S  100:100(0)
	0.01 < S  300:300(0)
	0.02 > S. 100:100(0) ack 301`, fields("2", "2", "", "", "", "", ""), fields("18", "2", "", "", "", "", "")},
	{"begun in the middle: forward is who comes first", `
	0.00 < .  301:301(0) ack 101
	0.01 > F. 101:101(0) ack 301`, fields("null", "null", "", "fin", "", "", ""), fields("null", "null", "fin", "", "", "", "")},
	{"begun with the answer", `
	0.01 < S. 300:300(0) ack 101
	0.02 > .  101:101(0) ack 301
	0.03 > F. 101:101(0) ack 301`, fields("18", "null", "", "fin", "", "", ""), fields("18", "null", "fin", "", "", "", "")},
}

// fields is the seven as AppendFields writes them; "" is false.
func fields(synFwd, synRev, finFwd, finRev, rstFwd, rstRev, connected string) string {
	out := `"tcp_synflags_fwd":` + synFwd + `,"tcp_synflags_rev":` + synRev
	for _, f := range [...][2]string{{"tcp_fin_fwd", finFwd}, {"tcp_fin_rev", finRev}, {"tcp_rst_fwd", rstFwd}, {"tcp_rst_rev", rstRev}, {"tcp_connected", connected}} {
		value := "true"
		if f[1] == "" {
			value = "false"
		}
		out += `,"` + f[0] + `":` + value
	}
	return out
}

// Each story is told to a State alone and to a Table, which must agree.
func TestScenarios(t *testing.T) {
	for _, tt := range scenarios {
		segs := parse(t, tt.text)
		for rules, want := range [...]string{tcpchain.Documented: tt.documented, tcpchain.AsReleased: tt.released} {
			if want == "" {
				want = tt.documented
			}
			rules := tcpchain.Rules(rules)
			var s tcpchain.State
			var frames []*packet.Frame
			for _, seg := range segs {
				if more := s.Pass(seg.Flags, seg.Dir, rules); more == s.Complete() {
					t.Errorf("%s: more %v, complete %v", tt.name, more, s.Complete())
				}
				frames = append(frames, raw(seg.At, between(seg.Dir, seg.Flags)))
			}
			if got := string(s.AppendFields(nil)); got != want {
				t.Errorf("%s, rules %d:\n%s, want\n%s", tt.name, rules, got, want)
			}
			all := flows(tcpchain.Config{Rules: rules}, frames...)
			if len(all) != 1 || string(all[0].TCP.AppendFields(nil)) != want {
				t.Errorf("%s, rules %d: the table has %d flows: %+v", tt.name, rules, len(all), all)
			}
		}
	}
}

// The values that scripts compare with.
func TestConstants(t *testing.T) {
	for got, want := range map[tcp.Flags]int{
		tcpchain.FIN: 1, tcpchain.SYN: 2, tcpchain.RST: 4, tcpchain.PSH: 8, tcpchain.ACK: 16, tcpchain.URG: 32, tcpchain.ECE: 64, tcpchain.CWR: 128,
		tcpchain.SA: 18, tcpchain.SAE: 82, tcpchain.SEC: 194, tcpchain.SAEC: 210,
	} {
		if int(got) != want {
			t.Errorf("%v is %d, want %d", got, got, want)
		}
	}
	for got, want := range map[tcp.Kind]int{
		tcpchain.OptionEOL: 0, tcpchain.OptionNOP: 1, tcpchain.OptionMSS: 2, tcpchain.OptionWS: 3, tcpchain.OptionSACKOK: 4, tcpchain.OptionSACK: 5,
		tcpchain.OptionTS: 8, tcpchain.OptionMPTCP: 30, tcpchain.OptionFastOpen: 34, tcpchain.OptionExpA: 254, tcpchain.OptionExpB: 255,
	} {
		if int(got) != want {
			t.Errorf("kind %d, want %d", got, want)
		}
	}
	if tcpchain.ExIDFastOpen != 249<<8|137 {
		t.Errorf("experiment %x", tcpchain.ExIDFastOpen)
	}
}

func TestSizes(t *testing.T) {
	if n := unsafe.Sizeof(tcpchain.State{}); n > 4 {
		t.Errorf("a State is %d octets, want 4 at most", n)
	}
	if n := unsafe.Sizeof(tcpchain.Flow{}); n > 160 {
		t.Errorf("a Flow is %d octets, want 160 at most", n)
	}
}

// FuzzState: a complete flow stays complete, nothing seen is unseen, the names of
// the ends do not matter, and as released the FIN fields are exchanged, the SYN
// fields set for the same directions.
func FuzzState(f *testing.F) {
	f.Add([]byte{2, 0, 18, 1, 16, 0, 17, 0, 17, 1})
	f.Add([]byte{194, 0, 2, 0, 82, 1, 16, 0, 4, 1})
	f.Fuzz(func(t *testing.T, story []byte) {
		var s, other, released tcpchain.State
		for ; len(story) >= 2; story = story[2:] {
			flags, from := tcp.Flags(story[0]), tcp.Dir(story[1]&1)
			before := s
			s.Pass(flags, from, tcpchain.Documented)
			other.Pass(flags, 1-from, tcpchain.Documented)
			released.Pass(flags, from, tcpchain.AsReleased)
			if before.Complete() && !s.Complete() || before.Connected() && !s.Connected() {
				t.Fatal("something seen was unseen")
			}
			for _, rev := range [2]bool{false, true} {
				was, had := before.SynFlags(rev)
				is, has := s.SynFlags(rev)
				if _, also := released.SynFlags(rev); had && was != is || has != also {
					t.Fatalf("SYN flags %v then %v", was, is)
				}
				if s.Fin(rev) != released.Fin(!rev) || s.Rst(rev) != released.Rst(rev) {
					t.Fatal("as released, FIN fields are exchanged and no others")
				}
			}
			if string(s.AppendFields(nil)) != string(other.AppendFields(nil)) {
				t.Fatal("the names of the ends matter")
			}
		}
	})
}
