package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// sackRules look at selective acknowledgments (RFC 2018, RFC 2883).
var sackRules = []rule{
	{anomaly.SackWithoutPermission, onSACK, sackUnpermitted,
		"{blocks} SACK blocks with ACK {ack}, though no SYN of its peer permitted SACK"},
	{anomaly.SackOptionLengthBad, onSACK, sackLengthBad,
		"a SACK option of {length} octet{s} holds no whole blocks"},
	{anomaly.SackBlockEmptyOrReversed, onSACK, sackReversed,
		"SACK block {left}:{right} ends where it begins, or before"},
	{anomaly.SackNotTranslated, onSACK, sackNotTranslated,
		"all SACK blocks, {left}:{right} the first, lie outside of {first} to {limit}, what its peer can have sent"},
	{anomaly.SackBeyondSent, onSACK, sackBeyond,
		"SACK block {left}:{right} ends {over} octet{s} beyond {top}, all that its peer had sent"},
	{anomaly.SackBelowAck, onSACK, dsack,
		"the first SACK block {left}:{right} says that octets arrived twice; ACK {ack}"},
	{anomaly.SackBelowAckNotFirst, onSACK, sackBelowNotFirst,
		"SACK block {left}:{right}, not the first, begins at or below ACK {ack}"},
	{anomaly.SackReneging, onAck | onCalm, sackReneging,
		"ACK {ack} with {blocks} SACK blocks, room for {room}, leaves out {left}:{right}, which its sender had reported"},
}

// blocks returns the SACK blocks of a segment.
func blocks(seg *tcp.Segment) [][2]tcp.Seq { return seg.SACK[:seg.NumSACK] }

// sackUnpermitted: the permission is given by who is to get the blocks (RFC 2018
// §2, §4).
func sackUnpermitted(s *Scene) (Evidence, bool) {
	seg := s.Seg
	return because(anomaly.CauseNone, int64(seg.NumSACK), num(seg.Ack)),
		seg.NumSACK > 0 && s.judged() && !s.Step.Outside && s.Case.always(withoutSACK, withSACK, seg.Dir^1)
}

// sackLengthBad leaves an option without blocks alone, which is seen often.
func sackLengthBad(s *Scene) (Evidence, bool) {
	if s.Seg.Opts&tcp.OptLength == 0 || s.View.TCP == nil {
		return no()
	}
	for o := s.View.TCP.Options(); o.Next(); {
		if n := len(o.Data); o.Kind == tcp.KindSACK && n%8 != 0 {
			return because(anomaly.CauseNone, int64(n)+2), true
		}
	}
	return no()
}

func sackReversed(s *Scene) (Evidence, bool) {
	for _, b := range blocks(s.Seg) {
		if !b[1].After(b[0]) {
			return because(anomaly.CauseNone, num(b[0]), num(b[1])), true
		}
	}
	return no()
}

// strayBlocks returns how many SACK blocks lie outside of all that the addressee
// can have sent, for every value that the windows may have had.
func (s *Scene) strayBlocks() (n int) {
	p := s.Peer()
	right := p.Limit.Add(p.Slack)
	for _, b := range blocks(s.Seg) {
		if b[1].After(right) || b[0].Before(p.First) {
			n++
		}
	}
	return n
}

// blocksJudged reports whether the blocks can be compared with what the addressee
// sent.
func (s *Scene) blocksJudged() bool {
	return s.Seg.NumSACK > 0 && s.judged() && !s.Step.Outside && s.Me().HasRcv && s.Peer().HasReal
}

// sackNotTranslated: the ACK fits, and no block does, but all lie so near to each
// other that one offset explains them.
func sackNotTranslated(s *Scene) (Evidence, bool) {
	if !s.blocksJudged() || s.strayBlocks() < int(s.Seg.NumSACK) {
		return no()
	}
	first, p := s.Seg.SACK[0], s.Peer()
	return because(anomaly.CauseNone, num(first[0]), num(first[1]), num(p.First), num(p.Limit)), s.near(first[0])
}

// near reports whether all blocks lie within one window of at.
func (s *Scene) near(at tcp.Seq) bool {
	me := s.Me()
	for _, b := range blocks(s.Seg) {
		if d := b[0].Sub(at); max(d, -d) > int32(min(me.MaxWin, 1<<30)) {
			return false
		}
	}
	return true
}

// sackBeyond: nearer than the windows can reach, the capture may have missed what
// the block reports.
func sackBeyond(s *Scene) (Evidence, bool) {
	if !s.blocksJudged() {
		return no()
	}
	p := s.Peer()
	for _, b := range blocks(s.Seg) {
		if b[1].After(p.Top) && b[1].After(b[0]) {
			if _, shifted := sackNotTranslated(s); shifted {
				return no()
			}
			return because(beyond(b[1], p.Limit, p.Slack), num(b[0]), num(b[1]), int64(b[1].Sub(p.Top)), num(p.Top)), true
		}
	}
	return no()
}

func dsack(s *Scene) (Evidence, bool) {
	b := s.Seg.SACK[0]
	return because(anomaly.CausePath, num(b[0]), num(b[1]), num(s.Seg.Ack)), s.Step.DSACK
}

// sackBelowNotFirst: Linux answers a FIN in FIN-WAIT before it forgets the blocks that
// the FIN's ACK covers.
func sackBelowNotFirst(s *Scene) (Evidence, bool) {
	p := s.Peer()
	if !s.blocksJudged() || s.strayBlocks() > 0 || p.HasFin && s.Seg.Ack.After(p.Fin) {
		return no()
	}
	for i, b := range blocks(s.Seg) {
		if i > 0 && !b[0].After(s.Seg.Ack) && b[1].After(b[0]) {
			return because(anomaly.CauseNone, num(b[0]), num(b[1]), num(s.Seg.Ack)), true
		}
	}
	return no()
}

// noteSACK remembers that an end had more to report than there was room for. Linux
// then forgets the oldest blocks, and does not report them later either, so that an ACK
// without any may leave some out; nothing is left when all that passed is acknowledged.
func (c *Case) noteSACK(seg *tcp.Segment, before *conn.Conn) {
	k := &c.bargain
	switch {
	case seg.NumSACK == 0 && pure(seg) && !before.Top(seg.Dir^1).After(seg.Ack):
		k.terms[seg.Dir] &^= fullSACK
	case int(seg.NumSACK) >= sackRoom(seg) && seg.NumSACK > 0:
		k.terms[seg.Dir] |= fullSACK
	}
}

// sackReneging: to take back what SACK reported is permitted (RFC 2018 §8), so it
// is an end's own doing. Only a pure ACK that is proven to be newer, and had room,
// tells: other segments need not report at all.
func sackReneging(s *Scene) (Evidence, bool) {
	me, p, seg := s.Me(), s.Peer(), s.Seg
	room := sackRoom(seg)
	if !s.newest() || !s.pure() || !s.judged() || s.Step.Outside || int(seg.NumSACK) >= room || me.HasRcv && seg.Ack.Before(me.Rcv) ||
		p.HasFin || s.Case.terms[seg.Dir]&fullSACK != 0 {
		return no()
	}
	for _, b := range s.Step.Sacked[1][:p.NumSacked] {
		if b[1].After(seg.Ack) && !reported(seg, b) {
			return because(anomaly.CauseEndpoint, num(seg.Ack), int64(seg.NumSACK), int64(room), num(b[0]), num(b[1])), true
		}
	}
	return no()
}

// reported reports whether a segment covers all of b beyond its ACK by one block.
func reported(seg *tcp.Segment, b [2]tcp.Seq) bool {
	from := b[0].Max(seg.Ack)
	for _, have := range blocks(seg) {
		if !from.Before(have[0]) && !b[1].After(have[1]) {
			return true
		}
	}
	return false
}

// sackRoom returns how many blocks fit beside the segment's other options: four, or
// three with timestamps; with others fewer, which are not counted.
func sackRoom(seg *tcp.Segment) int {
	switch {
	case seg.Opts&^(tcp.OptTimestamp|tcp.OptSACK) != 0:
		return 0
	case seg.Opts&tcp.OptTimestamp != 0:
		return 3
	}
	return 4
}
