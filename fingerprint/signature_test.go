package fingerprint_test

import (
	"strings"
	"testing"

	"onpath/fingerprint"
	"onpath/tcp"
)

// with is a SYN of Linux, changed.
func with(change func(*segment)) segment {
	s := linux()
	change(&s)
	return s
}

func opts(parts ...[]byte) segment { return with(func(s *segment) { s.options = join(parts...) }) }

// TestSignature: what p0f 3.09 prints of these segments. A field is left out of want
// where it is that of Linux's SYN: TTL, window, options, quirks.
func TestSignature(t *testing.T) {
	for name, c := range map[string]struct {
		s    segment
		want string
	}{
		"Linux":        {linux(), "4:64+0:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:0"},
		"over IPv6":    {with(func(s *segment) { s.v6 = true }), "6:64+0:0:1460:mss*44,7:mss,sok,ts,nop,ws::0"},
		"flow label":   {with(func(s *segment) { s.v6, s.flow = true, 5 }), "6:64+0:0:1460:mss*44,7:mss,sok,ts,nop,ws:flow:0"},
		"IP options":   {with(func(s *segment) { s.ipOptions = nops(4) }), "4:64+0:4:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:0"},
		"payload":      {with(func(s *segment) { s.payload = "x" }), "4:64+0:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:+"},
		"none":         {opts(), "4:64+0:0:0:64240,0::df,id+:0"},
		"twice":        {opts(mss(1460), mss(1400)), "4:64+0:0:1400:mss*44,0:mss,mss:df,id+:0"},
		"unknown":      {opts(mss(1460), []byte{254, 4, 0, 0}), "4:64+0:0:1460:mss*44,0:mss,?254:df,id+:0"},
		"sack":         {opts(nop, nop, []byte{5, 10}, make([]byte, 8)), "4:64+0:0:0:64240,0:nop,nop,sack:df,id+:0"},
		"sack odd":     {opts([]byte{5, 11}, make([]byte, 9), nop), "4:64+0:0:0:64240,0:sack,nop:df,id+:0"},
		"sack short":   {opts([]byte{5, 9}, make([]byte, 7), nops(3)), "4:64+0:0:0:64240,0:sack:df,id+,bad:0"},
		"sack long":    {opts([]byte{5, 38}, make([]byte, 36), nops(2)), "4:64+0:0:0:64240,0:sack:df,id+,bad:0"},
		"length 0":     {opts(mss(1460), []byte{34, 0}, nops(2)), "4:64+0:0:1460:mss*44,0:mss,?34:df,id+,bad:0"},
		"length 9":     {opts(mss(1460), []byte{34, 9}, nops(2)), "4:64+0:0:1460:mss*44,0:mss,?34:df,id+,bad:0"},
		"no length":    {opts(nops(3), []byte{34}), "4:64+0:0:0:64240,0:nop,nop,nop,?34:df,id+,bad:0"},
		"mss of 3":     {opts([]byte{2, 3, 5, 1}, ws(3), nop), "4:64+0:0:1281:mss*44,3:mss,ws,nop:df,id+,bad:0"},
		"mss of 6":     {opts([]byte{2, 6, 5, 6, 7, 8}, nops(2)), "4:64+0:0:1286:mss*44,0:mss,?7:df,id+,bad:0"},
		"mss cut":      {opts(nops(2), []byte{2, 4}), "4:64+0:0:0:64240,0:nop,nop,mss:df,id+,bad:0"},
		"ws of 4":      {opts(mss(1460), []byte{3, 4, 1, 1}), "4:64+0:0:1460:mss*44,1:mss,ws,nop:df,id+,bad:0"},
		"sok of 3":     {opts(mss(1460), []byte{4, 3, 1, 1}), "4:64+0:0:1460:mss*44,0:mss,sok,nop,nop:df,id+,bad:0"},
		"ts of 8":      {opts(mss(1460), []byte("\x08\x08abcdef"), ws(1), nop), "4:64+0:0:1460:mss*44,0:mss,ts,nop,nop:df,id+,ts2+,bad:0"},
		"ts cut":       {opts(mss(1460), []byte("\x08\x0aab")), "4:64+0:0:1460:mss*44,0:mss,ts:df,id+,bad:0"},
		"eol":          {opts(mss(1460), sok, nop, eol), "4:64+0:0:1460:mss*44,0:mss,sok,nop,eol+0:df,id+:0"},
		"eol, more":    {opts(mss(1460), eol, sok, nop), "4:64+0:0:1460:mss*44,0:mss,eol+3:df,id+,opt+:0"},
		"eol, at last": {opts(mss(1460), []byte{0, 0, 0, 5}), "4:64+0:0:1460:mss*44,0:mss,eol+3:df,id+:0"},
		"24":           {opts(nops(24)), "4:64+0:0:0:64240,0:" + strings.Repeat("nop,", 23) + "nop:df,id+:0"},
		"25":           {opts(nops(28)), "4:64+0:0:0:64240,0:" + strings.Repeat("nop,", 23) + "nop:df,id+,bad:0"},
	} {
		if got := c.s.signature(t, 0); got.String() != c.want {
			t.Errorf("%s: %v\nwant %s", name, &got, c.want)
		}
	}
}

// TestTTL: hops before are guessed up to 35.
func TestTTL(t *testing.T) {
	for ttl, want := range map[uint8]string{
		1: "1+31", 32: "32+0", 33: "33+31", 64: "64+0", 65: "65+?", 92: "92+?", 93: "93+35", 128: "128+0", 219: "219+?", 220: "220+35", 255: "255+0",
	} {
		s := with(func(s *segment) { s.ttl = ttl }).signature(t, 0)
		if got := strings.Split(s.String(), ":")[1]; got != want {
			t.Errorf("%d: %s, want %s", ttl, got, want)
		}
	}
}

// TestQuirks: what p0f 3.09 prints for these headers.
func TestQuirks(t *testing.T) {
	for want, change := range map[string]func(*segment){
		"df":               func(s *segment) { s.id = 0 },
		"":                 func(s *segment) { s.ipFlags = 0 },
		"id-":              func(s *segment) { s.ipFlags, s.id = 0, 0 },
		"0+":               func(s *segment) { s.ipFlags = 4 },
		"id-,0+":           func(s *segment) { s.ipFlags, s.id = 4, 0 },
		"df,id+,0+":        func(s *segment) { s.ipFlags = 6 },
		"df,id+,ecn":       func(s *segment) { s.flags |= tcp.AE },
		"df,ecn":           func(s *segment) { s.tos, s.id = 3, 0 },
		"df,id+,seq-":      func(s *segment) { s.seq = 0 },
		"df,id+":           func(s *segment) { s.ack = 0x12345678 },
		"df,id+,ack+":      func(s *segment) { s.ack = 1 << 24 },
		"df,id+,ack-":      func(s *segment) { s.flags |= tcp.ACK },
		"df,id+,uptr+":     func(s *segment) { s.urg = 7 },
		"df,id+,urgf+":     func(s *segment) { s.urg, s.flags = 7, s.flags|tcp.URG },
		"df,id+,pushf+":    func(s *segment) { s.flags |= tcp.PSH },
		"df,id+,ts1-":      func(s *segment) { s.options = join(ts(5, 0), ts(0, 0)) },
		"df,id+,ts2+":      func(s *segment) { s.options = join(ts(5, 6), nops(2)) },
		"df,id+,ts1-,ts2+": func(s *segment) { s.options = join(ts(0, 6), nops(2)) },
		"df,id+,exws":      func(s *segment) { s.options = join(ws(15), ws(14), nops(2)) },
	} {
		s := with(change).signature(t, 0)
		if got := strings.Split(s.String(), ":")[6]; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestWindow: which multiple p0f 3.09 sees in a window; where two are possible, the
// first of the list.
func TestWindow(t *testing.T) {
	for _, c := range []struct {
		window, mss uint16
		stamp       uint32
		v6          bool
		peer        uint16 // MSS; then it is a SYN,ACK
		want        string
	}{
		{9107, 1301, 5, false, 0, "mss*7"},
		{9023, 1301, 5, false, 0, "mss*7"}, // less 12 octets
		{9023, 1301, 0, false, 0, "9023"},
		{10220, 1301, 0, false, 0, "mss*7"}, // of 1460
		{10136, 1301, 0, false, 0, "mss*7"}, // of 1448
		{10080, 1301, 5, false, 0, "10080"},
		{10080, 1301, 5, true, 0, "mss*7"}, // of 1440
		{9996, 1301, 5, true, 0, "mss*7"},  // of 1428
		{9387, 1301, 5, false, 0, "mtu*7"}, // of 1341
		{9527, 1301, 5, false, 0, "mtu*7"}, // of 1361: with the options
		{9667, 1301, 5, true, 0, "mtu*7"},  // of 1381
		{9527, 1301, 5, true, 0, "mtu*7"},  // of 1361: IPv6
		{10500, 1301, 5, false, 0, "mtu*7"},
		{10416, 1301, 5, false, 0, "10416"},
		{990, 99, 0, false, 0, "990"},
		{1000, 100, 0, false, 0, "mss*10"},
		{0, 1460, 0, false, 0, "0"},
		{2200, 100, 5, false, 0, "mss*22"}, // and 25 of 88
		{1120, 100, 5, false, 0, "mtu*8"},  // of 140; and 7 of 160
		{8400, 1301, 5, false, 1200, "mss*7"},
		{8316, 1301, 5, false, 1200, "mss*7"}, // of 1188
		{8316, 1301, 0, false, 1200, "mss*7"},
		{33000, 1301, 0, false, 50, "mtu*22"}, // before 660 of 50
		{8072, 1301, 0, false, 12, "8072"},
		{8072, 1301, 0, false, 20, "mss*1009"},
	} {
		s := with(func(s *segment) {
			s.window, s.v6, s.options = c.window, c.v6, join(mss(c.mss), sok, ts(c.stamp, 0), nop, ws(7))
			if c.peer != 0 {
				s.flags, s.ack = tcp.SYN|tcp.ACK, 1
			}
		}).signature(t, c.peer)
		if got := strings.Split(strings.Split(s.String(), ":")[4], ",")[0]; got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// TestNoSignature: what is no SYN, or was cut, has none.
func TestNoSignature(t *testing.T) {
	for _, flags := range []tcp.Flags{0, tcp.ACK, tcp.SYN | tcp.RST, tcp.SYN | tcp.FIN, tcp.RST} {
		var f fingerprint.Signature
		if v := with(func(s *segment) { s.flags = flags }).view(); f.Read(v, 0) {
			t.Errorf("%v: %v", flags, &f)
		}
	}
	whole := linux().view()
	for n := range len(whole.TCP) {
		var f fingerprint.Signature
		v := *whole
		v.TCP = v.TCP[:n]
		if f.Read(&v, 0) {
			t.Errorf("%d of %d octets: %v", n, len(whole.TCP), &f)
		}
	}
}
