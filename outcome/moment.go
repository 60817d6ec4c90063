package outcome

import (
	"onpath/conn"
	"onpath/tcp"
)

// moment is one segment and what is known of both ends after it.
type moment struct {
	t        *Trail
	s        *tcp.Segment
	step     *conn.Step
	after    uint32        // µs since the record began
	me, peer conn.Standing // its sender, its addressee
}

// copyLags is how long after another segment a copy may come that the path or the
// capture has made of it, in Ticks: 268 ms. Stacks that give all their datagrams one
// identification send again what looks the same, but later.
const copyLags = 256

// copied reports whether the path or the capture made the segment of the one at last.
func (m *moment) copied() bool {
	d := m.step.Delivery
	return (d == conn.NetworkDuplicate || d == conn.CaptureDuplicate) && conn.Ticks(m.s.At)-m.t.last < copyLags
}

// again reports whether the segment's sender has sent it before.
func (m *moment) again() bool {
	switch m.step.Delivery {
	case conn.Retransmission, conn.Spurious:
		return true
	case conn.NetworkDuplicate, conn.CaptureDuplicate:
		return m.s.SeqLen() > 0 && m.pauses() >= copyLags
	}
	return false
}

// pauses returns how long ago the last SYN or retransmission of the trail passed, in
// Ticks.
func (m *moment) pauses() uint32 { return conn.Ticks(m.s.At) - m.t.last }

func (m *moment) syn() {
	t, s := m.t, m.s
	if m.step.Outside || t.is(established) {
		return
	}
	t.put(bareSyn, s.Dir)
	if s.Len > 0 {
		t.shown |= synData
	}
	if s.Flags&tcp.FIN != 0 {
		t.put(fin, s.Dir)
	}
	if s.Dir == tcp.Client && !m.copied() {
		t.attempts += min(1, 1<<16-1-t.attempts)
		t.paces(m.pauses())
		t.last = conn.Ticks(s.At)
	}
}

// paces notes how long after another one a SYN was sent.
func (t *Trail) paces(pause uint32) {
	switch t.attempts {
	case 1:
		t.pause, t.delay = 0, 0
	case 2:
		t.pause, t.delay = pause, pause
	default:
		t.pause = pause
	}
}

func (m *moment) synAck() {
	t, s, p := m.t, m.s, &m.peer
	if p.HasISS && !s.Ack.After(p.ISS) {
		t.shown |= wrongAck
		return
	}
	t.put(synAck, s.Dir)
	switch {
	case !t.is(synData) || !p.HasISS:
	case s.Ack == p.ISS+1:
		t.shown |= leftSynData
	default:
		t.shown |= tookSynData
	}
	m.repeats()
}

// misfit notes what lies outside of every window while a handshake is waited for: an
// ACK that does not fit, or a FIN that no stack sends.
func (m *moment) misfit() {
	t, d := m.t, m.s.Dir
	if t.is(established) || !t.is(either(bareSyn)|either(synAck)) {
		return
	}
	if m.s.Flags&tcp.ACK != 0 {
		t.shown |= wrongAck
	}
	if m.s.Flags&tcp.FIN != 0 && t.has(bareSyn, d) {
		m.fin()
	}
}

// ordinary notes a segment with neither SYN nor RST.
func (m *moment) ordinary() {
	t, s, d := m.t, m.s, m.s.Dir
	t.put(spoke, d)
	if !t.is(established) && t.has(bareSyn, d^1) && !t.has(synAck, d) {
		t.shown |= wrongAck // where a SYN,ACK is due
	}
	if m.answersNobody() {
		m.oneWay()
	}
	if s.Len > 0 && m.step.New > 0 && t.has(fin, d^1) {
		t.put(sending, d)
	}
	if t.is(either(rst)) {
		m.afterReset()
	}
	if s.Flags&tcp.FIN != 0 {
		m.fin()
	}
	m.repeats()
}

// answersNobody reports whether the segment acknowledges somebody of whom nothing
// passed: the view is one-way.
func (m *moment) answersNobody() bool { return !m.peer.Seen && m.s.Flags&tcp.ACK != 0 && m.me.Seen }

// oneWay notes what the segment shows of a peer that does not pass.
func (m *moment) oneWay() {
	t, d := m.t, m.s.Dir
	t.put(alone, d)
	if m.step.Advances && t.has(fin, d) {
		t.put(sending, d^1)
	}
}

func (m *moment) fin() {
	t, d := m.t, m.s.Dir
	if t.has(fin, d) {
		return
	}
	t.put(fin, d)
	if !t.is(either(closer)) {
		m.closes()
		return
	}
	if p := &m.peer; p.HasFin && m.s.Flags&tcp.ACK != 0 && !m.s.Ack.After(p.Fin) {
		t.shown |= crossed
	}
}

// closes notes that the segment is the first that closes.
func (m *moment) closes() {
	t := m.t
	t.put(closer, m.s.Dir)
	if t.is(established) {
		t.delay = m.after - min(t.at, m.after)
	}
}

// Least pauses of retransmissions by timeouts, in Ticks: the shortest that counts
// (RFC 6298 asks for 1 s, Linux takes 200 ms and probes tails earlier); and the
// longest timeout that stacks use, with which they go on evenly.
const (
	shortPause = 95    // 100 ms
	longPause  = 57220 // 60 s
)

// repeats counts retransmissions by timeouts: each pause is longer than the one
// before (RFC 6298 §5.5). Those that come closer belong to one timeout.
func (m *moment) repeats() {
	t, d := m.t, m.s.Dir
	if !m.again() {
		if m.step.Delivery != conn.CaptureDuplicate {
			t.run = 0
		}
		return
	}
	by := runByServer * mark(d)
	if t.shown&runByServer != by {
		t.run = 0
	}
	t.shown = t.shown&^runByServer | by
	if pause := m.pauses(); t.run == 0 || pause >= shortPause {
		t.runs(pause)
		t.last = conn.Ticks(m.s.At)
	}
}

// runs counts a retransmission so long after the one before it.
func (t *Trail) runs(pause uint32) {
	switch {
	case t.run == 0:
		pause = 0
		t.run = 1
	case pause >= longPause, uint64(pause)*4 >= uint64(t.pause)*5:
		t.run += min(1, 255-t.run)
	default:
		t.run = 1
	}
	t.pause = pause
}

// establishes reports whether the segment shows for the first time that both SYNs
// have been acknowledged. Of an end that does not pass here its peer's numbers tell.
func (m *moment) establishes() bool {
	t, me, p := m.t, &m.me, &m.peer
	if t.is(established) || !t.is(either(bareSyn)|either(synAck)) || m.step.Outside {
		return false
	}
	if acked(me, p) && acked(p, me) {
		return true
	}
	if m.s.Flags&tcp.SYN != 0 {
		return false
	}
	if m.s.Dir == tcp.Client {
		return t.has(bareSyn, tcp.Client) && t.has(alone, tcp.Client)
	}
	beyond := me.HasRcv && p.HasISS && me.Rcv.After(p.ISS+1) && !t.is(synData)
	return t.has(synAck, tcp.Server) && (beyond || !t.has(spoke, tcp.Client) && (m.s.Len > 0 || m.s.Flags&tcp.FIN != 0) && !p.Seen)
}

// acked reports whether e has acknowledged the SYN of p.
func acked(e, p *conn.Standing) bool { return e.HasRcv && p.HasISS && e.Rcv.After(p.ISS) }
