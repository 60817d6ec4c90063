package netfilter_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"onpath/compat/netfilter"
	"onpath/packet"
	"onpath/tcp"
)

const second = int64(1e9)

// gateway is a Tracker that segments are given to one by one.
type gateway struct {
	*netfilter.Tracker
	at  int64
	out netfilter.Verdict
}

// end is a host, by the last octets of its address, and a port.
type end struct {
	host uint16
	port uint16
}

// see observes a segment and returns its verdict.
func (g *gateway) see(from, to end, flags tcp.Flags, seq, ack uint32, data string) netfilter.State {
	b := make([]byte, 40, 40+len(data))
	be := binary.BigEndian
	b[0], b[8], b[9] = 0x45, 64, 6
	be.PutUint16(b[2:], uint16(40+len(data)))
	be.PutUint32(b[12:], 0x0a000000+uint32(from.host))
	be.PutUint32(b[16:], 0x0a000000+uint32(to.host))
	be.PutUint16(b[20:], from.port)
	be.PutUint16(b[22:], to.port)
	be.PutUint32(b[24:], seq)
	be.PutUint32(b[28:], ack)
	b[32], b[33] = 5<<4, byte(flags)
	be.PutUint16(b[34:], 60000)
	b = append(b, data...)
	g.Observe(&packet.View{At: g.at, Depth: 1, IP: b, IPLen: uint32(len(b))}, &g.out)
	return g.out.State
}

// open lets a handshake pass.
func (g *gateway) open(from, to end) {
	g.see(from, to, tcp.SYN, 999, 0, "")
	g.see(to, from, tcp.SYN|tcp.ACK, 4999, 1000, "")
	g.see(from, to, tcp.ACK, 1000, 5000, "")
}

// A flood of SYNs pushes out its own entries, never an assured one; where all are
// assured, what would need a new one is dropped.
func TestFlood(t *testing.T) {
	const room = 100
	g := gateway{Tracker: netfilter.New(netfilter.Config{MaxEntries: room})}
	for i := range uint16(room / 2) {
		g.open(end{1, 1000 + i}, end{2, 80})
	}
	for i := range uint16(10000) {
		if got := g.see(end{100 + i, 1}, end{2, 80}, tcp.SYN, 1, 0, ""); got != netfilter.StateNew {
			t.Fatalf("SYN %d: %v", i, got)
		}
	}
	s := g.Stats()
	if s.Entries != room || s.Early != 10000-room/2 || assured(g.Tracker) != room/2 {
		t.Errorf("after the flood: %+v, %d assured", s, assured(g.Tracker))
	}
	for i := range uint16(room / 2) {
		g.open(end{3, 1000 + i}, end{2, 80})
	}
	if got := g.see(end{4, 1}, end{2, 80}, tcp.SYN, 1, 0, ""); got != netfilter.StateUnseen || g.out.Why.Cause != netfilter.CauseFull {
		t.Errorf("with %d assured: %v, %v", assured(g.Tracker), got, g.out.Why.Cause)
	}
	g.see(end{1, 1000}, end{2, 80}, tcp.FIN|tcp.ACK, 1000, 5000, "") // closing ones may go
	if got := g.see(end{4, 1}, end{2, 80}, tcp.SYN, 1, 0, ""); got != netfilter.StateNew {
		t.Errorf("with a closing one: %v", got)
	}
}

func assured(t *netfilter.Tracker) (n int) {
	t.Entries(func(e *netfilter.Entry) {
		if e.Status&netfilter.Assured != 0 {
			n++
		}
	})
	return n
}

// TestExpectations: eight of an IRC connection wait at most, the newest ones, for
// 300 s each, for one connection each, and not longer than their master lives.
func TestExpectations(t *testing.T) {
	client, server, peer := end{1, 4000}, end{2, 6667}, end{3, 5000}
	g := gateway{Tracker: netfilter.New(netfilter.Config{Helpers: []netfilter.Attach{{Helper: "irc"}}})}
	seq := uint32(1000)
	announce := func(port uint16) {
		line := fmt.Sprintf("PRIVMSG bob :\x01DCC SEND f %d %d\x01\n", 0x0a000001, port)
		g.see(client, server, tcp.ACK, seq, 5000, line)
		seq += uint32(len(line))
	}
	comes := func(port uint16, want netfilter.State) {
		t.Helper()
		peer.port++
		if got := g.see(peer, end{1, port}, tcp.SYN, 1, 0, ""); got != want {
			t.Errorf("to port %d: %v, want %v", port, got, want)
		}
	}
	g.open(client, server)
	for port := range uint16(9) {
		announce(7000 + port)
	}
	if n := g.Stats().Expectations; n != 8 {
		t.Errorf("%d wait, want 8", n)
	}
	comes(7000, netfilter.StateNew)
	comes(7001, netfilter.StateRelated)
	if g.out.Entry.Master != 1 || g.out.Entry.Status&netfilter.Expected == 0 {
		t.Errorf("expected entry: %+v", *g.out.Entry)
	}
	comes(7001, netfilter.StateNew)
	g.at += 299 * second
	comes(7002, netfilter.StateRelated)
	announce(7100)
	announce(7101)
	g.at += 2 * second
	comes(7003, netfilter.StateNew)
	comes(7100, netfilter.StateRelated)
	g.see(client, server, tcp.RST, seq, 0, "")
	g.at += 11 * second // a closed entry lives 10 s
	comes(7101, netfilter.StateNew)
	if s := g.Stats(); s.Expectations != 0 || s.Expected != 3 {
		t.Errorf("at the end: %+v", s)
	}
}

// Times that step back, or that cannot be, expire nothing that they should not.
func TestTimes(t *testing.T) {
	a, b := end{1, 4000}, end{2, 80}
	for _, jump := range []int64{-1, -100 * second, -1 << 62, 1<<63 - 1 - 100*second} {
		g := gateway{Tracker: netfilter.New(netfilter.Config{}), at: 100 * second}
		if jump > 1<<62 {
			g.at = jump
		}
		g.open(a, b)
		g.at += min(jump, 0)
		if got := g.see(b, a, tcp.ACK, 5000, 1000, ""); got != netfilter.StateEstablished {
			t.Errorf("after a step of %d: %v", jump, got)
		}
	}
}
