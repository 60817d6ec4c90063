package simulate

import (
	"onpath/conn"
	"onpath/tcp"
)

// Kind is why an endpoint sent a segment.
type Kind uint8

const (
	KindSyn Kind = iota
	KindSynAck
	KindAck
	KindData
	KindFin
	KindRst
	KindAgain // a retransmission
	KindProbe // of a closed window
	KindAlive // a keep-alive
	KindForged
)

// kindNames stand in conversations and truth files.
var kindNames = [...]string{"syn", "synack", "ack", "data", "fin", "rst", "retx", "probe", "keepalive", "forged"}

// String returns the word used in conversations.
func (k Kind) String() string { return kindNames[k] }

// open is an active OPEN (RFC 9293 §3.10.1). Data that was given before goes with
// the SYN if the host does Fast Open.
func (e *end) open(octets uint32) {
	if !e.begin(conn.SynSent) {
		return
	}
	e.SndEnd = e.SndEnd.Add(octets)
	n := uint32(0)
	if e.Host.FastOpen {
		n = min(octets, e.Host.MSS)
	}
	e.SndNxt = e.SndNxt.Add(n)
	e.send(e.segment(tcp.SYN, e.ISS, n), KindSyn)
}

// give is SEND (§3.10.2): octets wait until they fit into the window.
func (e *end) give(octets uint32) {
	if e.takesOctets() {
		e.SndEnd = e.SndEnd.Add(octets)
	}
}

// takesOctets reports the states in which SEND is no error.
func (e *end) takesOctets() bool {
	switch e.State {
	case conn.SynSent, conn.SynReceived, conn.Established, conn.CloseWait:
		return !e.Closing && !e.FinSent && !e.cookie
	}
	return false
}

// read is RECEIVE (§3.10.3). A window that opens much is told at once
// (§3.8.6.2.2 without the half).
func (e *end) read(octets uint32) {
	n := min(octets, e.Unread)
	if n == 0 || e.gone() {
		return
	}
	closed := e.window(false) == 0
	e.Unread -= n
	e.RcvWnd = min(e.RcvWnd+n, e.Host.Buffer)
	if e.synchronized() && (closed || e.RcvWnd == e.Host.Buffer) {
		e.sendAck()
	}
}

// close is CLOSE (§3.10.4); the FIN leaves when all octets have.
func (e *end) close() {
	switch e.State {
	case conn.SynReceived, conn.Established, conn.CloseWait:
		if !e.cookie && !e.FinSent {
			e.Closing = true
		}
	}
}

// abort is ABORT (§3.10.5).
func (e *end) abort() {
	s := e.segment(tcp.RST, e.SndNxt, 0)
	if e.Host.AcksReset {
		s = e.segment(tcp.RST|tcp.ACK, e.SndNxt, 0)
	}
	state := e.State
	e.forget()
	switch state {
	case conn.SynReceived, conn.Established, conn.FinWait1, conn.FinWait2, conn.CloseWait:
		e.send(s, KindRst)
	}
}

// forget is a crash, or giving up: the TCB is gone, and nobody is told.
func (e *end) forget() {
	e.remove()
	e.clearTimers()
}

// output sends what may leave: octets inside the window, then the FIN.
func (e *end) output() {
	switch e.State {
	case conn.SynReceived:
		if !e.outputsEarly() {
			return
		}
	case conn.Established, conn.CloseWait:
	default:
		return
	}
	for e.SndNxt.Before(e.SndEnd) && !e.FinSent && e.usable() > 0 {
		e.sendOctets()
	}
	if e.Closing && !e.FinSent && e.SndNxt == e.SndEnd && e.finFits(0) {
		e.finish()
		e.send(e.segment(tcp.FIN|tcp.ACK, e.Fin, 0), KindFin)
	}
}

// outputsEarly reports whether octets or a FIN may leave in SYN-RECEIVED: both
// after Fast Open (RFC 7413 §4.2); a FIN if nothing else waits (RFC 9293 §3.10.4).
func (e *end) outputsEarly() bool {
	return !e.cookie && (e.fast || e.mode.Early && e.SndNxt == e.SndEnd)
}

// finFits reports whether a FIN behind n octets may leave.
func (e *end) finFits(n uint32) bool {
	return e.usable() > int32(n) || e.Host.FinBeyond && e.usable() == int32(n)
}

// sendOctets sends one segment of new octets, with the FIN if they are the last
// and the dice say so.
func (e *end) sendOctets() {
	n := min(e.Host.MSS, uint32(e.SndEnd-e.SndNxt), uint32(e.usable()))
	if e.dice.chance(200) {
		n = uint32(e.dice.between(1, int(n)))
	}
	f, seq := tcp.ACK, e.SndNxt
	if e.SndNxt.Add(n) == e.SndEnd {
		f |= tcp.PSH
	}
	s := e.segment(f, seq, n)
	if e.mode.Urgent && e.dice.chance(200) {
		s.Flags |= tcp.URG
		s.Urg = uint16(e.dice.between(0, int(n)))
		e.SndUp = seq.Add(uint32(s.Urg))
	}
	last := e.Closing && e.SndNxt.Add(n) == e.SndEnd && e.finFits(n)
	e.SndNxt = e.SndNxt.Add(n)
	if last && e.dice.chance(500) {
		e.finish()
		s.Flags |= tcp.FIN
		e.send(s, KindFin)
		return
	}
	e.send(s, KindData)
}

// finish puts the FIN behind all octets and moves the state by it.
func (e *end) finish() {
	e.Fin, e.FinSent, e.Closing = e.SndNxt, true, false
	e.SndNxt++
	if e.State == conn.CloseWait {
		e.State = conn.LastAck
		return
	}
	e.State = conn.FinWait1
}

// sendAck sends <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>.
func (e *end) sendAck() { e.send(e.segment(tcp.ACK, e.SndNxt, 0), KindAck) }
