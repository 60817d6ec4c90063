package flow

import (
	"testing"
	"unsafe"

	"onpath/conn"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// TestOctets: what memory is bounded by is what things take.
func TestOctets(t *testing.T) {
	for _, x := range []struct {
		name       string
		said, take uintptr
	}{
		{"entry", entryOctets, unsafe.Sizeof(entry{})},
		{"embryo", embryoOctets, unsafe.Sizeof(embryo{})},
		{"pair", pairOctets, unsafe.Sizeof(pair{}) + 2*unsafe.Sizeof(uint32(0))},
		{"slot", slotOctets, unsafe.Sizeof(slot{})},
	} {
		if x.said != x.take {
			t.Errorf("%s: %d octets, not %d", x.name, x.take, x.said)
		}
	}
}

// TestHalfOpenOctets: a lone SYN takes a fifth of an entry, its slot included.
func TestHalfOpenOctets(t *testing.T) {
	if HalfOpenOctets > 128 {
		t.Errorf("%d octets", HalfOpenOctets)
	}
	table := New(Config{}, func(*record.Record) {})
	const many = 100_000
	for i := range many {
		v := views(t, uint16(i), "0 > S 100:100(0)")[0]
		v.Key.VLAN = uint16(i >> 16)
		table.Observe(v)
	}
	if n := table.Stats().Octets; n > (many+chunk)*HalfOpenOctets {
		t.Errorf("%d connections take %d octets", many, n)
	}
}

// TestConnectionOctets: connections that need all they can be lent take no more than is
// said, however many there are.
func TestConnectionOctets(t *testing.T) {
	for _, most := range []int{1, 767, 769, 3000, 5000} {
		table := New(Config{MaxConnections: most, MaxTimed: 10}, func(*record.Record) {})
		for i := range 3 * most {
			trouble(table, uint32(i))
			if s := table.Stats(); s.Octets > ConnectionOctets(most)+holesOctets {
				t.Fatalf("%d connections of at most %d take %d octets, more than %d", s.Live, most, s.Octets, ConnectionOctets(most))
			}
		}
		s := table.Stats()
		if least := int64(most) * (entryOctets + pairOctets + conn.AsideOctets - 8); s.Octets < least {
			t.Errorf("%d connections take %d octets: they are not lent all that one can be lent, which is %d", s.Live, s.Octets, least)
		}
		if s.Live != most || s.TimedOctets > timesChunk*608 {
			t.Errorf("%d of at most %d connections, %d octets for times", s.Live, most, s.TimedOctets)
		}
	}
}

// holesOctets is what the holes of the test take, which are a part of FixedOctets.
const holesOctets = 8 << 20

// trouble lets a connection have what is lent: octets that are sent again, a hole, and a
// RST that may be forged.
func trouble(t *Table, n uint32) {
	v := packet.View{Why: packet.Decoded, Depth: 1}
	v.Key = packet.Key{APort: 1000, BPort: 80, Proto: packet.ProtoTCP}
	v.Key.A[0], v.Key.A[1], v.Key.A[2], v.Key.A[3] = byte(n>>24), byte(n>>16), byte(n>>8), byte(n)
	for i, s := range []tcp.Segment{
		{Seq: 100, Flags: tcp.ACK, Ack: 500, Len: 10},
		{Seq: 500, Flags: tcp.ACK, Ack: 110, Len: 10},
		{Seq: 100, Flags: tcp.ACK, Ack: 500, Len: 10},
		{Seq: 200, Flags: tcp.ACK, Ack: 510, Len: 10},
		{Seq: 220, Flags: tcp.ACK, Ack: 510, Len: 10},
		{Seq: 510, Flags: tcp.RST, Len: 0},
	} {
		v.Number++
		v.At = int64(n)*1e6 + int64(i)*1e3
		v.FromB = i == 1 || i == 5
		s.At = v.At
		v.Seg = s
		t.Observe(&v)
	}
}
