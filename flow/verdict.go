package flow

import (
	"onpath/anomaly"
	"onpath/check"
	"onpath/conn"
	"onpath/outcome"
	"onpath/record"
	"onpath/tcp"
)

// outcome says what became by now of the connection of e, whose row is filled.
func (t *Table) outcome(e *entry, why record.Ending, now int64) outcome.Verdict {
	r := &t.row
	t.facts = outcome.Facts{
		Trail: &e.trail, Ends: [2]conn.Facts{e.conn.Facts(tcp.Client), e.conn.Facts(tcp.Server)},
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
