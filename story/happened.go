package story

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"onpath/anomaly"
	"onpath/check"
	"onpath/outcome"
	"onpath/record"
	"onpath/tcp"
)

// happened says what became of the connection.
func happened(r *record.Record) string {
	v := &r.Outcome
	parts := append([]string{v.Class.String() + ": " + doc(v)}, details(v)...)
	if forgotten(r) {
		parts = append(parts, "its RST answers a segment as an end does that has no such connection, or none any more")
	}
	if v.HasDelay {
		parts = append(parts, column(r, "deny_delay")+" after the handshake")
	}
	if v.HasCloser && closes[v.Class] {
		parts = append(parts, "the "+v.Closer.String()+" ended it first")
	}
	if v.Attempts > 1 {
		parts = append(parts, fmt.Sprintf("the client tried %d times", v.Attempts))
	}
	return sentence(parts)
}

// resetters are who reset the connection, by its outcome.
var resetters = map[outcome.Class]tcp.Dir{outcome.ResetByClient: tcp.Client, outcome.ResetByServer: tcp.Server}

// forgotten reports whether the end that reset it only answered, as one does that has
// restarted (RFC 9293 §3.5.1), or has given the connection up without a word.
func forgotten(r *record.Record) bool {
	d, reset := resetters[r.Outcome.Class]
	if !reset || strings.Contains(string(r.Outcome.AppendFlags(nil)), "linger-reset") {
		return false
	}
	return slices.ContainsFunc(r.Findings, func(f check.Finding) bool { return f.ID == anomaly.RstAnswering && f.Dir == d })
}

// doc is a class's line, of which an end may hold only with low confidence.
func doc(v *outcome.Verdict) string {
	sure, unsure, two := strings.Cut(v.Class.Doc(), "; or, with low confidence, ")
	if two && v.Confidence == outcome.Low {
		return unsure
	}
	return sure
}

// details are the meanings of the flags that go with its outcome alone.
func details(v *outcome.Verdict) (list []string) {
	for flag := range strings.SplitSeq(string(v.AppendFlags(nil)), ",") {
		if doc := word(flag); with.MatchString(doc) {
			list = append(list, meaning(flag))
		}
	}
	return list
}

// closes are the outcomes whose words do not say who ended it.
var closes = [outcome.NumClasses]bool{
	outcome.ResetForged: true, outcome.Closed: true, outcome.ClosedThenReset: true,
	outcome.HalfClosed: true, outcome.MidstreamClosed: true, outcome.MidstreamReset: true,
}

// outcomePairs are the outcome, how sure it is, and each of its flags with its meaning.
func outcomePairs(r *record.Record) (list []Pair) {
	if r.Outcome.Class == outcome.None {
		return nil
	}
	list = append(list, Pair{"outcome", fmt.Sprintf("%s, confidence %s", r.Outcome.Class, r.Outcome.Confidence)})
	for flag := range strings.SplitSeq(string(r.Outcome.AppendFlags(nil)), ",") {
		if flag != "" {
			list = append(list, Pair{"", flag + ": " + meaning(flag)})
		}
	}
	return list
}

// with is how a flag's words begin that goes with some outcomes alone.
var with = regexp.MustCompile(`^with [^:]*: `)

// meaning returns what a flag says, which may have a number behind it, without the
// outcomes it goes with.
func meaning(flag string) string { return with.ReplaceAllString(word(flag), "") }

// word returns a flag's line in the table; "" if it has none.
func word(flag string) string {
	name, _, _ := strings.Cut(flag, "(")
	for _, w := range outcome.FlagWords() {
		if bare, _, _ := strings.Cut(w.Name, "("); bare == name {
			return w.Doc
		}
	}
	return ""
}
