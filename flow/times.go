package flow

import (
	"onpath/conn"
	"onpath/measure"
	"onpath/tcp"
)

// DefaultMaxTimed bounds how many connections are timed at once if a Config does not,
// which is 80 MB; those beyond it are not, and counted.
const DefaultMaxTimed = 1 << 17

// times lends what measures a connection to those that carry octets and were seen
// both ways. Number 0 means none.
type times struct {
	chunks  []*[timesChunk]measure.Times
	used    uint32
	max     uint32
	free    []uint32
	givenUp uint64 // records that got none
}

// timesChunk is how many are allocated at once.
const timesChunk = 1 << 8

// octets returns the memory of all.
func (l *times) octets() int64 {
	return int64(len(l.chunks)) * timesChunk * measure.TimesOctets
}

func (l *times) at(i uint32) *measure.Times { return &l.chunks[i/timesChunk][i%timesChunk] }

// lend returns the number of a zeroed one; 0 if all are lent.
func (l *times) lend() uint32 {
	if n := len(l.free); n > 0 {
		i := l.free[n-1]
		l.free = l.free[:n-1]
		*l.at(i) = measure.Times{}
		return i
	}
	if l.used == l.max {
		return 0
	}
	l.used++
	if int(l.used)/timesChunk == len(l.chunks) {
		l.chunks = append(l.chunks, new([timesChunk]measure.Times))
	}
	*l.at(l.used) = measure.Times{} // written before it is read: see written
	return l.used
}

// loan is the number of what an entry was lent, in the three octets that its
// Handshake keeps for it.
func (e *entry) loan() uint32 {
	b := &e.handshake.Loan
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
}

func (e *entry) setLoan(i uint32) {
	e.handshake.Loan = [3]uint8{uint8(i), uint8(i >> 8), uint8(i >> 16)}
}

// refused is the loan of an entry that asked when all were lent.
const refused = 1<<24 - 1

// MaxMaxTimed is the largest MaxTimed that a Table takes at its word.
const MaxMaxTimed = refused - 1

// of returns what e has, or nil.
func (l *times) of(e *entry) *measure.Times {
	if i := e.loan(); i != 0 && i != refused {
		return l.at(i)
	}
	return nil
}

// expect asks for what a segment, sent in direction d, will need of what e has.
func (l *times) expect(e *entry, s *tcp.Segment, d tcp.Dir) {
	if m := l.of(e); m != nil {
		m.Expect(d, s.Len > 0, e.conn.Advances(s, d))
	}
}

// giveBack takes back what e had, and forgets its handshake.
func (l *times) giveBack(e *entry) {
	if i := e.loan(); i != 0 && i != refused {
		l.free = append(l.free, i)
	}
	e.handshake = measure.Handshake{}
}

// lent returns what e has. It lends it at the first octets of a connection of which
// both ends were seen; last is when the packet before passed.
func (l *times) lent(e *entry, d tcp.Dir, step *conn.Step, last int64) *measure.Times {
	if e.loan() != 0 || step.New == 0 || e.side[d^1].Empty() {
		return l.of(e)
	}
	i := l.lend()
	if i == 0 {
		e.setLoan(refused)
		l.givenUp++
		return nil
	}
	e.setLoan(i)
	m := l.at(i)
	m.Begin(last)
	if e.handshake.Over() {
		m.Opened(&e.handshake, e.start)
	}
	if e.side[d].Octets() > step.New {
		m.Missed(d)
	}
	if e.side[d^1].Octets() > 0 {
		m.Missed(d ^ 1)
	}
	return m
}

// time measures a segment of e; last is when the packet before it passed.
func (t *Table) time(e *entry, s *tcp.Segment, step *conn.Step, last int64) {
	before := t.tracker.Before()
	if !e.handshake.Over() {
		e.handshake.Segment(s, step, &e.conn, before, e.start)
		if m := t.times.of(e); m != nil && e.handshake.Over() {
			m.Opened(&e.handshake, e.start)
		}
	}
	if m := t.times.lent(e, s.Dir, step, last); m != nil {
		m.Segment(s, step, &e.conn, before)
	}
}
