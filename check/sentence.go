package check

import (
	"strconv"
	"strings"
	"time"

	"onpath/anomaly"
	"onpath/conn"
)

// Number says what a number of an inequality is.
type Number struct {
	Name   string // as in the sentence; each once
	Span   bool   // a time in ns, not a count
	States bool   // a conn.Set: what an end may be in
}

// wordings are the rules' sentences by ID, cut in front of and behind each number.
var wordings = func() []wording {
	all := make([]wording, len(byID))
	for id, r := range byID {
		if r != nil {
			all[id] = newWording(r.says)
		}
	}
	return all
}()

// wording is a sentence: its numbers, and the text behind each of them.
type wording struct {
	head    string
	numbers []Number
	tails   []string
}

func newWording(says string) (w wording) {
	parts := strings.Split(says, "{")
	w.head = parts[0]
	for _, part := range parts[1:] {
		name, tail, _ := strings.Cut(part, "}")
		name, kind, _ := strings.Cut(name, ":")
		w.numbers = append(w.numbers, Number{name, kind == "t", kind == "s"})
		w.tails = append(w.tails, tail)
	}
	return w
}

// Inequality returns what a row's numbers are, in the order of Occurrence.Numbers.
// It is nil for a row without a rule, and shared: do not change it.
func Inequality(id anomaly.ID) []Number { return wordings[id].numbers }

// AppendSentence appends the inequality of an occurrence in words: the rule's
// sentence, with its numbers. It appends nothing for a row without a rule.
func AppendSentence(dst []byte, id anomaly.ID, numbers [maxNumbers]int64) []byte {
	w := &wordings[id]
	dst = append(dst, w.head...)
	for i, n := range w.numbers {
		switch {
		case n.Span:
			dst = append(dst, rounded(numbers[i]).String()...)
		case n.States:
			dst = append(dst, conn.Set(numbers[i]).String()...)
		default:
			dst = strconv.AppendInt(dst, numbers[i], 10)
		}
		dst = append(dst, w.tails[i]...)
	}
	return dst
}

// rounded returns a time, given in ns, without digits that nobody measured: what was
// counted in ticks is known to about a millisecond.
func rounded(ns int64) time.Duration {
	if ns%tick == 0 {
		return time.Duration(ns).Round(time.Millisecond)
	}
	return time.Duration(ns)
}
