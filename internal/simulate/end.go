package simulate

import (
	"onpath/conn"
	"onpath/tcp"
)

// never is a timer that is off.
const never = 1 << 30

// Steps.
const (
	firstRTO  = 60 // about one RTT
	maxRTO    = 500
	waitSteps = 700  // 2 MSL
	aliveIdle = 1000 // until a keep-alive: a second, the least that Linux takes
	maxAlives = 3    // keep-alives in a run
	quiet     = 250  // MSL: twice the longest delay, for which a host that has lost its ISN keeps quiet (§3.4.3)
)

// An end is one endpoint: its TCB, its timers, and the application above it.
type end struct {
	TCB
	host Host // what TCB.Host points to
	dir  tcp.Dir
	mode *Mode
	dice *Dice
	net  *Sim
	app  app

	// When the timers of RFC 9293 §3.10.8 and the others fire.
	rtoAt, ackAt, waitAt, aliveAt, appAt int

	endedAt  int     // when its last TCB went
	timeouts int     // in a row
	una      tcp.Seq // SND.UNA when rtoAt was set
	alives   int
	ipID     uint16
	tsBase   uint32
}

// clearTimers stops all timers but the application's.
func (e *end) clearTimers() {
	e.rtoAt, e.ackAt, e.waitAt, e.aliveAt = never, never, never, never
	e.timeouts = 0
}

// due returns when something happens at e next.
func (e *end) due() int { return min(e.rtoAt, e.ackAt, e.waitAt, e.aliveAt, e.appAt) }

// arrives processes a segment and answers it.
func (e *end) arrives(s *tcp.Segment) {
	waited := e.State == conn.TimeWait
	e.answer(e.Arrives(s), s)
	if e.State == conn.TimeWait && (!waited || s.Flags.Has(tcp.FIN)) {
		e.waitAt = e.net.now + waitSteps
	}
	if e.aliveAt != never {
		e.aliveAt = e.net.now + aliveIdle
	}
	e.output()
	e.settle()
}

// answer sends what an arrived segment asks for.
func (e *end) answer(r Reply, s *tcp.Segment) {
	switch r {
	case AckLater:
		e.delayAck()
	case AckNow:
		e.sendAck()
	case SynAck:
		e.send(e.segment(tcp.SYN|tcp.ACK, e.ISS, 0), KindSynAck)
		e.app.opened(e)
	case Reset:
		e.send(resetFor(s), KindRst)
	case OpenBack:
		e.open(0)
		e.app.opened(e)
	}
}

// delayAck lets an ACK wait, but not a second one (RFC 9293 §3.8.6.3).
func (e *end) delayAck() {
	if e.ackAt != never || !e.dice.chance(500) {
		e.sendAck()
		return
	}
	e.ackAt = e.net.now + e.dice.between(1, 40)
}

// settle starts and stops the timers that the TCB's variables govern.
func (e *end) settle() {
	if !e.gone() {
		e.endedAt = never
	}
	switch {
	case e.gone():
		e.clearTimers()
		e.endedAt = min(e.endedAt, e.net.now)
		return
	case e.State == conn.TimeWait:
		e.rtoAt, e.aliveAt = never, never
		return
	case !e.waitsForPeer():
		e.rtoAt, e.timeouts = never, 0
	case e.rtoAt == never || e.SndUna != e.una:
		e.rtoAt, e.timeouts, e.una = e.net.now+firstRTO, 0, e.SndUna
	}
	if e.aliveAt == never && e.synchronized() && e.alives > 0 {
		e.aliveAt = e.net.now + aliveIdle
	}
}

// waitsForPeer reports whether something must be sent again if the peer stays
// silent: unacknowledged octets, or a question about a closed window.
func (e *end) waitsForPeer() bool {
	switch e.State {
	case conn.SynReceived:
		return !e.cookie
	case conn.Established, conn.CloseWait:
		return e.SndUna != e.SndNxt || e.SndNxt != e.SndEnd || e.Closing
	}
	return e.SndUna != e.SndNxt
}

// fire runs the timers that are due.
func (e *end) fire(now int) {
	switch {
	case e.waitAt <= now: // TIME-WAIT TIMEOUT (RFC 9293 §3.10.8)
		e.waitAt = never
		if e.State == conn.TimeWait {
			e.forget()
		}
	case e.ackAt <= now:
		e.ackAt = never
		if e.synchronized() {
			e.sendAck()
		}
	case e.rtoAt <= now:
		e.timeout()
	case e.aliveAt <= now:
		e.keepAlive()
	case e.appAt <= now:
		e.app.acts(e)
	}
	e.output()
	e.settle()
}

// timeout is RETRANSMISSION TIMEOUT (§3.10.8), with back-off, or a probe of a
// closed window (§3.8.6.1).
func (e *end) timeout() {
	e.timeouts++
	e.rtoAt = e.net.now + min(firstRTO<<min(e.timeouts, 4), maxRTO) + e.dice.between(0, 10)
	switch {
	case e.app.patience > 0 && e.timeouts > e.app.patience:
		e.giveUp()
	case e.SndUna == e.ISS:
		e.sendSynAgain()
	case e.SndUna != e.SndNxt:
		e.sendAgain()
	case e.usable() <= 0:
		e.probe()
	}
}

// giveUp is USER TIMEOUT (§3.10.8): with a RST, or silently.
func (e *end) giveUp() {
	e.net.fault()
	if e.dice.chance(500) {
		e.abort()
		return
	}
	e.forget()
}

// sendSynAgain sends the SYN, or the SYN,ACK, again; data that went with a SYN
// stays out (RFC 7413 §4.1.3).
func (e *end) sendSynAgain() {
	if e.State == conn.SynSent {
		e.send(e.segment(tcp.SYN, e.ISS, 0), KindAgain)
		return
	}
	e.send(e.segment(tcp.SYN|tcp.ACK, e.ISS, 0), KindAgain)
}

// sendAgain sends the first unacknowledged octets again, cut anew, at times two
// segments of them, and the FIN if it is next.
func (e *end) sendAgain() {
	end := e.SndNxt
	if e.FinSent {
		end--
	}
	from := e.SndUna
	for range e.dice.between(1, 2) {
		n := min(e.Host.MSS, uint32(end-from))
		if n > 1 {
			n -= uint32(e.dice.below(int(n)))
		}
		f := tcp.ACK
		if e.FinSent && from.Add(n) == end && (n == 0 || e.dice.chance(500)) {
			f |= tcp.FIN
		}
		e.send(e.segment(f, from, n), KindAgain)
		from = from.Add(n)
		if f.Has(tcp.FIN) || from == end && !e.FinSent {
			return
		}
	}
}

// probe asks about a closed window: with one new octet (RFC 9293 §3.8.6.1), or
// with an old number, which is answered alike.
func (e *end) probe() {
	if e.Host.ProbesOld || e.SndNxt == e.SndEnd {
		e.send(e.segment(tcp.ACK, e.SndNxt-1, 0), KindProbe)
		return
	}
	s := e.segment(tcp.ACK, e.SndNxt, 1)
	e.SndNxt++
	e.send(s, KindProbe)
}

// keepAlive sends a number below SND.NXT, with or without an octet (§3.8.4), if
// nothing is under way.
func (e *end) keepAlive() {
	e.aliveAt = never
	e.alives--
	if e.synchronized() && e.State != conn.TimeWait && e.SndUna == e.SndNxt {
		e.send(e.segment(tcp.ACK, e.SndNxt-1, uint32(e.dice.below(2))), KindAlive)
	}
}

// send lets a segment leave. It carries the clock, and a copy of the TCB.
func (e *end) send(s tcp.Segment, k Kind) {
	s.Dir = e.dir
	if s.Opts&tcp.OptTimestamp != 0 {
		s.TSval = e.tsBase + uint32(e.net.now)
	}
	if e.mode.IPID {
		e.ipID++
		s.IPID = e.ipID
	}
	if s.Flags.Has(tcp.ACK) && !s.Flags.Has(tcp.RST) {
		e.lastAck = s.Ack
		e.ackAt = never
	}
	s.TTL = 64
	e.net.emit(&s, &e.TCB, k)
}
