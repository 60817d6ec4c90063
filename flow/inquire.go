package flow

import (
	"encoding/binary"
	"math/bits"

	"onpath/anomaly"
	"onpath/check"
	"onpath/conn"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// salt tells segments of connections apart that are equal: a mix of the key, and of how
// often another incarnation has begun. Numbers of entries would not do, as a connection
// may move from one to another.
func salt(k *packet.Key, turn uint8) uint32 {
	le := binary.LittleEndian
	a := (le.Uint64(k.A[8:]) ^ bits.RotateLeft64(le.Uint64(k.A[:]), 32)) * 0x9e3779b97f4a7c15
	b := (le.Uint64(k.B[8:]) ^ bits.RotateLeft64(le.Uint64(k.B[:]), 32)) * 0xe7037ed1a0b428db
	rest := uint64(k.APort) | uint64(k.BPort)<<16 | uint64(k.VLAN)<<32 | uint64(turn)<<48
	return uint32(((a+bits.RotateLeft64(b, 23)^rest)*0x8ebc6af09c88c6e3 + uint64(k.Net)*0x9e3779b97f4a7c15) >> 32)
}

// move lets conn take a segment, and returns what the segment shows the rules.
func (t *Table) move(e *entry, v *packet.View) check.Shown {
	t.tracker.Salt = salt(&e.key, e.conn.Turn)
	shown := e.inquiry.Shows(v)
	t.tracker.Keep = shown != 0
	t.tracker.Move(&e.conn, &v.Seg, &t.step)
	return shown
}

// inquire asks the rules about a segment that was counted to e.
func (t *Table) inquire(e *entry, v *packet.View, shown check.Shown) {
	if t.step.Plain && shown == 0 && t.rules.Passes(&e.inquiry, v) {
		return
	}
	t.rules.Judge(&e.inquiry, shown, v, &t.step, t.found(e, shown), &e.conn)
	t.tell(e)
}

// tell adds to the history what only the rules know.
func (t *Table) tell(e *entry) {
	for _, r := range t.rules.Raised() {
		if r.ID == anomaly.WindowShrunk {
			e.history.Shrank(r.Dir)
		}
		if r.Severity == anomaly.Violation {
			e.history.Violated()
		}
	}
}

// inquireQuote asks the rules about an ICMP error that quotes a segment, if it is
// one of a connection whose record is open.
func (t *Table) inquireQuote(v *packet.View, q *packet.Quote) {
	hash := t.hash(&q.Key)
	i := t.index.find(&t.slab, hash, &q.Key)
	if i == 0 {
		return
	}
	if i&lone != 0 {
		i = t.grow(i, hash)
	}
	if e := t.slab.at(i); !e.written {
		t.part(e, v.At)
		d := e.dir(q.FromB)
		t.quoted, t.quotes = e, d
		t.rules.ICMP(&e.inquiry, v, q, d, &e.conn)
		t.refuse(e, q, d)
	}
}

// refuse adds to what is remembered of e that an ICMP error came for what its end d
// sent.
func (t *Table) refuse(e *entry, q *packet.Quote, d tcp.Dir) {
	e.history.Refused(d)
	if d == tcp.Client {
		f := e.conn.Facts(d)
		e.trail.Error(q.Key.V6, q.Kind, q.Code, q.Seq, f.ISS)
	}
}

// found returns what the last segment of e found; what it left, if it showed
// nothing and moved nothing but the next numbers.
func (t *Table) found(e *entry, shown check.Shown) *conn.Conn {
	if t.step.Plain && shown == 0 {
		return &e.conn
	}
	return t.tracker.Before()
}

// conclude asks what is asked when a record ends, and adds all that was found to
// the row; silent is until when nothing came. lone is said of what was an embryo.
func (t *Table) conclude(e *entry, why record.Ending, silent int64, lone bool) {
	t.ended = check.End{
		Key: e.key, ClientIsB: e.swapped,
		Start: e.start, At: e.last, Now: silent, Syn: e.opening == record.OpenSyn, Continues: t.row.Continues != 0,
		Evicted: why == record.EndEvicted,
		Cut:     why == record.EndCapture || why == record.EndEvicted || why == record.EndFlush,
		Packets: [2]uint64{t.row.Side[0].Packets, t.row.Side[1].Packets},
		Octets:  [2]uint64{t.row.Side[0].Octets, t.row.Side[1].Octets},
	}
	if lone {
		t.concludeLone(e, why)
		return
	}
	t.row.Findings = t.rules.Finish(&e.inquiry, &t.ended, &e.conn)
	t.row.Closed, t.row.Reasons = t.rules.Closed()
	t.row.Outcome = t.outcome(e, t.rules.Ends(), why, t.now)
}

// silentUntil returns until when nothing came of the record of e: until another one
// superseded it, or until now.
func (t *Table) silentUntil(e *entry) int64 {
	if e.class == ghost {
		return max(e.last, t.slab.at(e.older).start)
	}
	return t.now
}

// OldStrays returns, and forgets, what belongs to no record and has not been found again
// for ten minutes, or began an hour ago: valid until the next packet.
func (t *Table) OldStrays() []check.Stray { return t.rules.Over(t.now) }

// Strays returns what was found that belongs to no record and OldStrays has not
// returned, in the order in which it was first found, valid until the next packet.
func (t *Table) Strays() []check.Stray { return t.rules.Strays() }

// Dropped tells the rules that the capture itself says so many packets were dropped,
// until the frame that at is of, or right behind it; 0: it does not know how many more.
func (t *Table) Dropped(packets uint64, at check.Moment) { t.rules.Dropped(packets, at) }

// Began tells a Table that shares when the first TCP segment passed, ns since the Unix
// epoch. Others see it themselves.
func (t *Table) Began(at int64) { t.rules.Began(at) }
