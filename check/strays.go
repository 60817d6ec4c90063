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
	{id: anomaly.TcpHeaderTruncated, says: "no TCP header fits into {octets} octet{s} of IP payload"},
	{id: anomaly.TcpDataOffsetTooSmall, says: "a data offset of {words} word{s}; the header alone takes {least}"},
	{id: anomaly.TcpDataOffsetBeyondPacket, says: "a data offset of {words} word{s} in {octets} octet{s} of IP payload"},
	{id: anomaly.CaptureChecksumOffload, says: "{wrong} of {seen} checksum{s} of this host are wrong, or hold only the sum of the pseudo-header"},
	{id: anomaly.CaptureSegmentationOffload, says: "{len} octet{s} of payload in a packet of {packet} octet{s}, where the addressee takes {mss}"},
	{id: anomaly.CaptureDropped, says: "the capture dropped {packets} packet{s}, as its own counters say"},
}

// Stray is a finding that belongs to no connection, with all its occurrences.
type Stray struct {
	Finding                   // Dir is Client, Kept empty
	From    [16]byte          // address of the accused host, IPv4 as ::ffff:a.b.c.d; zero: the capture
	V6      bool              // From is an IPv6 address
	Numbers [MaxNumbers]int64 // of the inequality, the first time
	rule    anomaly.ID        // with host-stack-nonconformant: the row that the host breaks
}

// maxStrays bounds them: 512 KiB.
const maxStrays = 1 << 11

// who is what strays are counted by.
type who struct {
	id   anomaly.ID
	rule anomaly.ID // with host-stack-nonconformant: the row that the host breaks
	from [16]byte
}

// strays are all of them.
type strays struct {
	all     []Stray
	index   map[who]int
	gone    []Stray // those that the last call of over returned
	due     int64   // before it no one's life can be over, ns
	off     anomaly.Set
	givenUp uint64 // occurrences that there was no room for
}

// For how long the same is counted together, ns: until it was silent for so long, or
// has lasted so long. Whoever watches for days is told again.
const (
	straySilence = 600e9
	strayLife    = 3600e9
)

// deadline returns when a stray's life is over, ns.
func (f *Stray) deadline() int64 { return min(f.Last.At+straySilence, f.First.At+strayLife) }

// over forgets those whose life is over at a time, ns, and returns them, valid until
// the next call.
func (t *strays) over(now int64) []Stray {
	if t.gone = t.gone[:0]; now <= t.due || len(t.all) == 0 {
		return nil
	}
	live := t.all[:0]
	clear(t.index)
	t.due = 1<<63 - 1
	for i := range t.all {
		if f := &t.all[i]; now > f.deadline() {
			t.gone = append(t.gone, *f)
		} else {
			t.due = min(t.due, f.deadline())
			t.index[f.who()] = len(live)
			live = append(live, *f)
		}
	}
	t.all = live
	return t.gone
}

// who returns what a stray is counted by.
func (f *Stray) who() who { return who{f.ID, f.rule, f.From} }

// Strays returns what was found so far that belongs to no connection and that Over has
// not returned, in the order in which it was first found, valid until the next segment.
func (in *Inspector) Strays() []Stray { return in.world.strays.all }

// Over returns, and forgets, the strays that nothing was added to for ten minutes
// before a time, ns since the Unix epoch, or that have lasted an hour: valid until the
// next call.
func (in *Inspector) Over(now int64) []Stray { return in.world.strays.over(now) }

// add counts an occurrence and returns what is known of its kind by now; nil if it
// is switched off or there is no room.
func (t *strays) add(w who, at Moment) *Stray {
	if t.off.Has(w.id) {
		return nil
	}
	i, known := t.index[w]
	if !known {
		if len(t.all) >= maxStrays {
			t.givenUp++
			return nil
		}
		if t.index == nil {
			t.index = map[who]int{}
		}
		i = len(t.all)
		t.index[w] = i
		t.all = append(t.all, Stray{Finding: Finding{ID: w.id, Severity: w.id.Severity(), First: at}, From: w.from, rule: w.rule})
		if len(t.all) == 1 {
			t.due = at.At + straySilence
		}
	}
	f := &t.all[i]
	f.Count++
	f.Last = at
	return f
}

// found counts an occurrence that a packet shows of its sender, sets its numbers if it is
// the first, and returns what is known of its kind by now, as add does.
func (t *strays) found(id anomaly.ID, o *witness, numbers ...int64) *Stray {
	f := t.add(who{id: id, from: o.from}, o.Moment)
	if f != nil && f.Count == 1 {
		f.V6 = o.v6
		copy(f.Numbers[:], numbers)
	}
	return f
}

// Undecoded looks at a frame that belongs to no connection, as it cannot be read.
func (in *Inspector) Undecoded(v *packet.View) {
	in.raised, in.scene.Before = in.raised[:0], nil
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
	if in.quiet.Has(id) {
		return
	}
	r := Raised{ID: id, Severity: id.Severity(), Accused: v.Number}
	if f := in.found(id, v, numbers...); f != nil {
		r.Count = f.Count
	}
	copy(r.Numbers[:], numbers)
	in.raised = append(in.raised, r)
}

// Dropped says that the capture dropped so many packets, as it says itself, until
// the frame that at is of, or right behind it; 0: it does not know how many more.
func (in *Inspector) Dropped(packets uint64, at Moment) {
	in.capture.lossy, in.capture.lost = true, at.At
	if packets == 0 || in.world == nil {
		return
	}
	if f := in.world.strays.add(who{id: anomaly.CaptureDropped}, at); f != nil {
		f.Numbers[0] += int64(packets)
	}
}

// noteSum counts a segment's checksum for its sender.
func (in *Inspector) noteSum(v *packet.View) {
	from, sum := sender(v), v.Seg.Sum
	switch {
	case sum == tcp.SumUnknown:
	case in.world != nil && sum == tcp.SumGood: // nearly all are
		in.world.sums.of(mixed(from)).passed()
	case in.world != nil:
		in.world.sum(v, from, sum)
	case sum == tcp.SumGood:
		in.log.Add(v.Number, markGood, mixed(from))
	default:
		in.log.tell(v, news{what: noteSum, sum: sum})
	}
}

// sum counts a checksum of a host.
func (w *World) sum(v *packet.View, from *[16]byte, sum tcp.Sum) {
	h := w.sums.of(mixed(from))
	h.count(sum)
	if sum != tcp.SumGood {
		o := witnessOf(v)
		w.wrong(h, &o, sum)
	}
}

// wrong tells of a host whose checksums are nearly all wrong, or not yet computed.
func (w *World) wrong(h *sumsOf, o *witness, sum tcp.Sum) {
	bad := int64(h.bad)
	if sum == tcp.SumPartial || sum == tcp.SumBad && bad >= enoughSums && h.offloads() {
		w.strays.found(anomaly.CaptureChecksumOffload, o, bad, bad+int64(h.good))
	}
}
