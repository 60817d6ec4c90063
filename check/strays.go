package check

import (
	"onpath/anomaly"
	"onpath/packet"
	"onpath/tcp"
)

// strayRules are what belongs to no connection: frames that cannot be read as TCP,
// and what holds for a host or the whole capture. They are asked below, not of a
// Scene.
var strayRules = []rule{
	{id: anomaly.TcpHeaderTruncated, says: "{octets} octets of IP payload hold no TCP header"},
	{id: anomaly.TcpDataOffsetTooSmall, says: "a data offset of {words} words; the header alone takes {least}"},
	{id: anomaly.TcpDataOffsetBeyondPacket, says: "a data offset of {words} words in {octets} octets of IP payload"},
	{id: anomaly.CaptureChecksumOffload, says: "{wrong} of {seen} checksums of this host are wrong, or hold only the sum of the pseudo-header"},
	{id: anomaly.CaptureSegmentationOffload, says: "{len} octets of payload in a packet of {packet} octets, where the addressee takes {mss}"},
	{id: anomaly.CaptureDropped, says: "{packets} packets were dropped by the capture, as its own counters say"},
}

// Stray is a finding that belongs to no connection, with all its occurrences.
type Stray struct {
	Finding                   // Dir is Client, Kept empty
	From    [16]byte          // address of the accused host, IPv4 as ::ffff:a.b.c.d; zero: the capture
	V6      bool              // From is an IPv6 address
	Numbers [maxNumbers]int64 // of the inequality, the first time
}

// maxStrays bounds them: 512 KiB.
const maxStrays = 1 << 11

// who is what strays are counted by.
type who struct {
	id   anomaly.ID
	from [16]byte
}

// strays are all of them.
type strays struct {
	all     []Stray
	index   map[who]int
	off     anomaly.Set
	givenUp uint64 // occurrences that there was no room for
}

// Strays returns what was found so far that belongs to no connection, in the order
// in which it was first found, valid until the next segment.
func (in *Inspector) Strays() []Stray { return in.strays.all }

// add counts an occurrence and returns what is known of its kind by now; nil if it
// is switched off or there is no room.
func (t *strays) add(id anomaly.ID, from [16]byte, at Moment) *Stray {
	if t.off.Has(id) {
		return nil
	}
	i, known := t.index[who{id, from}]
	if !known {
		if len(t.all) >= maxStrays {
			t.givenUp++
			return nil
		}
		if t.index == nil {
			t.index = map[who]int{}
		}
		i = len(t.all)
		t.index[who{id, from}] = i
		t.all = append(t.all, Stray{Finding: Finding{ID: id, Severity: id.Severity(), First: at}, From: from})
	}
	f := &t.all[i]
	f.Count++
	f.Last = at
	return f
}

// found counts an occurrence that v shows of its sender, and sets its numbers if it
// is the first.
func (t *strays) found(id anomaly.ID, v *packet.View, numbers ...int64) {
	from := &v.Key.A
	if v.FromB {
		from = &v.Key.B
	}
	f := t.add(id, *from, Moment{v.Number, v.At})
	if f == nil {
		return
	}
	if f.Count == 1 {
		f.V6 = v.Key.V6
		copy(f.Numbers[:], numbers)
	}
}

// Undecoded looks at a frame that belongs to no connection, as it cannot be read.
func (in *Inspector) Undecoded(v *packet.View) {
	in.raised = in.raised[:0]
	if v.Depth == 0 || v.Key.Proto != packet.ProtoTCP {
		return
	}
	octets := int64(v.IPLen) - int64(len(v.IP)-len(v.L4))
	switch v.Why {
	case packet.L4Length:
		in.stray(anomaly.TcpHeaderTruncated, v, octets)
	case packet.TCPOffset:
		words := int64(v.L4[12] >> 4)
		if words*4 < tcp.MinHeader {
			in.stray(anomaly.TcpDataOffsetTooSmall, v, words, tcp.MinHeader/4)
		} else {
			in.stray(anomaly.TcpDataOffsetBeyondPacket, v, words, octets)
		}
	}
}

// stray counts what a frame shows that belongs to no connection, and tells it with
// the frame.
func (in *Inspector) stray(id anomaly.ID, v *packet.View, numbers ...int64) {
	in.strays.found(id, v, numbers...)
	if !in.strays.off.Has(id) {
		in.raised = append(in.raised, Raised{ID: id, Severity: id.Severity(), Accused: v.Number})
	}
}

// Dropped says that the capture dropped so many packets, as it says itself, until
// the frame that at is of.
func (in *Inspector) Dropped(packets uint64, at Moment) {
	if f := in.strays.add(anomaly.CaptureDropped, [16]byte{}, at); f != nil {
		f.Numbers[0] += int64(packets)
	}
}

// joined counts a segment that a card was to cut, or has joined.
func (t *strays) joined(s *Scene) {
	t.found(anomaly.CaptureSegmentationOffload, s.View, int64(s.Seg.Len), int64(s.View.IPLen), int64(s.Case.takes(s)))
}

// noteSum counts a segment's checksum for its sender.
func (in *Inspector) noteSum(s *Scene) {
	sum := s.Seg.Sum
	if sum == tcp.SumUnknown {
		return
	}
	h := in.world.sums.of(s.View)
	h.count(sum)
	wrong := int64(h.bad)
	if sum == tcp.SumPartial || sum == tcp.SumBad && wrong >= enoughSums && h.offloads() {
		in.strays.found(anomaly.CaptureChecksumOffload, s.View, wrong, wrong+int64(h.good))
	}
}
