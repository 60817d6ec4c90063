package flow

import (
	"testing"
	"time"

	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// FuzzTable: whatever passes, whatever time says and however small the cap, each
// packet counts in exactly one record, each record is written exactly once, a
// later one continues an earlier one, and the cap holds.
func FuzzTable(f *testing.F) {
	f.Add([]byte{0, 2, 0, 0, 0, 0, 9, 1, 0x12, 1, 1, 0, 0, 9, 0, 0x10, 1, 1, 0, 0, 9, 0, 2, 77, 0, 0, 0, 200}, uint8(3))
	f.Add([]byte{0, 2, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0, 0, 0, 16, 2, 0, 0, 0, 0, 0, 24, 4, 0, 0, 0, 0, 255}, uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, limit uint8) {
		var l tally
		l.t, l.written = t, map[uint64]bool{}
		table := New(Config{MaxConnections: int(limit%8) + 1, MaxHalfOpen: int(limit >> 3 & 7), Linger: &Linger{AfterReset: time.Second, AfterClose: 2 * time.Second}}, l.take)
		var packets uint64
		at := int64(1e18)
		for ; len(data) >= 7; data = data[7:] {
			v := diceView(data[:6])
			at += int64(int8(data[6])) * int64(data[6]&0x3f) * 5e7
			v.At, v.Seg.At = at, at
			if p := table.Observe(v); p.Conn == 0 || p.Conn > table.Stats().Begun {
				t.Fatalf("packet of record %d of %d", p.Conn, table.Stats().Begun)
			}
			packets++
			if s := table.Stats(); s.Live > int(limit%8)+1 {
				t.Fatalf("%d entries under a cap of %d", s.Live, limit%8+1)
			} else if h := s.Held; h.Idle+h.Superseded+h.Reset+h.Closed+h.HalfOpen+h.Other+h.Closing+h.Open != s.Live {
				t.Fatalf("%d entries, but %+v", s.Live, h)
			}
		}
		table.Flush()
		if s := table.Stats(); l.packets != packets || uint64(len(l.written)) != s.Begun || s.Live != 0 {
			t.Fatalf("%d of %d packets in %d of %d records, %d entries left", l.packets, packets, len(l.written), s.Begun, s.Live)
		}
	})
}

// tally adds records up.
type tally struct {
	t       *testing.T
	packets uint64
	written map[uint64]bool
}

func (l *tally) take(r *record.Record) {
	if l.written[r.Conn] || r.Continues >= r.Conn || r.End < r.Start || r.Ending == record.EndOpen {
		l.t.Fatalf("record %d: written before %v, continues %d, %d to %d, %v", r.Conn, l.written[r.Conn], r.Continues, r.Start, r.End, r.Ending)
	}
	l.written[r.Conn] = true
	l.packets += r.Side[tcp.Client].Packets + r.Side[tcp.Server].Packets
}

// diceView turns six octets into a packet of one of eight conversations.
func diceView(d []byte) *packet.View {
	k := tcpKey(uint16(d[0]>>3&3) + 1)
	if d[0]&0x20 != 0 {
		k.Proto = packet.ProtoUDP
	}
	v := &packet.View{Key: k, FromB: d[0]&1 != 0, IPLen: 40, Depth: 1}
	v.Seg = tcp.Segment{
		Flags: tcp.Flags(d[1] & 0x3f), Seq: tcp.Seq(d[2]) << (d[0] & 0x16), Ack: tcp.Seq(d[3]) << (d[0] & 0x16),
		Len: uint32(d[4]), Win: uint16(d[5]) << 4,
	}
	return v
}
