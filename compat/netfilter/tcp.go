package netfilter

import "onpath/packet"

// again says that the entry is to be deleted and the packet to be looked up anew.
const again judgement = refused + 1

// handle lets the protocol of the entry judge.
func (t *Tracker) handle(e *entry, dir Dir, d *datagram, out *Verdict) judgement {
	switch d.Proto {
	case packet.ProtoTCP:
		return t.handleTCP(e, dir, d, out)
	case packet.ProtoUDP, packet.ProtoUDPLite:
		return t.handleUDP(e, d, out)
	case packet.ProtoICMP, packet.ProtoICMPv6:
		return t.handleQuery(e, d, out)
	case packet.ProtoGRE:
		return t.handlePair(e, timeoutTunnel, timeoutTwoWay)
	case packet.ProtoSCTP:
		return t.handleSCTP(e, d, out)
	}
	t.refresh(e, timeoutOther)
	return accepted
}

// handleTCP judges a segment by the table of transitions and the windows.
func (t *Tracker) handleTCP(e *entry, dir Dir, d *datagram, out *Verdict) judgement {
	why := &out.Why
	var s segment
	if why.Cause = readSegment(d, !t.config.NoChecksums, &s); why.Cause != CauseNone {
		return refused
	}
	why.Index, why.Dir, why.State = uint8(s.kind), dir, e.tcp
	if e.status&Confirmed == 0 {
		if why.Cause = e.open(&s, t.config.Strict); why.Cause != CauseNone {
			return refused
		}
	}
	m := move{old: e.tcp, to: transitions[dir][s.kind][e.tcp]}
	j := t.consider(e, dir, &s, &m, why)
	if j != accepted {
		return j
	}
	if !m.unchecked {
		j = t.window(e, dir, &s, e.tcp, why)
		if j == refused {
			t.afterRefusal(e, dir, &s, why)
		}
		if j != accepted {
			return j
		}
	}
	t.accept(e, dir, &s, &m)
	return accepted
}

// open sets up a new entry, or says why s cannot open one.
func (e *entry) open(s *segment, strict bool) Cause {
	e.last.kind = kindNone
	me := &e.sides[Original]
	switch transitions[Original][s.kind][None] {
	case SynSent:
		me.End, me.MaxEnd, me.MaxWin = s.end, s.end, max(uint32(s.win), 1)
		me.readOptions(s.header)
	case Established:
		if strict {
			return CauseStrict
		}
		me.End, me.MaxWin = s.end, max(uint32(s.win), 1)
		me.MaxEnd = s.end + me.MaxWin
		me.Flags = FlagSACK | FlagLiberal // its scale can never be known
		e.sides[Reply].Flags = FlagSACK | FlagLiberal
	default:
		return CauseNew
	}
	return CauseNone
}

// move is a transition of an entry.
type move struct {
	old, to   TCPState
	unchecked bool // the windows are not asked
}

// consider looks at the transitions that need more than the table.
func (t *Tracker) consider(e *entry, dir Dir, s *segment, m *move, why *Reason) judgement {
	l := &e.last
	switch m.to {
	case SynSent:
		if m.old >= TimeWait {
			return e.reopen(dir, s, m, why)
		}
	case ignore:
		return e.passOver(dir, s, m, why)
	case refuse:
		why.Cause = CauseRefused
		return refused
	case TimeWait:
		if m.old == LastAck && s.kind == kindACK && l.challenged(dir) {
			why.Cause = CauseChallenge
			return passed
		}
	case SynSent2:
		l.flags |= simultaneousOpen
	case SynRecv:
		if dir == Reply && s.kind == kindACK && l.flags&simultaneousOpen != 0 {
			m.to = Established
		}
	case Close:
		if s.kind == kindRST {
			return t.considerRST(e, dir, s, m, why)
		}
	}
	return accepted
}

// reopen lets a SYN begin anew where one end was seen to leave first, or its RST.
func (e *entry) reopen(dir Dir, s *segment, m *move, why *Reason) judgement {
	if (e.sides[0].Flags|e.sides[1].Flags)&FlagCloseInit != 0 || e.last.dir == dir && e.last.kind == kindRST {
		return again
	}
	return e.passOver(dir, s, m, why)
}

// challenged reports whether an ACK in direction dir may answer a SYN in LAST_ACK
// (RFC 5961 §4); only the first one may.
func (l *lastSegment) challenged(dir Dir) bool {
	if l.dir == dir || l.kind != kindSYN || l.flags&challengeMayFollow == 0 {
		return false
	}
	l.flags &^= challengeMayFollow
	return true
}

// passOver remembers a segment of which the ends may think otherwise than the
// table. A SYN,ACK that fits to a SYN which was so remembered puts the entry in
// step with both.
func (e *entry) passOver(dir Dir, s *segment, m *move, why *Reason) judgement {
	l := &e.last
	if s.kind == kindSYNACK && l.kind == kindSYN && l.dir != dir && s.ack == l.end {
		e.resynchronize(dir)
		m.old, m.to = SynSent, SynRecv
		return accepted
	}
	l.kind, l.dir, l.seq, l.end, l.win = s.kind, dir, s.seq, s.end, s.win
	if s.kind == kindSYN && dir == Original {
		var offer Side
		offer.readOptions(s.header)
		l.scale, l.flags = offer.Scale, offer.Flags
		if m.old == LastAck {
			l.flags |= challengeMayFollow
		}
	}
	if m.old == SynSent && s.kind == kindACK && dir == Reply {
		l.ack = s.ack
	}
	why.Cause = CauseIgnored
	return passed
}

// resynchronize takes over what the remembered SYN said. The other side, which
// dir is the direction of, begins from nothing.
func (e *entry) resynchronize(dir Dir) {
	l, syn, answer := &e.last, &e.sides[1-dir], &e.sides[dir]
	l.flags &^= challengeMayFollow
	syn.End, syn.MaxEnd, syn.MaxWin = l.end, l.end, max(uint32(l.win), 1)
	syn.Scale, syn.Flags = l.scale, l.flags&(FlagWScale|FlagSACK)
	*answer = Side{Flags: answer.Flags & FlagLiberal}
}

// considerRST decides how far a RST is believed: only the windows are asked, or
// the sequence number must fit, or nothing is asked at all.
func (t *Tracker) considerRST(e *entry, dir Dir, s *segment, m *move, why *Reason) judgement {
	l, peer := &e.last, &e.sides[1-dir]
	if e.tcp.closing() { // the ports may be in use again
		m.unchecked = true
		return accepted
	}
	if peer.Flags&FlagMaxAck != 0 && l.kind != kindSYN {
		open := e.tcp == Established && e.status&Assured != 0
		switch {
		case s.seq == 0 && !open:
			return accepted
		case after(peer.MaxAck, s.seq) && !t.config.IgnoreRST:
			why.bound(CauseRST, s.seq, peer.MaxAck)
			return refused
		case !open, s.seq == peer.MaxAck, l.kind == kindACK && l.dir == dir && s.seq == l.end:
			return accepted
		}
		m.to = m.old // a challenge ACK may come (RFC 5961 §3)
	}
	m.unchecked = e.answered(dir, s)
	return accepted
}

// answered reports whether the RST s answers a segment that was passed over: a SYN
// of the other side, or an ACK.
func (e *entry) answered(dir Dir, s *segment) bool {
	l := &e.last
	switch {
	case e.status&SeenReply != 0 && l.kind == kindSYN && l.dir != dir && s.ack == l.end,
		e.status&Assured == 0 && l.kind == kindACK && s.ack == l.end:
		return true
	}
	return e.tcp == SynSent && l.kind == kindACK && l.dir == Reply && s.seq == l.ack
}

// accept moves the entry on after a segment that was believed, and gives it its
// timeout.
func (t *Tracker) accept(e *entry, dir Dir, s *segment, m *move) {
	e.last.kind, e.last.dir = s.kind, dir
	if e.tcp != m.to {
		e.changed |= changedState
	}
	e.tcp = m.to
	if m.old != m.to && m.to == FinWait {
		e.sides[dir].Flags |= FlagCloseInit
	}
	timeout := t.timeoutTCP(e, s.kind)
	if e.status&SeenReply == 0 {
		switch {
		case s.kind == kindRST:
			t.stats.Deleted++
			t.kill(e, t.now)
			return
		case s.kind == kindSYN && m.old == SynSent:
			return // a repeated SYN keeps nothing alive
		case m.to == Established:
			timeout = min(timeout, timeoutUnacked)
		}
	} else if e.status&Assured == 0 && (m.old == SynRecv || m.old == Established) && m.to == Established {
		e.status |= Assured
		e.changed |= changedAssured
	}
	t.refresh(e, timeout)
}

// timeoutTCP returns how long the entry lives from now on: the first of the rules
// that shortens the state's own timeout.
func (t *Tracker) timeoutTCP(e *entry, k kind) int64 {
	timeout := tcpTimeouts[e.tcp]
	switch {
	case e.last.retrans >= t.config.MaxRetrans && timeout > timeoutRetrans:
		return timeoutRetrans
	case k == kindRST:
		return timeoutClose
	case (e.sides[0].Flags|e.sides[1].Flags)&FlagUnacked != 0 && timeout > timeoutUnacked:
		return timeoutUnacked
	case e.last.win == 0 && timeout > timeoutRetrans:
		return timeoutRetrans
	}
	return timeout
}

// afterRefusal remembers a FIN or RST that the windows refuse; one from the other
// side after it shortens the life of an assured entry, as both ends seem to be
// leaving without tracking believing them.
func (t *Tracker) afterRefusal(e *entry, dir Dir, s *segment, why *Reason) {
	const least = 120 * second
	if e.status&Assured == 0 || s.kind != kindFIN && s.kind != kindRST {
		return
	}
	l := &e.last
	if l.dir == dir || l.kind != kindFIN && l.kind != kindRST {
		l.kind, l.dir = s.kind, dir
		return
	}
	if left := e.expires - t.now; left >= least && left > timeoutUnacked {
		why.Shortened, why.LastIndex = true, uint8(l.kind)
		t.refresh(e, timeoutUnacked)
	}
}
