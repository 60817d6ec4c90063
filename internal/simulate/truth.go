package simulate

import (
	"onpath/conn"
	"onpath/tcp"
)

// Truth is what is true of one end when a segment has passed.
//
// An end's true state is the one just after the segment that it emitted last among those
// that passed, advanced by what passed and has reached it since. Moves of its
// own that no segment has shown are read away: a FIN that nobody saw leaves its
// sender where it was. CLOSED stands for LISTEN too.
type Truth struct {
	Known    bool // something of it was seen, or its whole life was
	Emitted  Vars // just after that emission
	Advanced Vars // now
}

// Vars are the variables of one TCB that bounds are given for.
type Vars struct {
	State  conn.State // as read
	TCB    bool       // the numbers below mean something
	Synced bool       // IRS and RcvNxt do
	ISS    tcp.Seq
	IRS    tcp.Seq
	RcvNxt tcp.Seq
	SndUna tcp.Seq
	SndNxt tcp.Seq // highest sent
}

// Passage is a segment that passes the observer, and what is true then.
type Passage struct {
	Seg     tcp.Segment
	Kind    Kind
	Order   int              // of its emission among all; equal for copies
	Allowed conn.Explanation // the strongest that the run's faults so far justify
	Hidden  int              // segments that the observer missed so far
	Ends    [2]Truth
}

// shown is what segments have shown of one incarnation of an end.
type shown struct{ syn, fin, rst, other bool }

// arrival is a segment that reached an end after the observer saw it.
type arrival struct {
	frame int32
	order int
}

// shadow follows one end as far as segments that passed have shown it.
type shadow struct {
	known    bool
	order    int // of the emission
	emitted  TCB
	advanced TCB
	arrived  []arrival
	shown    [maxIncarnations]shown
	fin      [maxIncarnations]struct {
		sent bool
		seq  tcp.Seq
	}
}

// truth is the shadows of both ends.
type truth struct {
	sim  *Sim
	ends [2]shadow
}

// reset begins a run: who watches from the start knows that there is no TCB yet.
func (u *truth) reset(w *Sim) {
	u.sim = w
	for d := range u.ends {
		t := w.ends[d].TCB
		u.ends[d] = shadow{
			known:   w.mode.Late == 0 && !w.mode.OneWay,
			emitted: t, advanced: t, arrived: u.ends[d].arrived[:0],
		}
	}
}

// emitted keeps where the FINs are: what passed may acknowledge one that did not.
func (u *truth) emitted(f *frame) {
	if t := &f.after; t.FinSent && t.Incarnation >= 0 {
		fin := &u.ends[f.seg.Dir].fin[t.Incarnation]
		fin.sent, fin.seq = true, t.Fin
	}
}

// passes takes note of a segment that the observer sees.
func (u *truth) passes(f *frame) {
	e := &u.ends[f.seg.Dir]
	u.shows(f)
	if f.order <= e.order {
		return // emitted earlier than one that passed before
	}
	e.known, e.order = true, f.order
	e.emitted, e.advanced = f.after, f.after
	first := len(e.arrived)
	for first > 0 && e.arrived[first-1].order > f.order {
		first--
	}
	for _, a := range e.arrived[first:] {
		e.advanced.Arrives(&u.sim.frames[a.frame].seg)
	}
}

// shows notes what a segment shows of its sender, and of its addressee.
func (u *truth) shows(f *frame) {
	s, e, p := &f.seg, &u.ends[f.seg.Dir], &u.ends[f.seg.Dir^1]
	if i := f.after.Incarnation; i >= 0 {
		sh := &e.shown[i]
		rst := s.Flags.Has(tcp.RST)
		sh.rst = sh.rst || rst
		sh.other = sh.other || !rst
		sh.syn = sh.syn || s.Flags.Has(tcp.SYN)
		sh.fin = sh.fin || s.Flags.Has(tcp.FIN) || !rst && e.fin[i].sent && s.Len == 0 && s.Seq == e.fin[i].seq+1
	}
	if !s.Flags.Has(tcp.ACK) {
		return
	}
	for i, iss := range u.sim.ends[f.seg.Dir^1].host.ISN {
		if n := s.Ack.Sub(iss); n <= 0 || n >= 1<<20 {
			continue
		}
		p.shown[i].syn = true
		if p.fin[i].sent && s.Ack.After(p.fin[i].seq) {
			p.shown[i].fin = true
		}
	}
}

// arrives moves the shadow of d by a segment that was seen and has reached it.
func (u *truth) arrives(d tcp.Dir, frame int32, order int) {
	e := &u.ends[d]
	e.arrived = append(e.arrived, arrival{frame, order})
	e.advanced.Arrives(&u.sim.frames[frame].seg)
}

// of returns what is true of d now.
func (u *truth) of(d tcp.Dir) Truth {
	e := &u.ends[d]
	return Truth{Known: e.known, Emitted: e.vars(&e.emitted), Advanced: e.vars(&e.advanced)}
}

// vars reads a TCB.
func (e *shadow) vars(t *TCB) Vars {
	v := Vars{State: e.read(t), ISS: t.ISS, IRS: t.IRS, RcvNxt: t.RcvNxt, SndUna: t.SndUna, SndNxt: t.SndNxt}
	v.TCB = v.State != conn.Closed
	v.Synced = v.TCB && v.State != conn.SynSent
	return v
}

// read returns the state of t less the moves that nothing has shown.
func (e *shadow) read(t *TCB) conn.State {
	if t.gone() {
		return conn.Closed
	}
	sh := &e.shown[t.Incarnation]
	switch {
	case sh.rst && !sh.other, t.State == conn.SynSent && !sh.syn:
		return conn.Closed
	case sh.fin:
		return t.State
	}
	switch t.State {
	case conn.FinWait1:
		if t.SndUna == t.ISS {
			return conn.SynReceived // CLOSE came before the ACK of its SYN
		}
		return conn.Established
	case conn.Closing, conn.LastAck:
		return conn.CloseWait
	}
	return t.State
}
