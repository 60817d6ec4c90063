package simulate

import (
	"onpath/conn"
	"onpath/tcp"
)

// setUp draws both ends, who opens, and who will crash.
func (w *Sim) setUp() {
	w.shift = w.dice.below(7)
	for d := range w.ends {
		w.setUpEnd(tcp.Dir(d))
	}
	for d := range w.ends {
		w.ends[d].app.plan(&w.ends[d])
	}
	w.setUpOpen()
	for d := range w.ends {
		e := &w.ends[d]
		if w.mode.Reuse > 0 && e.app.active && w.dice.chance(w.mode.Reuse) {
			e.app.opens += w.dice.between(1, 3)
		}
		if w.dice.chance(w.mode.Crash) {
			e.app.crashAt = w.dice.between(20, 600)
			e.app.restarts = w.dice.chance(600)
		}
		e.appAt = min(e.appAt, e.app.crashAt)
	}
	w.truth.reset(w)
}

// setUpOpen lets A open actively, and B passively, or at about the same time, or
// not at all.
func (w *Sim) setUpOpen() {
	a, b := &w.ends[0], &w.ends[1]
	a.app.active, a.app.opens = true, 1
	a.appAt = w.dice.below(20)
	switch w.dice.below(20) {
	default:
		b.State = conn.Listen
		b.host.Listens = w.dice.chance(500)
	case 16, 17, 18:
		b.app.active, b.app.opens = true, 1
		b.appAt = w.dice.below(60)
	case 19: // nobody listens
	}
}

// setUpEnd draws the host at one end.
func (w *Sim) setUpEnd(d tcp.Dir) {
	e := &w.ends[d]
	*e = end{dir: d, mode: w.mode, dice: w.dice, net: w}
	e.app.crashAt, e.endedAt = never, -quiet
	e.clearTimers()
	e.appAt = never
	w.drawHost(&e.host, d)
	e.TCB = TCB{Host: &e.host, Incarnation: -1}
	if w.mode.Stamps {
		e.tsBase = w.dice.next()
	}
}

// bufferSizes are small, so that windows close often.
var bufferSizes = [...]uint32{200, 120, 60, 30, 12}

// drawHost draws size, habits and options of a host.
func (w *Sim) drawHost(h *Host, d tcp.Dir) {
	m, dice := w.mode, w.dice
	*h = Host{Scales: m.Scales && !dice.chance(100), Stamps: m.Stamps && !dice.chance(100), Paws: m.Paws, Shared: m.Shared}
	if h.Scales {
		h.Shift = uint8(w.shift + dice.below(2))
	}
	h.Buffer = bufferSizes[dice.below(len(bufferSizes))] << h.Shift
	h.MSS = uint32(dice.between(3, 12)) << h.Shift
	h.FastOpen = m.FastOpen && !dice.chance(200)
	h.Cookies = m.Cookies && d == 1
	h.Splits = m.Splits && d == 1
	habits := dice.next()
	for i, habit := range []*bool{&h.Reopens, &h.Lingers, &h.Exacting, &h.ChecksAck, &h.AcksReset, &h.FinBeyond, &h.ProbesOld} {
		*habit = habits>>(31-i)&1 != 0
	}
	w.drawISNs(h, d)
}

// drawISNs draws numbers at least 2²⁰ apart, a quarter of them just below 2³².
func (w *Sim) drawISNs(h *Host, d tcp.Dir) {
	for i := range h.ISN {
		n := tcp.Seq(0)
		if w.dice.chance(250) {
			n = tcp.Seq(-1 - int32(w.dice.below(200)))
		} else {
			n = tcp.Seq(w.dice.next()) + tcp.Seq(1000+1000*int(d))
		}
		for k := 0; k < i; k++ {
			if gap := n.Sub(h.ISN[k]); gap > -1<<21 && gap < 1<<21 {
				n, k = h.ISN[k]+3<<20+5, -1 // try again from there
			}
		}
		h.ISN[i] = n
	}
}
