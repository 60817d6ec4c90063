package netfilter_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"onpath/compat/netfilter"
	"onpath/packet"
	"onpath/tcp"
)

// dialogue is a connection of 16 segments, most of them data and ACKs: who sends,
// flags, numbers, octets.
var dialogue = func() (d []turn) {
	d = []turn{{0, tcp.SYN, 1000, 0, 0}, {1, tcp.SYN | tcp.ACK, 5000, 1001, 0}, {0, tcp.ACK, 1001, 5001, 0}}
	for i := range uint32(6) {
		d = append(d, turn{0, tcp.ACK | tcp.PSH, 1001 + 100*i, 5001, 100}, turn{1, tcp.ACK, 5001, 1101 + 100*i, 0})
	}
	return append(d, turn{0, tcp.FIN | tcp.ACK, 1601, 5001, 0})
}()

type turn struct {
	from     int
	flags    tcp.Flags
	seq, ack uint32
	octets   int
}

// ip makes the datagram of a turn in connection n.
func (u turn) ip(n int) []byte {
	b := make([]byte, 40+u.octets)
	b[0], b[8], b[9] = 0x45, 64, 6
	be := binary.BigEndian
	be.PutUint16(b[2:], uint16(len(b)))
	be.PutUint32(b[12+4*u.from:], 0x0a000000+uint32(n>>12))
	be.PutUint32(b[16-4*u.from:], 0x0b000000+uint32(n&0xff))
	be.PutUint16(b[20+2*u.from:], uint16(1024+n&0xfff))
	be.PutUint16(b[22-2*u.from:], 80)
	be.PutUint32(b[24:], u.seq)
	be.PutUint32(b[28:], u.ack)
	b[32], b[33] = 5<<4, byte(u.flags)
	be.PutUint16(b[34:], 60000)
	return b
}

// busy is the datagrams of so many connections, one segment each in turn.
func busy(connections int) (views []packet.View) {
	for i, u := range dialogue {
		for n := range connections {
			ip := u.ip(n)
			views = append(views, packet.View{At: int64(i*connections+n) * 1e6, Depth: 1, IP: ip, IPLen: uint32(len(ip))})
		}
	}
	return views
}

func BenchmarkObserve(b *testing.B) {
	for _, connections := range []int{100, 10000, 100000} {
		b.Run(fmt.Sprintf("%d connections", connections), func(b *testing.B) {
			views := busy(connections)
			tracker := netfilter.New(netfilter.Config{NoChecksums: true})
			var out netfilter.Verdict
			shift := views[len(views)-1].At + 600e9
			b.ReportAllocs()
			for b.Loop() {
				for i := range views {
					tracker.Observe(&views[i], &out)
					views[i].At += shift
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(views)), "ns/packet")
		})
	}
}

// Nothing is allocated for a packet, nor for an entry once the table has its size.
func TestObserveDoesNotAllocate(t *testing.T) {
	views := busy(300)
	for i := range views {
		views[i].At /= 100 // none dies of age
	}
	tracker := netfilter.New(netfilter.Config{NoChecksums: true, MaxEntries: 256, Event: func(*netfilter.Event) {}})
	var out netfilter.Verdict
	all := func() {
		for i := range views {
			tracker.Observe(&views[i], &out)
		}
	}
	all()
	if n := testing.AllocsPerRun(10, all); n != 0 {
		t.Errorf("%v allocations in %d packets", n, len(views))
	}
}
