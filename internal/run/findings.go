package run

import (
	"fmt"
	"io"

	"onpath/anomaly"
	"onpath/check"
	"onpath/record"
	"onpath/sink/jsonl"
	"onpath/tcp"
)

func openFindings(w io.Writer) rows[record.Finding] {
	return jsonl.NewGrouped(w, record.FindingGroups())
}

// ended counts a record, and tells what was found of it; and, now and then, what was
// found that belongs to none.
func (j *job[R]) ended(r *record.Record) {
	j.spare = canBeSpared(r)
	j.tally.record(r)
	for i := range r.Findings {
		j.tell(record.Finding{Record: r, Finding: &r.Findings[i]}, j.spare)
	}
	j.tellEach(j.oldStrays())
}

// tell counts a finding, and gives it to who wants to know.
func (j *job[R]) tell(f record.Finding, spare bool) {
	j.tally.found.finding(f.Finding)
	j.finding = f
	give(j.tellers, &j.finding, spare, j.fail)
}

// canBeSpared reports whether a record is one of those that a flood makes: it was pushed
// out, and one end alone was seen. Where an output does not keep up, these are
// given up first, before they are written out, so that the others find room, and time is
// left for packets.
func canBeSpared(r *record.Record) bool {
	return r.Ending == record.EndEvicted && (r.Side[tcp.Client].Packets == 0 || r.Side[tcp.Server].Packets == 0)
}

// tellLast is tellDropped at the end, if there is something to tell: what is open may
// have missed it.
func (j *job[R]) tellLast() {
	if j.health.Dropped > j.dropped {
		j.tellDropped()
	}
}

// tellDropped tells the table what the capture says that it dropped since it was told
// last.
func (j *job[R]) tellDropped() {
	packets, until := j.health.Dropped-j.dropped, check.Moment{Frame: j.earlier + j.tally.packets, At: j.tally.last}
	j.dropped = j.health.Dropped
	if j.shards != nil {
		j.shards.lose(packets, until)
		return
	}
	j.table.Dropped(packets, until)
}

func (j *job[R]) tellEach(strays []check.Stray) {
	for i := range strays {
		j.tell(record.Finding{Stray: &strays[i], Finding: &strays[i].Finding}, false)
	}
}

// Found is the error of a run that did its work and found what Config.FailOn asks
// for.
type Found struct {
	Count    uint64 // findings of that severity, or a stronger one
	Severity anomaly.Severity
}

func (f *Found) Error() string {
	return fmt.Sprintf("%s of severity %v or stronger", plural(f.Count, "finding"), f.Severity)
}

// plural writes n and the noun behind it.
func plural(n uint64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return thousands(n) + " " + noun
}

// are writes n of a noun and what they are doing: 1 dump is, 2 dumps are.
func are(n uint64, noun string) string {
	if n == 1 {
		return plural(n, noun) + " is"
	}
	return plural(n, noun) + " are"
}

// verdict returns the error that FailOn asks for; nil if it asks for none, or nothing
// was found that is strong enough.
func (j *job[R]) verdict() error {
	least := j.config.FailOn
	if n := j.tally.found.atLeast(least); least != 0 && n > 0 {
		return &Found{n, least}
	}
	return nil
}
