package check

import (
	"strconv"
	"strings"
	"time"

	"onpath/anomaly"
)

// Number says what a number of an inequality is.
type Number struct {
	Name string // as in the sentence; each once
	Span bool   // a time in ns, not a count
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
		name, span := strings.CutSuffix(name, ":t")
		w.numbers = append(w.numbers, Number{name, span})
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
		if n.Span {
			dst = append(dst, time.Duration(numbers[i]).String()...)
		} else {
			dst = strconv.AppendInt(dst, numbers[i], 10)
		}
		dst = append(dst, w.tails[i]...)
	}
	return dst
}
