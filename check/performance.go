package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// performanceRules look at how an end behaves over several round trips.
var performanceRules = []rule{
	{anomaly.SpuriousRto, onSACK, spuriousRto, "SEQ {seq} was sent again after a timeout, but a D-SACK says that it had arrived"},
	{anomaly.RtoBackoffMissing, onDelivery, rtoBackoffMissing, "SEQ {seq} is sent again after {interval:t}, {last:t} after the time before, and {flat} intervals in a row have not grown by half"},
}

// spuriousRto: a D-SACK (RFC 2883) for what a timeout sent again.
func spuriousRto(s *Scene) (e Evidence, holds bool) {
	t := s.Case.lent(s.inspector)
	if t == nil || !s.Step.DSACK || s.Seg.NumSACK == 0 {
		return no()
	}
	r, twice := &t.repair[s.Seg.Dir^1], s.Seg.SACK[0]
	e = because(anomaly.CausePath, num(r.from))
	e.ByPeer = true
	return e, r.segments > 0 && r.how == cureRto && !r.from.Before(twice[0]) && r.from.Before(twice[1])
}

// Bounds of rto-backoff-missing, in conn.Ticks: RFC 6298 §2.5 lets a timeout stop
// growing at 60 s; and tail loss probes come sooner than any timeout.
const longestRto = 52_000 // 55 s

// delays is how much, in conn.Ticks, path delays may shorten an interval: a quarter
// of it, where it should have doubled, makes it look flat.
const delays = 954 // 1 s

// flatIntervals is how many intervals in a row that have not grown are told of.
const flatIntervals = 2

// flatWith returns how many intervals in a row, with the one that the scene's
// segment ends, have not grown by half. Any word of the peer may have reset the
// timer.
func (r *repair) flatWith(s *Scene) uint8 {
	p, now := s.Peer(), conn.Ticks(s.Seg.At)
	if r.segments == 0 || r.from != s.Seg.Seq || s.Seg.Flags&tcp.SYN != 0 || s.cure() != cureRto || p.HasAt && int32(p.At-r.at) >= 0 {
		return 0
	}
	if gap := now - r.at; r.gap < belowRto || gap >= longestRto || gap*2 >= r.gap*3 {
		return 0
	}
	return min(r.flat, 254) + 1
}

func rtoBackoffMissing(s *Scene) (Evidence, bool) {
	if s.Step.Delivery != conn.Retransmission {
		return no()
	}
	r := s.repair()
	flat := r.flatWith(s)
	gap := conn.Ticks(s.Seg.At) - r.at
	why := anomaly.CauseNone
	if r.gap < 4*delays {
		why = anomaly.CausePath
	}
	return because(why, num(s.Seg.Seq), int64(gap)<<20, int64(r.gap)<<20, int64(flat)), flat >= flatIntervals
}
