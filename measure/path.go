package measure

import (
	"onpath/conn"
	"onpath/tcp"
)

// maxRTT is the longest round trip that is believed: twice the life of a datagram
// (RFC 9293 §3.4.2), in ns. More is a clock that stepped.
const maxRTT = 240e9

// numSlots is how many segments under way are remembered.
const numSlots = 8

// slot is a segment that passed and is not acknowledged.
type slot struct {
	at    int64 // when it passed
	end   tcp.Seq
	tsval uint32
}

// Path is the half of the path between us and one end: how long a segment takes
// from here to that end and its ACK back here, delays of that ACK by the end
// included (RFC 9293 §3.8.6.3). A sample is a segment of the peer, and the first
// ACK that covers it, by Karn's rule (RFC 6298 §3): not where octets were sent
// again or came late. Timestamps tell what was acknowledged then (RFC 7323 §4),
// if the ACK is the first to echo one. The zero Path has no samples.
type Path struct {
	first  uint8   // in under; 0 if none is in use
	n      uint8   // slots in use, from first on
	doubt  bool    // octets before karn give no sample but by timestamps
	hasTS  bool    // echoed is known
	stride uint16  // each stride-th segment is remembered; 0: each
	skip   uint16  // segments until the next one is
	karn   tcp.Seq // meaningful with doubt
	echoed uint32  // TSecr of that end's highest ACK

	under [numSlots]slot // under way, in the order of passing

	SRTT    int64  // ns, RFC 6298 §2, of the first segment that an ACK covers, as endpoints take it, and of the handshake; 0: no sample
	RTTVar  int64  // ns, RFC 6298 §2
	RTT     Spread // of the last segment that an ACK covers
	Stamped uint32 // samples of it by timestamps
	spread  histogram
}

// P95 returns the ns that 95 of 100 samples do not exceed, wrong by an eighth at
// most; 0 without samples.
func (p *Path) P95() int64 { return p.spread.p95(p.RTT.min, p.RTT.max) }

func (p *Path) at(i uint8) *slot { return &p.under[(p.first+i)%numSlots] }

// sends notes new octets towards the end, the next ones in order.
func (p *Path) sends(s *tcp.Segment) {
	if p.skip > 0 {
		p.skip--
		return
	}
	if p.n == numSlots {
		p.thin()
	}
	last := p.at(p.n)
	last.at, last.end, last.tsval = s.At, s.End(), s.TSval
	p.n++
	if p.stride > 1 {
		p.skip = p.stride - 1
	}
}

// thin forgets each second segment, so that those remembered lie evenly over
// what is under way.
func (p *Path) thin() {
	for i := uint8(1); i < numSlots/2; i++ {
		*p.at(i) = *p.at(2 * i)
	}
	p.n = numSlots / 2
	p.stride = min(max(p.stride, 1)*2, 1<<15)
}

// repeats notes octets towards the end that were sent again: what is under way
// gives no sample but by timestamps, and those only if that of s is higher than
// all before, which is not known of a Plain step.
func (p *Path) repeats(s *tcp.Segment, step *conn.Step, before *conn.Conn) {
	if step.Plain {
		p.forget()
		return
	}
	last, stamped := before.LastStamp(s.Dir)
	if !stamped || s.Opts&tcp.OptTimestamp == 0 || int32(s.TSval-last) <= 0 {
		p.forget()
		return
	}
	p.karn, p.doubt = s.End(), true
	for i := range p.n {
		p.karn = p.karn.Max(p.at(i).end)
	}
	p.skip = 0
	p.sends(s)
}

// forget gives up the samples under way: octets came late, did not pass, or cannot
// be told from those sent before.
func (p *Path) forget() { p.first, p.n, p.doubt = 0, 0, false }

// acks takes an ACK of the end that is higher than all before.
func (p *Path) acks(s *tcp.Segment) {
	if p.doubt {
		p.doubted(s)
	} else if first, last, ok := p.covered(s.Ack); ok {
		p.sample(s.At-first, s.At-last)
	}
	p.settle(s)
}

// doubted takes an ACK that may cover octets which give no sample but by timestamps.
func (p *Path) doubted(s *tcp.Segment) {
	stamped, echoes := p.echoes(s)
	first, last, ok := p.surely(s.Ack)
	switch {
	case ok:
		p.sample(s.At-first, s.At-last)
	case echoes && p.sample(s.At-stamped, s.At-stamped):
		p.Stamped++
	}
}

// covered forgets what an ACK covers, and returns when the first and the last
// segment of it passed that give a sample.
func (p *Path) covered(ack tcp.Seq) (first, last int64, ok bool) {
	at, n := p.first, p.n
	for ; n > 0; n-- {
		sent := &p.under[at%numSlots]
		if sent.end.After(ack) {
			break
		}
		last = sent.at
		if !ok {
			first, ok = last, true
		}
		at++
	}
	p.first, p.n = firstOf(at, n), n
	return first, last, ok
}

// firstOf returns where n slots begin: none begin in the first one again, which shares a line
// of the cache with what else is asked of a Path.
func firstOf(at, n uint8) uint8 {
	if n == 0 {
		return 0
	}
	return at % numSlots
}

// surely is covered where only what was sent behind karn gives a sample.
func (p *Path) surely(ack tcp.Seq) (first, last int64, ok bool) {
	for p.n > 0 && !p.at(0).end.After(ack) {
		if at := p.at(0); at.end.After(p.karn) {
			last = at.at
			if !ok {
				first, ok = last, true
			}
		}
		p.first, p.n = firstOf(p.first+1, p.n-1), p.n-1
	}
	return first, last, ok
}

// settle ends a doubt about what is acknowledged, and notes the echo.
func (p *Path) settle(s *tcp.Segment) {
	if p.doubt && !p.karn.After(s.Ack) {
		p.doubt = false
	}
	if p.stride > 0 && p.n <= numSlots/4 {
		p.stride /= 2
		p.skip = min(p.skip, p.stride)
	}
	if s.Opts&tcp.OptTimestamp != 0 {
		p.echoed, p.hasTS = s.TSecr, true
	}
}

// echoes returns when the segment passed whose timestamp an ACK is the first to
// echo.
func (p *Path) echoes(s *tcp.Segment) (at int64, ok bool) {
	if s.Opts&tcp.OptTimestamp == 0 || p.hasTS && int32(s.TSecr-p.echoed) <= 0 {
		return 0, false
	}
	for i := range p.n {
		if sent := p.at(i); sent.tsval == s.TSecr && !sent.end.After(s.Ack) {
			return sent.at, true
		}
	}
	return 0, false
}

// sample takes a round trip of the first and of the last segment that an ACK
// covers, in ns, and reports whether it can be one.
func (p *Path) sample(first, last int64) bool {
	if uint64(last) > maxRTT || uint64(first) > maxRTT {
		return false
	}
	p.RTT.Add(last)
	p.spread.add(last)
	p.smooth(first)
	return true
}

// seed begins the smoothed round trip, if it has not begun; 0 is not known.
func (p *Path) seed(ns int64) {
	if p.SRTT == 0 && ns > 0 {
		p.smooth(ns)
	}
}

// smooth is RFC 6298 §2.2 and §2.3. Without a clock's granularity nothing else is
// to be done.
func (p *Path) smooth(ns int64) {
	if p.SRTT == 0 {
		p.SRTT, p.RTTVar = ns, ns/2
		return
	}
	p.RTTVar += (max(p.SRTT-ns, ns-p.SRTT) - p.RTTVar) / 4
	p.SRTT += (ns - p.SRTT) / 8
}
