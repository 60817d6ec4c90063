package text_test

import (
	"encoding/hex"
	"io"
	"os"
	"strings"
	"testing"

	"onpath/anomaly"
	"onpath/check"
	"onpath/conn"
	"onpath/packet"
	"onpath/record"
	"onpath/sink/text"
	"onpath/tcp"
)

// decode makes a Packet of an IP datagram in hex, sent at 15:59:13.509078.
func decode(t testing.TB, datagram string) *record.Packet {
	octets, err := hex.DecodeString(strings.ReplaceAll(datagram, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	v := &packet.View{}
	packet.NewDecoder(packet.Config{}).Decode(&packet.Frame{
		Data: octets, WireLen: uint32(len(octets)), Link: packet.LinkRaw, At: 57553509078000,
	}, v)
	return &record.Packet{View: v, Conn: 1, State: [2]conn.State{conn.SynSent, conn.Closed}}
}

const (
	syn = "4500 0040 1a2b 4000 4006 0000 0a000102 d822b530" +
		"c269 0050 6f0a1520 00000000 b002 ffff 0000 0000 020405b4 01 030303 0101 080a 13b8a4d7 00000000 0402 00 00"
	data = "4500 002d 1a2b 4000 4006 0000 0a000102 d822b530" +
		"c269 0050 6f0a1521 00000001 5038 ffff 0000 0003 68656c6c6f"
	sack = "6000 0000 0028 06 40 20010db8000000000000000000000001 20010db8000000000000000000000002" +
		"c269 0050 6f0a1521 00000001 a010 00ff 0000 0000 0101 05 0a 00000010 00000020 fe 04 abcd 01 01 00 00"
	lie  = "4500 0030 1a2b 4000 4006 0000 0a000102 d822b530 c269 0050 6f0a1520 00000000 7002 ffff 0000 0000 02ff05b4 01010101"
	ping = "4500 0024 1a2b 4000 4001 0000 0a000102 d822b530 0800 0000 1092 0007 6f6e7061 74682121"
	gone = "4500 0024 1a2b 4000 4001 0000 0a000102 d822b530 0303 0000 00000000 45000024 00000000"
	udp  = "4500 0020 1a2b 4000 4011 0000 0a000102 d822b530 d539 0035 000c 0000 01020304"
	esp  = "4500 001c 1a2b 4000 4032 0000 0a000102 d822b530 01020304 00000001"
	odd  = "4500 0018 1a2b 4000 40fd 0000 0a000102 d822b530 01020304"
	cut  = "4500 0028 1a2b 4000 4006 0000 0a000102"
)

// What a packet showed stands behind the connection, but not what its states tell.
func TestRaised(t *testing.T) {
	p := decode(t, esp)
	p.Raised = []check.Raised{
		{ID: anomaly.EventSyn, Severity: anomaly.Informational},
		{ID: anomaly.ZeroWindow, Severity: anomaly.Performance, Accused: p.View.Number},
		{ID: anomaly.AckOfUnsentData, Severity: anomaly.Violation, Accused: 77},
	}
	for why, want := range map[packet.Reason]string{
		packet.Decoded:   " ESP, length 8 | conn 1, zero-window, !! ack-of-unsent-data of 77\n",
		packet.TCPOffset: " ESP, length 8 | conn 1, not decoded: tcp-offset, zero-window, !! ack-of-unsent-data of 77\n",
	} {
		var b strings.Builder
		p.View.Why = why
		text.New(&b, text.Config{}).Write(p)
		if !strings.HasSuffix(b.String(), want) {
			t.Errorf("%v: %q does not end in %q", why, b.String(), want)
		}
	}
}

func TestLines(t *testing.T) {
	for name, c := range map[string][2]string{
		"SYN":     {syn, "IP 10.0.1.2.49769 > 216.34.181.48.80: Flags [S], seq 1862931744, win 65535, options [mss 1460,nop,wscale 3,nop,nop,TS val 330867927 ecr 0,sackOK,eol], length 0 | conn 1 SYN-SENT/CLOSED, bad checksum"},
		"data":    {data, "IP 10.0.1.2.49769 > 216.34.181.48.80: Flags [P.U], seq 1862931745:1862931750, ack 1, win 65535, urg 3, length 5 | conn 1 SYN-SENT/CLOSED, bad checksum"},
		"SACK":    {sack, "IP6 2001:db8::1.49769 > 2001:db8::2.80: Flags [.], ack 1, win 255, options [nop,nop,sack 1 {16:32},exp-abcd,nop,nop,eol], length 0 | conn 1 SYN-SENT/CLOSED, bad checksum"},
		"options": {lie, "IP 10.0.1.2.49769 > 216.34.181.48.80: Flags [S], seq 1862931744, win 65535, options [[bad opt] | conn 1 SYN-SENT/CLOSED, bad checksum"},
		"ping":    {ping, "IP 10.0.1.2 > 216.34.181.48: ICMP echo request, id 4242, seq 7, length 16 | conn 1, bad checksum"},
		"ICMP":    {gone, "IP 10.0.1.2 > 216.34.181.48: ICMP unreachable, code 3, length 16 | conn 1, bad checksum"},
		"UDP":     {udp, "IP 10.0.1.2.54585 > 216.34.181.48.53: UDP, length 4 | conn 1"},
		"ESP":     {esp, "IP 10.0.1.2 > 216.34.181.48: ESP, length 8 | conn 1"},
		"unknown": {odd, "IP 10.0.1.2 > 216.34.181.48:  ip-proto-253 4 | conn 1"},
		"cut":     {cut, "IP  [|ip] | conn 1, not decoded: ip-cut"},
	} {
		var b strings.Builder
		if err := text.New(&b, text.Config{}).Write(decode(t, c[0])); err != nil {
			t.Fatal(err)
		}
		if want := "15:59:13.509078 " + c[1] + "\n"; b.String() != want {
			t.Errorf("%s:\n%s%s", name, b.String(), want)
		}
	}
}

func TestWriteDoesNotAllocate(t *testing.T) {
	for name, datagram := range map[string]string{"syn": syn, "sack": sack, "ping": ping, "esp": esp, "cut": cut} {
		w, p := text.New(io.Discard, text.Config{}), decode(t, datagram)
		if n := testing.AllocsPerRun(100, func() { w.Write(p) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	w, p := text.New(io.Discard, text.Config{}), decode(b, syn)
	b.ReportAllocs()
	for b.Loop() {
		w.Write(p)
	}
}

func Example() {
	w := text.New(os.Stdout, text.Config{})
	w.Write(&record.Packet{View: &packet.View{Why: packet.NotIP, WireLen: 60}, Dir: tcp.Client})
	// Output:
	// 00:00:00.000000 not decoded, not-ip: no IP inside: ARP, LLDP, spanning tree and their like, length 60
}

// FuzzWrite: whatever a datagram holds, its line is printable ASCII; VXLAN makes it two,
// as in tcpdump.
func FuzzWrite(f *testing.F) {
	for _, datagram := range []string{syn, data, sack, lie, ping, gone, udp, esp, odd, cut} {
		octets, err := hex.DecodeString(strings.ReplaceAll(datagram, " ", ""))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(octets)
	}
	decoder, v := packet.NewDecoder(packet.Config{}), &packet.View{}
	f.Fuzz(func(t *testing.T, octets []byte) {
		decoder.Decode(&packet.Frame{Data: octets, WireLen: uint32(len(octets)), Link: packet.LinkRaw}, v)
		var b strings.Builder
		if err := text.New(&b, text.Config{}).Write(&record.Packet{View: v, Conn: 1}); err != nil {
			t.Fatal(err)
		}
		line, ok := strings.CutSuffix(b.String(), "\n")
		if !ok || strings.ContainsFunc(line, func(r rune) bool { return r != '\n' && (r < ' ' || r > '~') }) {
			t.Errorf("%q", b.String())
		}
	})
}
