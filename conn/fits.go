package conn

import "onpath/tcp"

// Fits is a set of what is in order about a segment that is not, as a whole: behind a loss
// most is. Whoever knows what fits need not ask what is odd.
type Fits uint16

const (
	FitsStreams Fits = 1 << iota // both ends have acknowledged each other, and each the stream that is followed
	FitsPlace                    // with that, SEQ and ACK are no lower than what was acknowledged before
	FitsWindow                   // with that, it ends inside the window, and not far beyond what was acknowledged
	FitsTime                     // no segment of its sender is known to have come later
	FitsStamps                   // its timestamps, if any, are near the last ones, and echo what was sent
	FitsBlocks                   // its SACK blocks lie between its ACK, if that fits, and the end of what was sent, which windows allow
	FitsOnce                     // its ACK is not the last one of its sender again
	FitsSent                     // its ACK is of what was sent
	FitsKin                      // it is like its sender's others: its way, its identification, whether it has timestamps
	FitsWhole                    // SACK has told of no octets of its addressee
	FitsRoom                     // one more hole in its sender's stream makes none forgotten
)

// Fits returns what is in order about a segment with ACK and neither SYN nor RST, given c as it was
// before it.
func (c *Conn) Fits(s *tcp.Segment) (f Fits) {
	e, p, ev := &c.side[s.Dir&1], &c.side[s.Dir&1^1], &c.seen[s.Dir&1]
	const both = seen | hasISS | hasIRS | hasRcv | hasUna
	if e.bits&p.bits&both == both && e.irs == p.iss && p.irs == e.iss {
		f = FitsStreams
		if !s.Seq.Before(e.una) && !s.Ack.Before(e.rcv) && !s.Ack.Before(p.una) {
			f |= FitsPlace
		}
		if end := s.End(); f&FitsPlace != 0 && end.Before(p.edge) && uint32(end-e.una) < flightAtMost {
			f |= FitsWindow
		}
	}
	if ev.dups&hasAt == 0 || int32(millisOf(s.At)-ev.at) >= 0 {
		f |= FitsTime
	}
	if s.Opts&tcp.OptTimestamp == 0 || e.bits&p.bits&hasTS != 0 && stampsFit(e, p, ev, s) {
		f |= FitsStamps
	}
	if s.NumSACK == 0 || blocksFit(p, s) && !p.top.After(p.right(e).Add(slack(p, e))) {
		f |= FitsBlocks
	}
	if !e.has(hasRcv) || s.Ack != e.rcv {
		f |= FitsOnce
	}
	if !s.Ack.After(p.top) {
		f |= FitsSent
	}
	if d := s.IPID - ev.id; s.TTL == e.ttl && (ev.steps < exact || d < 256 || -d < 256) &&
		(s.Opts&tcp.OptTimestamp != 0 || e.bits&p.bits&hasTS == 0) {
		f |= FitsKin
	}
	if p.nSacked == 0 {
		f |= FitsWhole
	}
	if e.sent.n < blockSpans {
		f |= FitsRoom
	}
	return f
}

// stampsFit reports whether no timestamp of s is far from the last one of its clock, or
// has not been sent, or is older than what was echoed before.
func stampsFit(e, p *end, ev *evidence, s *tcp.Segment) bool {
	return int32(s.TSval-e.tsMax) < leap && (!p.has(knowsTS) || int32(p.tsRecent-s.TSval) <= 0) &&
		int32(s.TSecr-p.tsMax) <= 0 && (ev.dups&hasEcho == 0 || int32(ev.echo-s.TSecr) <= 0)
}

// blocksFit reports whether the SACK blocks of s lie between its ACK and the end of what
// its addressee has sent.
func blocksFit(p *end, s *tcp.Segment) bool {
	for i := range s.NumSACK & 3 {
		if b := &s.SACK[i]; !b[0].After(s.Ack) || !b[1].After(b[0]) || b[1].After(p.top) {
			return false
		}
	}
	return s.NumSACK < 4
}
