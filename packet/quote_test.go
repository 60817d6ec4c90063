package packet_test

import (
	"testing"

	"onpath/internal/segtext"
	"onpath/packet"
	"onpath/tcp"
)

// errorFrame returns the frame of an ICMP error that quotes a segment of the client.
func errorFrame(t *testing.T, line string) []byte {
	t.Helper()
	lines, err := segtext.ParseLines(line)
	if err != nil {
		t.Fatal(err)
	}
	return lines[0].Frame()
}

// viewOf decodes a frame.
func viewOf(data []byte) (v packet.View) {
	f := packet.Frame{Number: 1, Link: packet.LinkEthernet, Data: data, WireLen: uint32(len(data))}
	packet.NewDecoder(packet.Config{}).Decode(&f, &v)
	return v
}

func TestQuote(t *testing.T) {
	v := viewOf(errorFrame(t, "0 > S 100:100(0) win 5 icmp 3.4"))
	q, ok := v.Quote()
	if !ok {
		t.Fatal("nothing is quoted")
	}
	segment := viewOf(errorFrame(t, "0 > S 100:100(0) win 5"))
	if q.Key != segment.Key || q.FromB != segment.FromB {
		t.Errorf("quoted is %+v, not %+v", q.Key, segment.Key)
	}
	if q.Seq != 100 || q.Flags != tcp.SYN || q.Kind != packet.ICMPUnreachable || q.Code != 4 || q.MTU != 1400 {
		t.Errorf("got %+v", q)
	}
}

// TestQuoteRefuses: what is no error, and what goes to somebody else.
func TestQuoteRefuses(t *testing.T) {
	echo := viewOf(errorFrame(t, "0 > S 100:100(0) win 5 icmp 8.0"))
	if _, ok := echo.Quote(); ok {
		t.Error("an echo request quotes")
	}
	segment := viewOf(errorFrame(t, "0 > S 100:100(0) win 5"))
	if _, ok := segment.Quote(); ok {
		t.Error("a TCP segment quotes")
	}
	b := errorFrame(t, "0 > S 100:100(0) win 5 icmp 3.1")
	b[14+19]++ // its addressee
	astray := viewOf(b)
	if _, ok := astray.Quote(); ok {
		t.Error("an error that goes to a third party quotes")
	}
}

// TestQuoteCutShort: a quote may end anywhere, and eight octets of TCP will do.
func TestQuoteCutShort(t *testing.T) {
	b := errorFrame(t, "0 > S 100:100(0) win 5 icmp 3.1")
	for n := range b {
		v := viewOf(b[:n])
		if q, ok := v.Quote(); ok != (n >= 14+20+8+20+8) || ok && q.Seq != 100 {
			t.Errorf("%d octets: %v, %+v", n, ok, q)
		}
	}
}
