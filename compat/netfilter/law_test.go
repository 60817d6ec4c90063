package netfilter

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"unsafe"

	"onpath/packet"
)

func TestSizes(t *testing.T) {
	if n := unsafe.Sizeof(entry{}); n != 128 {
		t.Errorf("an entry takes %d octets, want two lines of a cache", n)
	}
	if n := unsafe.Sizeof(block{}) / blockEntries; n > 152 {
		t.Errorf("with its rest it takes %d octets, want at most 152: with 11 to 21 of index that is at most 192", n)
	}
}

// stream turns octets into datagrams between few hosts and ports, so that they
// meet each other.
type stream struct {
	rest []byte
	at   int64
	view packet.View
	buf  [256]byte
}

func (s *stream) octet() byte {
	if len(s.rest) == 0 {
		return 0
	}
	b := s.rest[0]
	s.rest = s.rest[1:]
	return b
}

// next makes the next datagram: octets choose hosts, protocol, flags, numbers, time.
func (s *stream) next() *packet.View {
	ends, what := s.octet(), s.octet()
	s.at += int64(int8(s.octet())) * second / 4 * int64(1+what&3*20)
	b := s.buf[:20]
	clear(s.buf[:])
	b[0], b[8] = 0x45, 64
	binary.BigEndian.PutUint32(b[12:], 0x0a000000+uint32(ends&3))
	binary.BigEndian.PutUint32(b[16:], 0x0a000000+uint32(ends>>2&3))
	l4 := s.buf[20:]
	b[9] = [...]byte{6, 6, 6, 6, 17, 1, 47, 132}[what>>5]
	n := s.transport(b[9], l4, uint16(ends>>4&1), uint16(ends>>5&1))
	binary.BigEndian.PutUint16(b[2:], uint16(20+n))
	s.view = packet.View{At: s.at, Depth: 1, IP: s.buf[:20+n]}
	return &s.view
}

// transport writes what stands behind the IP header.
func (s *stream) transport(proto byte, l4 []byte, src, dst uint16) int {
	binary.BigEndian.PutUint16(l4, 20+src)
	binary.BigEndian.PutUint16(l4[2:], 20+dst)
	switch proto {
	case 6:
		binary.BigEndian.PutUint32(l4[4:], uint32(int8(s.octet()))*1000)
		binary.BigEndian.PutUint32(l4[8:], uint32(int8(s.octet()))*1000)
		l4[12], l4[13], l4[14] = 5<<4, s.octet(), s.octet()
		return 20 + copy(l4[20:], "PORT 10,0,0,1,0,20\r\n"[:s.octet()%21])
	case 1:
		l4[0], l4[1], l4[2], l4[3] = []byte{8, 0, 3, 11, 13, 9}[s.octet()%6], 0, 0, 0
		copy(l4[8:], s.rest[:min(len(s.rest), 28)])
		return 36
	}
	binary.BigEndian.PutUint16(l4[4:], 12)
	return 12
}

// holds checks what is always true of a Tracker.
func (t *Tracker) holds() error {
	waiting, indexed := 0, 0
	for n := range t.wheel.queues {
		place, older := uint16(n+1), uint32(0)
		for i := t.wheel.queues[n].oldest; i != 0; i = t.table.rest(i).newer {
			e := t.table.at(i)
			first := t.wheel.first(place)
			if t.table.rest(i).older != older || e.place != place || e.status&Confirmed == 0 || e.rank() < rankOf(place) {
				return fmt.Errorf("slot %d in place %d: %+v", i, place, e)
			}
			if first < t.wheel.at || first > max(tickOf(e.expires), t.wheel.at+1) || startOf(first) < t.nextEnd && first > t.wheel.at {
				return fmt.Errorf("slot %d, which ends at %d, waits for %d, next is %d", i, e.expires, startOf(first), t.nextEnd)
			}
			older = i
			waiting++
		}
	}
	indexed = len(t.inOrder())
	announced := 0
	for _, i := range t.inOrder() {
		if t.table.at(i).control == 0 {
			continue
		}
		for x := t.controlOf(i).announced; x != 0; x = t.expects.slots[x].sibling {
			announced++
		}
	}
	s := t.Stats()
	switch {
	case waiting != indexed || indexed != s.Entries || s.Entries > t.config.MaxEntries:
		return fmt.Errorf("%d entries wait, %d in the index, %+v", waiting, indexed, s)
	case announced != s.Expectations || s.Expectations > maxExpectations:
		return fmt.Errorf("%d announced, %+v", announced, s)
	case s.Made != uint64(s.Entries)+s.Unconfirmed+s.Expired+s.Deleted+s.Early:
		return fmt.Errorf("entries made are not those that are and that went: %+v", s)
	}
	return nil
}

// FuzzObserve: whatever passes, the table keeps its bounds and its order, each entry that
// was made is there or was counted as it went, and events tell the same.
func FuzzObserve(f *testing.F) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		b := make([]byte, 2000)
		for i := range b {
			b[i] = byte(dice.Uint32())
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		open := map[uint32]bool{}
		tell := func(ev *Event) {
			id := ev.Entry.ID
			if open[id] == (ev.Kind == EventNew) {
				t.Fatalf("event %d of entry %d, known: %v", ev.Kind, id, open[id])
			}
			open[id] = true
			if ev.Kind == EventDestroy {
				delete(open, id)
			}
		}
		tracker := New(Config{MaxEntries: 6, Event: tell, Helpers: []Attach{{Helper: "ftp", Ports: []uint16{20}}}})
		s := stream{rest: b, at: 1e18}
		var out Verdict
		for len(s.rest) > 0 {
			tracker.Observe(s.next(), &out)
			if (out.State == StateNew || out.State == StateEstablished) && out.Entry == nil {
				t.Fatalf("%v without an entry", out.State)
			}
		}
		if err := tracker.holds(); err != nil {
			t.Fatal(err)
		}
		if len(open) != tracker.Stats().Entries {
			t.Fatalf("events tell of %d entries, there are %d", len(open), tracker.Stats().Entries)
		}
	})
}

// FuzzDatagram: octets that are no packet do no harm.
func FuzzDatagram(f *testing.F) {
	f.Add([]byte("\x60\x00\x00\x00\x00\x10\x3a\x40" + "0123456789abcdef0123456789abcdef" + "\x89\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("\x45\x00\x00\x24\x00\x00\x00\x00\x40\x01\x00\x00" + "aaaabbbb" + "\x03\x01\x00\x00\x00\x00\x00\x00\x45\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		tracker := New(Config{NoChecksums: true, Helpers: []Attach{{Helper: "ftp", Ports: []uint16{0}}}})
		for _, length := range []uint32{0, uint32(len(b)), 1 << 20} {
			var out Verdict
			tracker.Observe(&packet.View{Depth: 1, IP: b, IPLen: length}, &out)
			out.Why.Append(nil)
			out.Why.Explain(nil)
		}
		if err := tracker.holds(); err != nil {
			t.Fatal(err)
		}
	})
}
