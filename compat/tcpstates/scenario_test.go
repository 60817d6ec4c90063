package tcpstates_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"onpath/compat/tcpstates"
	"onpath/internal/segtext"
	"onpath/packet"
	"onpath/tcp"
)

// craft returns the frame of a segment of connection n: a client at a high port,
// a server at port 80.
func craft(s tcp.Segment, n byte) packet.Frame {
	b := make([]byte, 54)
	be := binary.BigEndian
	copy(b, "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01\x08\x00\x45\x00\x00\x28\x00\x00\x00\x00\x40\x06")
	client, server := []byte{10, 0, n, 1}, []byte{10, 0, n, 2}
	cport, sport := uint16(40000), uint16(80)
	if s.Dir == tcp.Server {
		client, server, cport, sport = server, client, sport, cport
	}
	copy(b[26:], client)
	copy(b[30:], server)
	be.PutUint16(b[34:], cport)
	be.PutUint16(b[36:], sport)
	be.PutUint32(b[38:], uint32(s.Seq))
	be.PutUint32(b[42:], uint32(s.Ack))
	b[46], b[47] = 0x50, byte(s.Flags)
	return packet.Frame{Data: b, At: s.At, WireLen: uint32(len(b)), Link: packet.LinkEthernet}
}

// open is a handshake as it should be.
const open = `
	0.000 > S  100:100(0)
	0.001 < S. 500:500(0) ack 101
	0.002 > .  101:101(0) ack 501
`

// shut is a close as it should be.
const shut = `
	0.010 > F. 101:101(0) ack 501
	0.011 < F. 501:501(0) ack 102
	0.012 > .  102:102(0) ack 502
`

// scenarios: after each segment, c or s who sent it and the flags of that end;
// behind the bar what each flow ends with, the client's first.
var scenarios = []struct{ name, story, want string }{
	{"open and close", open + shut, "c00 s00 c00 c00 s00 c00 | 00 00"},
	{"open when the capture ends", open, "c00 s00 c00 | 02 02"},
	{"no answer", `
		0 > S 1:1(0)
		3 > S 1:1(0)
		9 > S 1:1(0)`, "c00 c00 c00 | 03"},
	{"no answer, a retry after 120 s is another flow", `
		0 > S 1:1(0)
		120 > S 1:1(0)`, "c00 c00 | 03; 03"},
	{"refused, and again after 0.5 s", `
		0.0 > S  1:1(0)
		0.1 < R. 0:0(0) ack 2
		0.6 > S  1:1(0)
		0.7 < R. 0:0(0) ack 2`, "c00 s40 c00 s40 | 03 43; 03 43"},
	{"reset, and a segment within 0.1 s", open + `
		0.003 < R  501:501(0)
		0.010 > .  101:101(0) ack 501`, "c00 s00 c00 s46 c16 | 16 46"},
	{"a FIN with data is never acknowledged", open + `
		0.01 > FP. 101:111(10) ack 501
		0.02 < F.  501:501(0) ack 112
		0.03 > .   112:112(0) ack 502`, "c00 s00 c00 c00 s00 c00 | 02 02"},
	{"last ACK twice", open + shut + `
		0.02 > .  102:102(0) ack 502`, "c00 s00 c00 c00 s00 c00 c08 | 08 00"},
	{"a new connection 10 s after the close", open + shut + `
		10.012 > S 7:7(0)`, "c00 s00 c00 c00 s00 c00 c00 | 00 00; 03"},
	{"a RST that completes the close", open + `
		0.010 > F. 101:101(0) ack 501
		0.011 < F. 501:501(0) ack 102
		0.012 > R. 102:102(0) ack 502
		0.013 > .  102:102(0) ack 502`, "c00 s00 c00 c00 s00 c42 c4a | 4a 02"},
	{"nothing follows the last number", `
		0.000 > S  4294967295:4294967295(0)
		0.001 < S. 500:500(0) ack 0
		0.002 > .  0:0(0) ack 501`, "c00 s01 c01 | 03 03"},
	{"the SYN,ACK again when the server is established", open + `
		0.1 < S. 500:500(0) ack 101
		0.2 > .  101:101(0) ack 501`, "c00 s00 c00 s04 c04 | 06 06"},
	{"silent for 610 s", open + `
		610.0029 > . 101:101(0) ack 501`, "c00 s00 c00 c01 | 02 02; 03"},
	{"a half-closed connection lives as long as its silent end", open + `
		0.01 > F. 101:101(0) ack 501
		500  > .  102:102(0) ack 501
		610.0009 > . 102:102(0) ack 501
		740  > .  102:102(0) ack 501`, "c00 s00 c00 c00 c00 c00 c01 | 02 02; 03"},
	{"scans", `
		0    > FPU 1:1(0)
		200  > none 1:1(0)
		1000 > F 1:1(0)
		1100 > F 1:1(0)
		1282 > F. 1:1(0) ack 7
		1500 > R 1:1(0)`, "c80 c81 c80 c80 c01 cc1 | 83; 83; 83; 83; c3"},
	{"SYNs that cross, one of them acknowledged", `
		0.0 > S 100:100(0)
		0.1 < S 500:500(0)
		0.2 > . 101:101(0) ack 501
		0.3 > S 100:100(0)`, "c00 s00 c00 c00 | 03 03"},
	{"a RST after the close", open + shut + `
		0.02 < R 502:502(0)`, "c00 s00 c00 c00 s00 c00 s4a | 02 4a"},
	{"a RST,ACK that nobody asked for", `
		0 > R. 1:1(0) ack 7`, "cc1 | c3"},
	{"a FIN scan that is answered", `
		0.0 > F. 1:1(0) ack 7
		0.1 < .  7:7(0) ack 2`, "c01 s01 | 83 03"},
	{"FIN and ACK first, then a close as it should be", `
		0.0 > F. 1:1(0) ack 7
		0.1 < F. 7:7(0) ack 2
		0.2 > .  2:2(0) ack 8`, "c01 s01 c01 | 01 01"},
	{"mid-stream", `
		0.0 > P. 100:110(10) ack 500
		0.1 < .  500:500(0) ack 110`, "c01 s01 | 03 03"},
}

func TestScenarios(t *testing.T) {
	for _, tt := range scenarios {
		segs, err := segtext.Parse(tt.story)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		rows, _, _ := strings.Cut(tt.want, " | ")
		if got := playTable(segs); got != tt.want {
			t.Errorf("%s:\ntable %s\nwant  %s", tt.name, got, tt.want)
		}
		if got := playPair(segs); got != rows {
			t.Errorf("%s:\npair %s\nwant %s", tt.name, got, rows)
		}
	}
}

// playTable tells a story to a Table.
func playTable(segs []tcp.Segment) string {
	var rows, flows []string
	last := uint64(0)
	table := tcpstates.New(tcpstates.Config{}, func(f *tcpstates.Flow) {
		if f.Number != last {
			flows = append(flows, "")
		}
		last = f.Number
		end := &flows[len(flows)-1]
		*end = strings.TrimSpace(fmt.Sprintf("%s %02x", *end, uint8(f.Flags)))
	})
	for _, s := range segs {
		f, p := craft(s, 0), tcpstates.Packet{}
		table.Observe(&f, &p)
		rows = append(rows, row(s, p.Flags))
	}
	table.Flush()
	return strings.Join(rows, " ") + " | " + strings.Join(flows, "; ")
}

// playPair tells a story to a Pair.
func playPair(segs []tcp.Segment) string {
	var pair tcpstates.Pair
	var rows []string
	for i := range segs {
		rows = append(rows, row(segs[i], pair.Observe(&segs[i], &tcpstates.DefaultLimits)))
	}
	return strings.Join(rows, " ")
}

func row(s tcp.Segment, f tcpstates.Flags) string {
	return fmt.Sprintf("%c%02x", s.Dir.String()[0], uint8(f))
}

// TestPairFinal: a record's flags are those of all flows inside it.
func TestPairFinal(t *testing.T) {
	segs, err := segtext.Parse(open + `
		0.003 < R  501:501(0)
		0.200 > S  7:7(0)`)
	if err != nil {
		t.Fatal(err)
	}
	var pair tcpstates.Pair
	if c, s := pair.Final(); c != 0 || s != 0 {
		t.Errorf("a pair that saw nothing ends with %v, %v", c, s)
	}
	for i := range segs {
		pair.Observe(&segs[i], &tcpstates.DefaultLimits)
	}
	if c, s := pair.Final(); c != 0x07 || s != 0x46 {
		t.Errorf("ends with %v, %v, want 0x07, 0x46", c, s)
	}
}
