package story

import (
	"fmt"
	"strings"

	"onpath/outcome"
	"onpath/record"
)

// happened says what became of the connection.
func happened(r *record.Record) string {
	v := &r.Outcome
	parts := []string{v.Class.String() + ": " + v.Class.Doc()}
	if v.HasDelay {
		parts = append(parts, column(r, "deny_delay")+" after the handshake")
	}
	if v.HasCloser {
		parts = append(parts, "the "+v.Closer.String()+" ended it first")
	}
	if v.Attempts > 1 {
		parts = append(parts, fmt.Sprintf("the client tried %d times", v.Attempts))
	}
	return sentence(parts)
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

// meaning returns what a flag says, which may have a number behind it.
func meaning(flag string) string {
	name, _, _ := strings.Cut(flag, "(")
	for _, w := range outcome.FlagWords() {
		if bare, _, _ := strings.Cut(w.Name, "("); bare == name {
			return w.Doc
		}
	}
	return ""
}
