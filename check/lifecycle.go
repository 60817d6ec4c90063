package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// lifecycleRules are the ordinary events of a connection's life. They are raised
// with their packet and not kept: a record tells of them in its columns, and nearly
// every connection has them.
var lifecycleRules = []rule{
	{anomaly.EventSyn, onSyn, eventSyn, "SYN {seq} opens"},
	{anomaly.EventSynack, onSynAck, eventSynack, "SYN,ACK {seq} answers, ack {ack}"},
	{anomaly.EventEstablished, onAck | onLong | onFin, eventEstablished, "ACK {ack} completes the handshake"},
	{anomaly.EventFinActive, onFin, eventFinActive, "the first FIN, at SEQ {seq}"},
	{anomaly.EventFinPassive, onFin, eventFinPassive, "the FIN of the other end, at SEQ {seq}"},
	{anomaly.EventRst, onRst, eventRst, "the RST at SEQ {seq} is accepted"},
}

// event reports whether a row is of what is not kept.
func event(id anomaly.ID) bool { return id.Row().Family == anomaly.FamilyLifecycle }

func eventSyn(s *Scene) (Evidence, bool) {
	me, seg := s.Me(), s.Seg
	return because(anomaly.CauseNone, num(seg.Seq)),
		!s.Step.Outside && seg.Flags&tcp.RST == 0 && (s.Step.Begin != conn.Same || !me.SynSeen || me.ISS != seg.Seq)
}

func eventSynack(s *Scene) (Evidence, bool) {
	me, seg := s.Me(), s.Seg
	first := !s.Case.has(synAck, seg.Dir) || me.ISS != seg.Seq
	return because(anomaly.CauseNone, num(seg.Seq), num(seg.Ack)), first && !s.Step.Outside && seg.Flags&tcp.RST == 0
}

func eventEstablished(s *Scene) (Evidence, bool) {
	me, p, seg := s.Me(), s.Peer(), s.Seg
	return because(anomaly.CauseNone, num(seg.Ack)),
		opener(me) && !me.HasRcv && responder(p) && seg.Ack == p.ISS+1 && seg.Flags&(tcp.SYN|tcp.RST|tcp.ACK) == tcp.ACK && !s.Step.Outside
}

// firstFin reports whether the segment is the first FIN of its sender.
func (s *Scene) firstFin() bool {
	return s.Seg.Flags&(tcp.FIN|tcp.SYN|tcp.RST) == tcp.FIN && !s.Step.Outside && !s.Me().HasFin
}

func eventFinActive(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseNone, num(s.Seg.Seq)), s.firstFin() && !s.Peer().HasFin
}

func eventFinPassive(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseNone, num(s.Seg.Seq)), s.firstFin() && s.Peer().HasFin
}

func eventRst(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseNone, num(s.Seg.Seq)), s.Before.Phase() != conn.Reset && s.After.Phase() == conn.Reset
}
