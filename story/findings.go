package story

import (
	"cmp"
	"slices"
	"strings"

	"onpath/anomaly"
	"onpath/check"
	"onpath/record"
	"onpath/tcp"
)

// whys say what a finding's explanation means.
var whys = map[anomaly.Cause]string{
	anomaly.CauseNone:     "No execution of the standard explains it: a broken stack, a middlebox or a forgery.",
	anomaly.CauseEndpoint: "An end may have done it by itself: it aborted, restarted or gave up, or does what the standard only advises against.",
	anomaly.CauseCapture:  "It is explained if something passed that was not captured.",
	anomaly.CausePath:     "The network may have made it: what is lost, late or doubled looks so.",
}

// lawful says what milder findings mean that no loss makes, by their family.
var lawful = map[anomaly.Family]string{
	anomaly.FamilyWindow: "It is lawful, and costs time: the sender may not send more than the receiver takes.",
	anomaly.FamilyEcn:    "It is lawful: a router on the path has no room, and asks the sender to slow down.",
}

// why says whose doing a finding may be. What is lawful needs no excuse.
func why(f *check.Finding) string {
	family := f.ID.Row().Family
	switch {
	case family == anomaly.FamilyCapture:
		return "It tells of the capture, not of the ends."
	case f.ID.Severity() == anomaly.Informational:
		return "It is lawful, and worth knowing."
	case f.ID.Severity() == anomaly.Performance && lawful[family] != "":
		return lawful[family]
	case f.ID.Severity() == anomaly.Performance && f.Cause == anomaly.CauseNone:
		return "It is lawful, and costs time or throughput."
	case family == anomaly.FamilyEcn && f.Cause == anomaly.CausePath:
		return "The network may have made it: what rewrites the bits of the IP header on the way."
	}
	return whys[f.Cause]
}

// reference is a row's, without the word that says there is no RFC.
func reference(ref string) string {
	bare, ok := strings.CutPrefix(ref, "none")
	if !ok {
		return ref
	}
	return strings.Trim(bare, " ()")
}

// findings tells all that was found, the strongest first.
func (t *Teller) findings(r *record.Record) (list []Finding) {
	for i := range r.Findings {
		list = append(list, t.finding(r, &r.Findings[i]))
	}
	slices.SortStableFunc(list, func(a, b Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	return list
}

// accused says of whom it is told. What is lawful nobody need have forged.
func accused(f *check.Finding) string {
	if f.Severity < anomaly.Suspicious {
		return accusing(f.Dir, anomaly.CauseEndpoint)
	}
	return accusing(f.Dir, f.Cause)
}

func (t *Teller) finding(r *record.Record, f *check.Finding) Finding {
	row := f.ID.Row()
	told := Finding{
		ID: f.ID, Severity: f.Severity, Count: f.Count, Accused: accused(f),
		Rule: row.Rule, Why: why(f), Ref: reference(row.Ref),
	}
	for i := range f.Kept {
		o := &f.Kept[i]
		says := string(check.AppendSentence(nil, f.ID, o.Numbers))
		told.Cases = append(told.Cases, Event{cmp.Or(o.Accused, o.Frame), o.At - t.start, says})
	}
	if len(f.Kept) > 0 {
		told.Stacks = stacks(r, &f.Kept[0])
	}
	return told
}

// stacks returns both ends' variables before an occurrence, as tcpad's table.
func stacks(r *record.Record, o *check.Occurrence) string {
	var ends [2]record.StackEnd
	for end := range ends {
		d := tcp.Dir(end)
		ends[end] = record.StackEnd{Stack: o.Stacks[end], Addr: r.Addr(d), Port: r.Port(d)}
	}
	return string(record.AppendStacks(nil, &ends))
}

// suspects returns the frames that some finding accuses.
func suspects(r *record.Record) map[uint64]bool {
	frames := map[uint64]bool{}
	for i := range r.Findings {
		for _, o := range r.Findings[i].Kept {
			frames[o.Accused], frames[o.Other], frames[o.Frame] = true, true, true
		}
	}
	return frames
}
