package run

import (
	"fmt"
	"io"

	"onpath/anomaly"
	"onpath/record"
	"onpath/sink/jsonl"
)

// findings writes a row for each finding of a record.
type findings struct {
	*jsonl.Writer[record.Finding]
	row record.Finding
}

func openFindings(w io.Writer) rows[record.Record] {
	return &findings{Writer: jsonl.New(w, record.FindingColumns())}
}

func (f *findings) Write(r *record.Record) error {
	for i := range r.Findings {
		f.row = record.Finding{Record: r, Finding: &r.Findings[i]}
		if err := f.Writer.Write(&f.row); err != nil {
			return err
		}
	}
	return nil
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

// verdict returns the error that FailOn asks for; nil if it asks for none, or nothing
// was found that is strong enough.
func (j *job[R]) verdict() error {
	least := j.config.FailOn
	if n := j.tally.findings.atLeast(least); least != 0 && n > 0 {
		return &Found{n, least}
	}
	return nil
}
