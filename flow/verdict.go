package flow

import (
	"onpath/anomaly"
	"onpath/check"
	"onpath/conn"
	"onpath/outcome"
	"onpath/record"
	"onpath/tcp"
)

// learn returns what is known of the ends of e, valid until it is called again.
func (t *Table) learn(e *entry) *[2]conn.Facts {
	for d := range t.ends {
		e.conn.Learn(&t.ends[d], tcp.Dir(d))
	}
	return &t.ends
}

// outcome says what became by now of the connection of e, whose row is filled; ends is
// what is known of both.
func (t *Table) outcome(e *entry, ends *[2]conn.Facts, why record.Ending, now int64) outcome.Verdict {
	r := &t.row
	t.facts = outcome.Facts{
		Trail: &e.trail, Ends: ends,
		Packets: t.ended.Packets, Octets: t.ended.Octets, Silent: now - e.last, TwoWay: t.rules.TwoWay(&e.key),
		Replaced: why == record.EndSuperseded, Evicted: why == record.EndEvicted, Before: r.Continues,
		Offloads: e.inquiry.Offloads(),
	}
	f := &t.facts
	for d := range r.Side {
		f.Gaps += r.Missed(tcp.Dir(d))
	}
	for i := range r.Findings {
		noteFinding(f, &r.Findings[i])
	}
	return outcome.Of(f)
}

// signatures are the findings whose first number is that of a signature of tampering.
var signatures = anomaly.SetOf(anomaly.TamperPostSyn, anomaly.TamperPostAck, anomaly.TamperPostPsh, anomaly.TamperPostData)

// noteFinding adds what was found to the facts.
func noteFinding(f *outcome.Facts, found *check.Finding) {
	f.Found.Add(found.ID)
	if found.Cause == anomaly.CauseNone {
		f.Sure.Add(found.ID)
	}
	if signatures.Has(found.ID) && len(found.Kept) > 0 {
		f.Tamper = uint8(found.Kept[0].Numbers[0])
	}
}
