package record

import (
	"onpath/anomaly"
	"onpath/check"
	"onpath/tcp"
)

// findingsText writes the findings of a Record.
type findingsText struct {
	object *Object[Finding]
	row    Finding // here so that it is not allocated
}

func newFindingsText() *findingsText { return &findingsText{object: NewObject(findingGroups())} }

// append appends all that was found of a connection, as JSON.
func (t *findingsText) append(dst []byte, r *Record) []byte {
	if !r.IsTCP() {
		return dst
	}
	dst = append(dst, '[')
	for i := range r.Findings {
		if i > 0 {
			dst = append(dst, ',')
		}
		t.row = Finding{Record: r, Finding: &r.Findings[i]}
		dst = t.object.Append(dst, &t.row)
	}
	t.row = Finding{}
	return append(dst, ']')
}

// appendFindingIDs appends the names alone.
func appendFindingIDs(dst []byte, r *Record) []byte {
	return joined(dst, r.Findings, func(dst []byte, f *check.Finding) []byte { return append(dst, f.ID.String()...) })
}

// appendGates appends the closed gates and why they are, as JSON.
func appendGates(dst []byte, r *Record) []byte {
	if !r.IsTCP() || r.Interim {
		return dst
	}
	dst = append(dst, '[')
	for g := r.Closed; g != 0; g &= g - 1 {
		one := g & -g
		dst = append(one.Append(append(dst, '"')), ": "...)
		dst = append(append(dst, r.Reasons.Why(one)...), `",`...)
	}
	if r.Closed != 0 {
		dst = dst[:len(dst)-1]
	}
	return append(dst, ']')
}

// appendGateNames appends the names alone.
func appendGateNames(dst []byte, r *Record) []byte { return r.Closed.Append(dst) }

// raised is what a packet raised as a row.
type raised struct {
	packet *Packet
	*check.Raised
}

// raisedColumns are what a packet's column findings has of each.
var raisedColumns = []Column[raised]{
	{"id", String, "", "name of the anomaly; onpath anomalies explains it", srcCatalogue,
		func(dst []byte, r *raised) []byte { return append(dst, r.ID.String()...) }},
	{"severity", String, "", "as of a finding", srcCatalogue,
		func(dst []byte, r *raised) []byte { return append(dst, r.Severity.String()...) }},
	{"explanation", String, "", "the mildest that fits: none, endpoint, capture, path", srcOnpath,
		func(dst []byte, r *raised) []byte { return append(dst, r.Cause.String()...) }},
	{"dir", String, "", "who is accused: client or server, not always the sender; null without a record", srcOnpath,
		func(dst []byte, r *raised) []byte {
			if r.packet.Conn == 0 {
				return dst
			}
			return append(dst, r.Dir.String()...)
		}},
	{"frame", Uint, "", "number of the accused frame, often an earlier one", srcOnpath,
		func(dst []byte, r *raised) []byte { return appendUint(dst, r.Accused) }},
	{"accused_too", Uint, "", "number of another frame that is accused as well: nothing tells which; null if there is none", srcOnpath,
		func(dst []byte, r *raised) []byte { return appendNonZero(dst, r.Other) }},
	{"count", Uint, "", "how often it was shown of this record by now; null for an event of a connection's life, and without a record", srcOnpath,
		func(dst []byte, r *raised) []byte {
			if r.packet.Conn == 0 {
				return dst
			}
			return appendNonZero(dst, r.Count)
		}},
}

// appendRaised appends what a packet raised, as JSON.
func appendRaised(dst []byte, p *Packet) []byte {
	if p.Conn == 0 && len(p.Raised) == 0 {
		return dst
	}
	return appendArray(dst, p.Raised, func(dst []byte, r *check.Raised) []byte {
		return raisedObject.Append(dst, &raised{p, r})
	})
}

// appendRaisedIDs appends the names alone.
func appendRaisedIDs(dst []byte, p *Packet) []byte {
	return joined(dst, p.Raised, func(dst []byte, r *check.Raised) []byte { return append(dst, r.ID.String()...) })
}

// Worst returns the finding of the greatest severity, of several the most frequent;
// nil if there is none.
func (r *Record) Worst() (worst *check.Finding) {
	for i := range r.Findings {
		f := &r.Findings[i]
		if worst == nil || f.Severity > worst.Severity || f.Severity == worst.Severity && f.Count > worst.Count {
			worst = f
		}
	}
	return worst
}

// marks stand in front of a finding in a table for people.
var marks = map[anomaly.Severity]string{anomaly.Violation: "!! ", anomaly.Suspicious: "! "}

// appendWorst appends the worst finding, and how often it was shown, of both ends together,
// if more than once.
func appendWorst(dst []byte, r *Record) []byte {
	f := r.Worst()
	if f == nil {
		return dst
	}
	dst = append(append(dst, marks[f.Severity]...), f.ID.String()...)
	n := uint64(0)
	for i := range r.Findings {
		if r.Findings[i].ID == f.ID {
			n += r.Findings[i].Count
		}
	}
	if n > 1 {
		dst = appendCount(append(dst, " x"...), n)
	}
	return dst
}

// Missed returns how many octets of an end were acknowledged and not captured; 0 if its
// peer was found to acknowledge what nobody had sent, as that tells of nothing missed.
func (r *Record) Missed(d tcp.Dir) uint64 {
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.ID == anomaly.AckOfUnsentData && f.Dir == d^1 && f.Cause == anomaly.CauseNone {
			return 0
		}
	}
	return r.Side[d].Repairs.GapOctets()
}
