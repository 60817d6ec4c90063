package conn

import "onpath/tcp"

// plainBits are the bits that must be known of both ends on the short path, and
// wild those that must not be set.
const (
	plainBits = on | hasISS | hasIRS | hasRcv | hasUna | hasReal
	wild      = hasAlt | altNew | maybe | tentative | lossy | rstPend | rstAny | rstIn | synData | swapped | hasFin
)

// plain reports whether s is the next segment of an open connection: the short
// path, on which nothing is surprising and no belief can change (beliefs §7).
func plain(e, p *end, s *tcp.Segment) bool {
	return s.Flags&(tcp.SYN|tcp.FIN|tcp.RST|tcp.ACK|tcp.URG) == tcp.ACK &&
		e.set == inES && p.set == inES &&
		e.bits&(plainBits|wild) == plainBits && p.bits&(plainBits|wild) == plainBits &&
		e.irs == p.iss && p.irs == e.iss &&
		e.pend&^evAckSyn == 0 && p.pend == evAckSyn &&
		s.Seq == e.contig && s.Seq == e.nxt && s.Seq == e.top && s.Seq == e.sent.contig &&
		!s.Ack.Before(e.rcv) && !s.Ack.After(p.contig) && p.sent.n == 0 &&
		!s.Seq.Add(s.Len).After(p.edge) &&
		(s.Opts&tcp.OptTimestamp == 0 || !e.has(hasTS) || int32(s.TSval-e.tsMax) >= 0)
}

// inOrder moves both ends by a segment that plain accepted.
func inOrder(e, p *end, s *tcp.Segment) {
	to := s.Seq.Add(s.Len)
	e.sent.contig, e.contig, e.nxt, e.top, e.real = to, to, to, to, to
	p.una = p.una.Max(s.Ack)
	if s.Opts&tcp.OptTimestamp != 0 {
		e.tsMax, e.bits = s.TSval, e.bits|hasTS
	}
	win := e.window(p, s)
	e.win, e.wmax = win, max(e.wmax, win)
	if s.Ack != e.rcv {
		e.rcv, e.winLo = s.Ack, win
	} else {
		e.winLo = min(e.winLo, win)
	}
	e.edge = e.edge.Max(s.Ack.Add(win))
	p.updateWindow(s, win)
}
