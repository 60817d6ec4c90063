package measure

import (
	"hash/crc32"
	"testing"

	"onpath/conn"
	"onpath/tcp"
)

// diceStory turns data, eight octets a segment, into what two ends may or may not send.
func diceStory(data []byte) (segs []tcp.Segment) {
	at := int64(1e18)
	for ; len(data) >= 8; data = data[8:] {
		at += int64(int8(data[0])) * int64(data[1]) * 1e5 // steps back, too
		segs = append(segs, tcp.Segment{
			At: at, Digest: crc32.ChecksumIEEE(data[2:8]), Dir: tcp.Dir(data[2] & 1), Flags: tcp.Flags(data[2]>>1) & (tcp.FIN | tcp.SYN | tcp.RST | tcp.PSH | tcp.ACK),
			Seq: 1000 + tcp.Seq(data[3])<<(data[2]>>6), Ack: 1000 + tcp.Seq(data[4])<<(data[2]>>6), Len: uint32(data[5] & 0x3f),
			Win: uint16(data[5]>>6) << 8, Opts: tcp.OptTimestamp, TSval: uint32(data[6]), TSecr: uint32(data[7]),
		})
	}
	return segs
}

// timesOf measures a story, with numbers and timestamps shifted.
func timesOf(story []tcp.Segment, shift uint32) (h Handshake, m Times) {
	var tr conn.Tracker
	var c conn.Conn
	var step conn.Step
	for i := range story {
		s := story[i]
		s.Seq, s.Ack, s.TSval, s.TSecr = s.Seq.Add(shift), s.Ack.Add(shift), s.TSval+shift, s.TSecr+shift
		tr.Move(&c, &s, &step)
		if !h.Over() {
			h.Segment(&s, &step, &c, tr.Before(), story[0].At)
			if h.Over() {
				m.Opened(&h, story[0].At)
			}
		}
		m.Segment(&s, &step, &c, tr.Before())
	}
	return h, m
}

// FuzzTimes: times are what they are wherever sequence numbers and timestamps begin,
// because both are points on a circle; none is negative; and the estimates lie
// between the extremes.
func FuzzTimes(f *testing.F) {
	f.Add([]byte{0, 0, 4, 0, 0, 0, 1, 0, 9, 9, 37, 50, 1, 0xc0, 7, 1, 9, 9, 32, 1, 51, 0xc0, 2, 7, 9, 9, 32, 1, 51, 0xca, 3, 7, 9, 9, 33, 51, 11, 0xc0, 8, 3})
	f.Fuzz(func(t *testing.T, data []byte) {
		story := diceStory(data)
		if len(story) == 0 {
			return
		}
		h, m := timesOf(story, 0)
		for _, shift := range []uint32{1<<32 - 1001, 1 << 31} {
			h2, m2 := timesOf(story, shift)
			for d := range m.Path {
				a, b := &m.Path[d], &m2.Path[d]
				if a.RTT != b.RTT || a.SRTT != b.SRTT || a.Stamped != b.Stamped {
					t.Fatalf("shifted by %d: %+v, else %+v", shift, b, a)
				}
			}
			if m.Exchange != m2.Exchange || m.Silence != m2.Silence || h.Server() != h2.Server() || h.Client() != h2.Client() {
				t.Fatalf("shifted by %d: %+v %+v %+v, else %+v %+v %+v", shift, h2, m2.Exchange, m2.Silence, h, m.Exchange, m.Silence)
			}
		}
		for d := range m.Path {
			checkPath(t, &m.Path[d])
		}
		if m.Longest < 0 || (m.Cause == NoCause) != (m.Longest == 0) || m.First < 0 || h.Server() < 0 || h.Client() < 0 {
			t.Fatalf("%+v %+v %+v", m.Exchange, m.Silence, h)
		}
	})
}

func checkPath(t *testing.T, p *Path) {
	t.Helper()
	least, greatest := p.RTT.Min(), p.RTT.Max()
	if least < 0 || greatest > maxRTT || p.Stamped > p.RTT.N || p.n > numSlots || p.SRTT < 0 || p.SRTT > maxRTT || p.RTTVar < 0 {
		t.Fatalf("%+v", p)
	}
	if mean, p95 := p.RTT.Mean(), p.P95(); p.RTT.N > 0 && (mean < least || mean > greatest || p95 < least || p95 > greatest) {
		t.Fatalf("least %d, mean %d, p95 %d, greatest %d", least, mean, p95, greatest)
	}
}
