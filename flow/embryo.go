package flow

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/fingerprint"
	"onpath/measure"
	"onpath/outcome"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// lone marks the number of an embryo. Those of entries are below it.
const lone uint32 = 1 << 31

// embryo is a connection of which one usual SYN has passed, and nothing else: 104 octets
// without pointers. It holds what the SYN told, from which recall makes the entry.
type embryo struct {
	key packet.Key
	at  int64  // of the SYN
	num uint64 // of the record

	seq      tcp.Seq
	tsval    uint32
	frame    uint32 // low bits of its number
	place    place
	identity fingerprint.Note
	win      uint16
	mss      uint16
	ipid     uint16
	ipLen    uint16
	class    class // halfOpen, or strayIdle
	ttl      uint8
	wscale   uint8
	marks    marks
}

// marks are a set of what else the SYN told, and of what became of it.
type marks uint8

const (
	toldMSS marks = 1 << iota
	toldWScale
	toldSACKOK
	toldTimestamp
	fromB  // its sender, so the client, is Key.B
	summed // its checksum is good, else nobody knows
	ended  // the record is written
)

func (m *embryo) has(b marks) bool { return m.marks&b != 0 }

// options are those of a usual SYN.
var options = [...]struct {
	mark marks
	opt  tcp.OptSet
}{{toldMSS, tcp.OptMSS}, {toldWScale, tcp.OptWScale}, {toldSACKOK, tcp.OptSACKOK}, {toldTimestamp, tcp.OptTimestamp}}

// toldBy tells which of them a SYN has, by their set.
var toldBy = func() (told [2 * tcp.OptTimestamp]marks) {
	for set := range told {
		for _, o := range options {
			if tcp.OptSet(set)&o.opt != 0 {
				told[set] |= o.mark
			}
		}
	}
	return told
}()

// toldOpts is toldBy the other way round.
var toldOpts = func() (opts [2 * toldTimestamp]tcp.OptSet) {
	for set, told := range toldBy {
		if tcp.OptSet(set)&tcp.OptSACK == 0 {
			opts[told] = tcp.OptSet(set)
		}
	}
	return opts
}()

// take remembers the SYN that v holds.
func (m *embryo) take(v *packet.View, num uint64) {
	s := &v.Seg
	m.key, m.at, m.num, m.frame = v.Key, v.At, num, uint32(v.Number)
	m.seq, m.tsval, m.win, m.mss, m.wscale = s.Seq, s.TSval, s.Win, s.MSS, s.WScale
	m.ipid, m.ipLen, m.ttl = s.IPID, uint16(v.IPLen), s.TTL
	m.marks, m.identity = toldBy[s.Opts%tcp.OptSet(len(toldBy))], fingerprint.Note{}
	if v.FromB {
		m.marks |= fromB
	}
	if s.Sum == tcp.SumGood {
		m.marks |= summed
	}
}

// view sets v, which is zero, to what is remembered of the SYN.
func (m *embryo) view(v *packet.View) {
	v.Key, v.At, v.Number, v.FromB, v.IPLen = m.key, m.at, uint64(m.frame), m.has(fromB), uint32(m.ipLen)
	s := &v.Seg
	s.At, s.Seq, s.TSval, s.Win, s.MSS, s.WScale = m.at, m.seq, m.tsval, m.win, m.mss, m.wscale
	s.IPID, s.TTL, s.Flags, s.Dir = m.ipid, m.ttl, tcp.SYN, tcp.Client
	s.Opts, s.Sum = toldOpts[m.marks%marks(len(toldOpts))], tcp.SumUnknown
	if m.has(summed) {
		s.Sum = tcp.SumGood
	}
}

// past is what an entry is made with of an embryo, so that the packet at hand is left
// alone.
type past struct {
	view    packet.View
	step    conn.Step
	entry   entry // of an embryo whose record ends, or that somebody asks for
	verdict loneVerdict
}

// loneVerdict is the outcome of the last record of an embryo, and what it depends on:
// those of a flood are all alike.
type loneVerdict struct {
	of      loneFacts
	known   bool
	outcome outcome.Verdict
}

// loneFacts are what tells records of embryos apart that outcomes look at.
type loneFacts struct {
	why          record.Ending
	twoWay, over bool // over: it was silent for outcome.AttemptTimeout
	found        anomaly.Set
}

// conceive begins a record in an embryo, if v is the usual SYN of a new connection;
// else it returns 0.
func (t *Table) conceive(hash uint32, v *packet.View) uint32 {
	if t.whole || v.Key.Proto != packet.ProtoTCP || t.refused || v.At != v.Seg.At || v.Seg.Urg != 0 {
		return 0
	}
	v.Seg.Dir = tcp.Client
	if !t.rules.Lone(v) {
		return 0
	}
	t.makeRoom(v)
	t.tracker.Salt = salt(&v.Key, 0)
	if !t.tracker.Opens(&v.Seg) {
		return 0
	}
	i := t.slab.embryos.take()
	t.slab.live++
	t.stats.Peak = max(t.stats.Peak, t.slab.live)
	t.index.add(hash, i)
	m := t.slab.embryos.at(i)
	m.take(v, t.name())
	t.tellBegun(0)
	t.enlist(i, halfOpen)
	m.identity = t.reads(v, 0)
	t.rules.Opens(v)
	return i
}

// recall makes of m, in e, which is zero, the entry that its SYN would have made at once.
func (t *Table) recall(m *embryo, e *entry) {
	v, step := &t.past.view, &t.past.step
	m.view(v)
	s := &v.Seg
	e.key, e.swapped, e.num, e.start, e.last = m.key, v.FromB, m.num, m.at, m.at
	e.opening, e.class, e.identity[tcp.Client] = record.OpenSyn, m.class, t.noted(m)
	e.conn.Recall(s, step)
	e.side[tcp.Client].Add(v.IPLen, 0)
	e.history, e.chain = course[0].history, course[0].chain
	e.trail.Recall(s)
	e.handshake.Recall(s)
	e.inquiry.Recall(v)
	if t.resumed != 0 && m.at < t.resumed {
		e.handshake.Lapse()
	}
	if m.has(ended) {
		e.written, e.handshake = true, measure.Handshake{}
	}
	e.states.Recall(s)
}

// entry returns entry i, or what embryo i would be: valid until it is asked for another
// embryo.
func (t *Table) entry(i uint32) *entry {
	if i&lone == 0 {
		return t.slab.at(i)
	}
	return t.imagine(i)
}

// observed is entry of what has just counted the packet at hand, and sets what is
// known of that.
func (t *Table) observed(i uint32) (e *entry) {
	if i&lone == 0 {
		return t.slab.at(i)
	}
	e = t.imagine(i)
	t.flags, t.step = 0, t.past.step // the machine has no flags for a SYN
	return e
}

// imagine recalls embryo i where the next one will be recalled, too.
func (t *Table) imagine(i uint32) *entry {
	e := &t.past.entry
	*e = entry{}
	t.recall(t.slab.embryos.at(i), e)
	return e
}

// grow makes an entry of embryo i, as more of it passes, and returns its number.
func (t *Table) grow(i, hash uint32) uint32 {
	n := t.slab.take()
	e := t.slab.at(n)
	t.recall(t.slab.embryos.at(i), e)
	t.who.signatures.Keep(e.identity[tcp.Client])
	t.replace(i, n)
	t.index.replace(hash, i, n)
	t.giveEmbryo(i)
	t.await(n)
	return n
}

// wasLone reports whether e is of an embryo.
func (t *Table) wasLone(e *entry) bool { return e == &t.past.entry }

// concludeLone is conclude of an entry that was an embryo.
func (t *Table) concludeLone(e *entry, why record.Ending) {
	t.row.Findings = t.rules.FinishLone(&e.inquiry, &t.ended, &e.conn)
	t.row.Closed, t.row.Reasons = t.rules.ClosedLone()
	of := loneFacts{why: why, twoWay: t.rules.TwoWay(&e.key), over: t.now-e.last >= outcome.AttemptTimeout}
	for i := range t.row.Findings {
		of.found.Add(t.row.Findings[i].ID)
	}
	v := &t.past.verdict
	if !v.known || v.of != of {
		v.of, v.known, v.outcome = of, true, t.outcome(e, t.learn(e), why, t.now)
	}
	t.row.Outcome = v.outcome
}

// expireEmbryo is expire of embryo i.
func (t *Table) expireEmbryo(i uint32) (kept bool) {
	t.endEmbryo(i, record.EndAttemptTimeout)
	t.slab.embryos.at(i).marks |= ended
	t.reclass(i, strayIdle)
	return true
}

// dropEmbryo is drop of embryo i.
func (t *Table) dropEmbryo(i uint32, why record.Ending) {
	m := t.slab.embryos.at(i)
	t.index.remove(t.hash(&m.key), i)
	if !m.has(ended) {
		t.endEmbryo(i, why)
	}
	t.delist(i)
	t.tellGone(m.num)
	t.giveEmbryo(i)
}
