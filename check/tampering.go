package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// tamperRules are the signatures of Sundara Raman et al., SIGCOMM 2023, table 1: how
// the connection of a client ends near the server when somebody on the way ends it.
// Clients end theirs in the same ways. What the server's own segments provoked is
// left out; an end by RSTs counts if a client does not end like this, or does not
// send such RSTs; silence, if the server waits for an answer.
var tamperRules = []rule{
	{anomaly.TamperPostSyn, onEnd, tamperAt(afterSyn),
		"signature {signature}: behind the client's SYN {rsts} RST{s} and {rst_acks} RST,ACK{s}, then nothing for {silent:t}"},
	{anomaly.TamperPostAck, onEnd, tamperAt(afterAck),
		"signature {signature}: behind the handshake {rsts} RST{s} and {rst_acks} RST,ACK{s} of the client, then nothing for {silent:t}"},
	{anomaly.TamperPostPsh, onEnd, tamperAt(afterPush),
		"signature {signature}: behind the client's first data {rsts} RST{s} and {rst_acks} RST,ACK{s}, then nothing for {silent:t}"},
	{anomaly.TamperPostData, onEnd, tamperAt(afterData),
		"signature {signature}: behind more data of the client {rsts} RST{s} and {rst_acks} RST,ACK{s}, then nothing for {silent:t}"},
}

// What table 1 looks at: the first packets of a client, and how long nothing comes.
const (
	tamperPackets = 10
	tamperSilence = 3e9 // ns
)

// fewHops is how many segments in a row make a TTL usual there: a connection that is
// cut off has few.
const fewHops = 2

// stage is how far a client had come.
type stage uint8

const (
	noStage   stage = iota
	afterSyn        // one SYN, no ACK
	afterAck        // no payload
	afterPush       // one segment of payload
	afterData       // more
	afterFin        // it closed: nothing is cut off
)

// tamper is what is remembered of the RSTs of a client. It is lent with trouble.
type tamper struct {
	frame   uint64 // of the first one
	ack     tcp.Seq
	stage   stage // at the first one
	rsts    uint8 // without ACK, at most 255
	rstAcks uint8 // with ACK
	bits    tamperBits
}

type tamperBits uint8

const (
	acksDiffer tamperBits = 1 << iota // their ACK fields do
	ackZero                           // one of them is 0
	ackSet                            // and one is not
	unprovoked                        // one that does not answer a segment of the server
	pending                           // segments of the server were under way, and may have provoked it
	forged                            // one that the client cannot have sent
)

// noteTamper remembers a RST of the client, and what shows that it was none of his.
func (c *Case) noteTamper(s *Scene) {
	seg := s.Seg
	if seg.Dir != tcp.Client || c.side[tcp.Client].saw&sawSyn == 0 {
		return
	}
	if seg.Flags&tcp.RST == 0 {
		if t := c.lent(s.inspector); t != nil && t.tamper.frame != 0 {
			if _, goesOn := dataContinues(s); goesOn {
				t.tamper.bits |= forged
			}
		}
		return
	}
	if t := c.borrow(s.inspector); t != nil && !s.copied() {
		t.tamper.take(s)
	}
}

// take counts a RST.
func (x *tamper) take(s *Scene) {
	seg := s.Seg
	if x.frame == 0 {
		x.frame, x.stage, x.ack = s.View.Number, s.stageOf(s.Me()), seg.Ack
	}
	if seg.Flags&tcp.ACK != 0 {
		x.rstAcks += min(1, 255-x.rstAcks)
	} else {
		x.rsts += min(1, 255-x.rsts)
	}
	x.bits |= bitsOf(s)
	if seg.Ack != x.ack {
		x.bits |= acksDiffer
	}
}

// bitsOf returns what a RST of the client says of itself.
func bitsOf(s *Scene) (b tamperBits) {
	p, seg := s.Peer(), s.Seg
	b = ackSet
	if seg.Ack == 0 {
		b = ackZero
	}
	if _, answers := rstAnswers(s); !answers {
		b |= unprovoked
	}
	if p.HasReal && s.Me().HasRcv && p.Real.After(s.Me().Rcv) {
		b |= pending
	}
	if s.foreignReset() || s.otherWay(fewHops) {
		b |= forged
	}
	for _, holds := range [...]func(*Scene) (Evidence, bool){resetBehind, resetClimbs, resetAckChanges} {
		if e, ok := holds(s); ok && e.Cause == anomaly.CauseNone {
			b |= forged
		}
	}
	return b
}

// stageOf returns how far the client has come.
func (s *Scene) stageOf(me *conn.Facts) stage {
	c := s.Case
	if !c.has(spoke, tcp.Client) {
		return afterSyn
	}
	switch n := me.Nxt.Sub(me.ISS + 1); {
	case me.HasFin:
		return afterFin
	case n <= 0:
		return afterAck
	case uint32(n) <= uint32(c.side[tcp.Client].largest):
		return afterPush
	}
	return afterData
}

// tamperAt returns the rule of the signatures of a stage.
func tamperAt(at stage) func(*Scene) (Evidence, bool) {
	return func(s *Scene) (Evidence, bool) {
		if !s.End.Syn {
			return no()
		}
		if t := s.Case.lent(s.inspector); t != nil && t.tamper.frame != 0 {
			return s.cutOff(&t.tamper, at)
		}
		return s.falls(at)
	}
}

// cutOff judges a client that ended with RSTs.
func (s *Scene) cutOff(x *tamper, at stage) (Evidence, bool) {
	rsts := uint64(x.rsts) + uint64(x.rstAcks)
	sign := x.signature()
	if x.stage != at || sign == 0 || s.End.Packets[tcp.Client] > tamperPackets+rsts || x.bits&unprovoked == 0 {
		return no()
	}
	e := because(anomaly.CauseNone, int64(sign), int64(x.rsts), int64(x.rstAcks), s.End.silent())
	e.Accused = x.frame
	if x.bits&forged != 0 {
		return e, true
	}
	e.Cause = anomaly.CauseEndpoint
	return e, at == afterSyn && !s.Case.has(synAck, tcp.Server) || x.rstAcks >= 2 && x.bits&pending == 0
}

// signature returns the number of the signature that RSTs show; 0 for none.
func (x *tamper) signature() int {
	several := x.rsts+x.rstAcks > 1 || x.rsts|x.rstAcks == 255
	switch {
	case x.stage == afterPush:
		return x.afterPush()
	case x.stage == afterSyn && x.rsts > 0 && x.rstAcks > 0:
		return 4
	case x.stage == afterAck && x.rsts > 0 && x.rstAcks > 0:
		return 0
	}
	return signatures[x.stage][count(x.rstAcks > 0)][count(several)]
}

// signatures are those of RSTs without ACK or with it, of one or of several.
var signatures = [...][2][2]int{
	afterSyn:  {{2, 2}, {3, 3}},
	afterAck:  {{6, 7}, {8, 9}},
	afterData: {{18, 18}, {19, 19}},
	afterFin:  {},
}

// afterPush returns the signature of RSTs behind the first data.
func (x *tamper) afterPush() int {
	switch {
	case x.rsts > 0 && x.rstAcks > 0:
		return 13
	case x.rstAcks > 1:
		return 14
	case x.rstAcks == 1:
		return 12
	case x.rsts == 1:
		return 11
	case x.bits&(ackZero|ackSet) == ackZero|ackSet:
		return 17
	case x.bits&acksDiffer != 0:
		return 16
	}
	return 15
}

// silences are the signatures of a client that nothing more comes of.
var silences = [...]int{afterSyn: 1, afterAck: 5, afterPush: 10, afterFin: 0}

// falls judges a client that falls silent although something of the server waits
// for its ACK. Whatever it sends may be lost before us.
func (s *Scene) falls(at stage) (Evidence, bool) {
	c, v := s.ends()
	silent := int64(conn.Ticks(s.End.Now)-c.At) * tick
	waits := v.HasReal && (!c.HasRcv || v.Real.After(c.Rcv))
	e := because(anomaly.CausePath, int64(silences[at]), 0, 0, silent)
	if silences[at] == 0 || s.stageOf(c) != at || !c.HasAt || silent <= tamperSilence || !waits || c.HasFin || v.Resets {
		return no()
	}
	return e, s.End.Packets[tcp.Client] <= tamperPackets && (at != afterSyn || s.End.Packets[tcp.Client] == 1)
}
