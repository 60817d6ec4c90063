package conn

import "onpath/tcp"

// Awaits is what an end waits for, as far as what passed tells.
type Awaits struct {
	Ack    bool // numbers of its own that passed are not acknowledged
	Window bool // it may send no more: its octets fill the window, or the window is closed
}

// Awaits returns what the end that sends in direction d waits for. An end whose
// peer's ACKs have not passed waits for nothing.
func (c *Conn) Awaits(d tcp.Dir) Awaits {
	e, p := &c.side[d&1], &c.side[d&1^1]
	if p.bits&hasRcv == 0 || e.bits&on == 0 {
		return Awaits{}
	}
	if e.wnd > 0 && e.nxt.Before(e.una.Add(e.wnd)) { // so it is nearly always
		return Awaits{Ack: e.nxt.After(p.rcv)}
	}
	return Awaits{e.nxt.After(p.rcv), e.held(p)}
}

// held reports whether the window that e took last holds all that it sent, and no
// more. Windows whose shift is not known, and those of MPTCP, which are of all
// subflows together, are full only if they are closed.
func (e *end) held(p *end) bool {
	switch {
	case !e.has(hasWL | hasUna):
		return false
	case e.wnd == 0:
		return !e.nxt.Before(e.una.Add(e.wnd))
	case p.learns(e), e.bits&p.bits&mptcp != 0:
		return false
	}
	return true
}

// LastStamp returns the highest TSval that the end which sends in direction d sent
// (RFC 7323 §3.2).
func (c *Conn) LastStamp(d tcp.Dir) (tsval uint32, ok bool) {
	e := &c.side[d]
	return e.tsMax, e.has(hasTS)
}

// Shut reports whether the latest window of the end that sends in direction d is 0:
// Facts.HasRcv, Facts.RcvWnd.
func (c *Conn) Shut(d tcp.Dir) bool {
	e := &c.side[d&1]
	return e.bits&hasRcv != 0 && e.win == 0
}

// Next returns the SND.NXT of the end that sends in direction d: Facts.Nxt.
func (c *Conn) Next(d tcp.Dir) tcp.Seq { return c.side[d&1].nxt }

// Top returns the highest number of the stream of the end that sends in direction d, shown
// by either end: Facts.Top.
func (c *Conn) Top(d tcp.Dir) tcp.Seq { return c.side[d&1].top }
