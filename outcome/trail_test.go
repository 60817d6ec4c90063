package outcome_test

import (
	"testing"
	"unsafe"

	"onpath/conn"
	"onpath/outcome"
	"onpath/tcp"
)

func TestTrailIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(outcome.Trail{}); n > 32 { // of the 40 that a connection may have for it
		t.Errorf("a Trail takes %d octets", n)
	}
}

// play lets segments pass, the client's numbers moved by so many, and returns the
// verdict.
func play(segs []tcp.Segment, by uint32) outcome.Verdict {
	var tracker conn.Tracker
	var c conn.Conn
	var trail outcome.Trail
	f := outcome.Facts{Trail: &trail}
	for i := range segs {
		s := segs[i]
		if s.Dir == tcp.Client {
			s.Seq = s.Seq.Add(by)
		} else if s.Flags&tcp.ACK != 0 {
			s.Ack = s.Ack.Add(by)
		}
		step := tracker.Observe(&c, &s)
		trail.Segment(&s, &step, &c, s.At)
		f.Packets[s.Dir]++
		f.Octets[s.Dir] += uint64(step.New)
	}
	f.Ends = &[2]conn.Facts{c.Facts(tcp.Client), c.Facts(tcp.Server)}
	return outcome.Of(&f)
}

// segmentsOf makes a segment of every 6 octets.
func segmentsOf(b []byte) (segs []tcp.Segment) {
	for i := 0; i+6 <= len(b); i += 6 {
		s := tcp.Segment{
			At: int64(i) * int64(b[i+4]) * 1e7, Dir: tcp.Dir(b[i] & 1), Flags: tcp.Flags(b[i] >> 1 & 0x3f),
			Seq: 1000 + tcp.Seq(b[i+1]), Len: uint32(b[i+3] & 15), Win: uint16(b[i+5]) << 8, IPID: uint16(i),
		}
		if s.Flags&tcp.ACK != 0 {
			s.Ack = 1000 + tcp.Seq(b[i+2])
		}
		segs = append(segs, s)
	}
	return segs
}

// FuzzVerdict: whatever passes, there is a verdict, it knows who sent no SYN, and
// numbers are points on a circle: it does not depend on where they begin. SEQ 0 is not
// met, which a RST may have for none.
func FuzzVerdict(f *testing.F) {
	f.Add([]byte("\x04\x00\x00\x00\x01\x10\x25\x00\x01\x00\x01\x10\x20\x01\x01\x00\x01\x10"))
	f.Fuzz(func(t *testing.T, b []byte) {
		segs := segmentsOf(b)
		v := play(segs, 0)
		if v.Class == outcome.None || v.Class >= outcome.NumClasses || v.Confidence == outcome.NoConfidence {
			t.Errorf("%+v", v)
		}
		if v.Class == outcome.Probe && v.Passed&outcome.PassedSyn != 0 {
			t.Errorf("a probe with SYN: %+v", v)
		}
		if moved := play(segs, 1<<31-1100); moved != v {
			t.Errorf("moved %+v, else %+v", moved, v)
		}
	})
}

// TestSegmentDoesNotAllocate: nothing that passes costs memory.
func TestSegmentDoesNotAllocate(t *testing.T) {
	var tracker conn.Tracker
	var c conn.Conn
	var trail outcome.Trail
	segs := segmentsOf([]byte("\x04\x00\x00\x00\x01\x10\x25\x00\x01\x00\x01\x10\x20\x01\x01\x05\x01\x10\x28\x01\x01\x00\x01\x10"))
	if n := testing.AllocsPerRun(100, func() {
		for i := range segs {
			step := tracker.Observe(&c, &segs[i])
			trail.Segment(&segs[i], &step, &c, segs[i].At)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
