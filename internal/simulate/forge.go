package simulate

import "onpath/tcp"

// forge lets a segment pass that no end sent, with numbers far outside of every
// window: a RST, a RST,ACK, octets, a FIN, or an ACK of what was never sent.
func (w *Sim) forge() {
	d := tcp.Dir(w.dice.below(2))
	from, to := &w.ends[d].TCB, &w.ends[d^1].TCB
	far := tcp.Seq(w.dice.between(1<<26, 1<<30))
	if w.dice.chance(500) {
		far = -far
	}
	s := tcp.Segment{Dir: d, Seq: from.SndNxt + far, Ack: to.SndNxt, Flags: tcp.ACK, Win: uint16(w.dice.between(0, 200)), TTL: 64}
	switch w.dice.below(5) {
	case 0:
		s.Seq, s.Ack = from.SndNxt, to.SndNxt+far
	case 1:
		s.Len = uint32(w.dice.between(1, 20))
	case 2:
		s.Flags |= tcp.FIN
	case 3:
		s.Flags, s.Ack = tcp.RST, 0
	case 4:
		s.Flags |= tcp.RST
	}
	w.order++
	w.frames = append(w.frames, frame{seg: s, after: *from, order: w.order, kind: KindForged, forged: true})
	w.pass(flight{frame: int32(len(w.frames) - 1)})
}
