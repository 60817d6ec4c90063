package netfilter

import (
	"encoding/binary"
	"testing"

	"onpath/packet"
	"onpath/tcp"
)

// toFTP gives a Tracker a segment of a connection to port 21, from the client with that
// number, and returns its verdict.
func (t *Tracker) toFTP(client uint16, dir Dir, flags tcp.Flags, seq, ack uint32, data string) (v Verdict) {
	b := make([]byte, 40, 40+len(data))
	be := binary.BigEndian
	b[0], b[8], b[9] = 0x45, 64, 6
	be.PutUint16(b[2:], uint16(40+len(data)))
	ends, ports := [2]uint32{0x0a000000 + uint32(client), 0x0b000001}, [2]uint16{4000, 21}
	be.PutUint32(b[12:], ends[dir])
	be.PutUint32(b[16:], ends[1-dir])
	be.PutUint16(b[20:], ports[dir])
	be.PutUint16(b[22:], ports[1-dir])
	be.PutUint32(b[24:], seq)
	be.PutUint32(b[28:], ack)
	b[32], b[33] = 5<<4, byte(flags)
	be.PutUint16(b[34:], 60000)
	b = append(b, data...)
	t.Observe(&packet.View{At: second, Depth: 1, IP: b, IPLen: uint32(len(b))}, &v)
	return v
}

// TestFloodsOfHelpersCostNothing: connections to a helper's port have the helper, but memory
// for it only where it has something to remember, and only for as long as they live.
func TestFloodsOfHelpersCostNothing(t *testing.T) {
	g := New(Config{Helpers: []Attach{{Helper: "ftp"}}, MaxEntries: 5000})
	first := g.helpers.controls.next
	for i := range uint16(20000) {
		v := g.toFTP(i, Original, tcp.SYN, 999, 0, "")
		if i%10 == 0 {
			v = g.toFTP(i, Reply, tcp.SYN|tcp.ACK, 4999, 1000, "")
			g.toFTP(i, Original, tcp.ACK, 1000, 5000, "")
		}
		if v.Entry.Helper != "ftp" || v.Entry.Status&HasHelper == 0 {
			t.Fatalf("client %d: %+v", i, *v.Entry)
		}
		if i%1000 == 0 {
			g.toFTP(i, Original, tcp.ACK|tcp.PSH, 1000, 5000, "USER x\r\n")
		}
	}
	if err := g.holds(); err != nil {
		t.Error(err)
	}
	if n := g.helpers.controls.next - first; n == 0 || n > 20 {
		t.Errorf("20 clients spoke, memory was taken for %d", n)
	}
}

// TestHangUpEndsChildrenOnly: what took the slot and the number of a child that was refused
// is not ended in its place.
func TestHangUpEndsChildrenOnly(t *testing.T) {
	for _, c := range []struct {
		name   string
		status Status
		master uint32
		want   int
	}{
		{"a child", Confirmed | Expected, 1, 1},
		{"of another master", Confirmed | Expected, 9, 2},
		{"of none", Confirmed, 1, 2},
	} {
		g := New(Config{Helpers: []Attach{{Helper: "ftp"}}})
		g.toFTP(1, Original, tcp.SYN, 999, 0, "")
		g.toFTP(2, Original, tcp.SYN, 999, 0, "")
		other := g.table.at(g.inOrder()[1])
		g.adopt(g.inOrder()[0], other)
		other.status, g.table.rest(other.slot).master = c.status, c.master
		g.hangUp(g.inOrder()[0])
		if n := g.Stats().Entries; n != c.want {
			t.Errorf("%s: %d entries left, want %d", c.name, n, c.want)
		}
	}
}
