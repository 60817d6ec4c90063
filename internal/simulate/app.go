package simulate

import "onpath/conn"

// app is what an application does with its end: it opens, writes, reads and closes
// when the dice say so, and is at an end when nothing is left to do.
type app struct {
	active   bool // opens; otherwise it listens
	opens    int  // active OPENs still to come
	octets   uint32
	chunk    uint32
	waitsFin bool // closes only after the peer did, or when tired of waiting
	abortIn  int  // actions until ABORT; 0: never
	crashAt  int  // steps; never: never
	restarts bool // opens or listens again after a crash
	patience int  // retransmissions until it gives up; 0: for ever
}

// plan draws what the application will do with one connection.
func (a *app) plan(e *end) {
	m, d := e.mode, e.dice
	unit := uint32(1) << min(e.host.Shift, e.net.ends[e.dir^1].host.Shift)
	a.octets = uint32(d.below(60)) * unit
	a.chunk = uint32(d.between(4, 40)) * unit
	a.waitsFin = d.chance(300)
	a.abortIn, a.patience = 0, 0
	if d.chance(m.Abort) {
		a.abortIn = d.between(1, 12)
	}
	if d.chance(m.GiveUp) {
		a.patience = d.between(1, 4)
	}
	e.alives = 0
	if d.chance(300) {
		e.alives = d.between(1, maxAlives)
	}
}

// opened begins a connection that came from outside.
func (a *app) opened(e *end) {
	if e.appAt == a.crashAt || e.appAt == never {
		a.plan(e)
		e.appAt = min(e.net.now+e.dice.between(1, 60), a.crashAt)
	}
}

// acts does the next thing, and says when there will be another.
func (a *app) acts(e *end) {
	e.appAt = never
	switch {
	case a.crashAt <= e.net.now:
		a.crash(e)
		return
	case e.gone() && a.opens > 0 && !e.mode.Hasty && e.net.now < e.endedAt+quiet:
		e.appAt = min(e.endedAt+quiet+e.dice.below(400), a.crashAt)
		return
	case e.gone() && a.opens > 0:
		a.opens--
		a.plan(e)
		e.open(a.take())
	case e.gone():
		return
	case a.abortIn == 1:
		e.net.fault()
		a.abortIn = 0
		e.abort()
	default:
		a.abortIn = max(0, a.abortIn-1)
		a.works(e)
	}
	a.next(e)
}

// take returns the next octets to give.
func (a *app) take() uint32 {
	n := min(a.chunk, a.octets)
	a.octets -= n
	return n
}

// works writes, reads, or closes.
func (a *app) works(e *end) {
	if e.Unread > 0 && e.dice.chance(600) {
		e.read(uint32(e.dice.between(1, int(e.Host.Buffer))))
	}
	if a.octets > 0 {
		if e.takesOctets() && e.dice.chance(500) {
			e.give(a.take())
		}
		return
	}
	if e.State == conn.Established && a.waitsFin && !e.dice.chance(30) || e.dice.chance(500) {
		return
	}
	e.close()
}

// next sets when the application acts again: as long as it has something to
// write, to read or to close, or opens again.
func (a *app) next(e *end) {
	switch {
	case !e.gone() && e.State != conn.TimeWait && (e.State < conn.Closing || e.Unread > 0):
		e.appAt = e.net.now + e.dice.between(1, 60)
	case a.opens > 0:
		e.appAt = e.net.now + e.dice.between(1, 400)
	}
	e.appAt = min(e.appAt, a.crashAt)
}

// crash forgets everything; after a restart the port may be open again.
func (a *app) crash(e *end) {
	a.crashAt = never
	if !e.gone() {
		e.net.fault()
	}
	e.forget()
	e.timeouts = 0
	a.plan(e)
	if !a.restarts {
		e.State, e.host.Listens, a.opens = conn.Closed, false, 0
		return
	}
	if a.active {
		a.opens++
		e.appAt = e.net.now + e.dice.between(1, 200)
	}
}
