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
	Name string // as in the sentence; each once
	Kind Kind
}

// Kind is how a number of an inequality is written.
type Kind uint8

const (
	Plain  Kind = iota // a count, a sequence number, a field
	Span               // a time, ns
	States             // a conn.Set: what an end may be in
	Row                // an anomaly.ID: the row that is meant
)

// kinds are the letters that stand for them in a sentence.
var kinds = map[string]Kind{"": Plain, "t": Span, "s": States, "r": Row}

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

// wording is a sentence: its numbers, and the text between them.
type wording struct {
	head    string
	numbers []Number
	chunks  []chunk
}

// chunk is a number, or the s of a noun behind it, and the text that follows.
type chunk struct {
	number int  // in the wording's numbers
	plural bool // the s, unless the number is 1
	tail   string
}

// newWording reads a rule's sentence: {name} stands for a number of Evidence, in
// their order, {name:t} for ns, {name:s} for a conn.Set, {name:r} for a row; {s} is an
// s unless the number before is 1.
func newWording(says string) (w wording) {
	cuts := strings.Split(says, "{")
	w.head = cuts[0]
	for _, cut := range cuts[1:] {
		name, tail, _ := strings.Cut(cut, "}")
		name, kind, _ := strings.Cut(name, ":")
		plural := name == "s"
		if !plural {
			w.numbers = append(w.numbers, Number{name, kinds[kind]})
		}
		w.chunks = append(w.chunks, chunk{len(w.numbers) - 1, plural, tail})
	}
	return w
}

// Inequality returns what a row's numbers are, in the order of Occurrence.Numbers.
// It is nil for a row without a rule, and shared: do not change it.
func Inequality(id anomaly.ID) []Number { return wordings[id].numbers }

// AppendSentence appends the inequality of an occurrence in words: the rule's
// sentence, with its numbers. It appends nothing for a row without a rule.
func AppendSentence(dst []byte, id anomaly.ID, numbers [MaxNumbers]int64) []byte {
	w := &wordings[id]
	dst = append(dst, w.head...)
	for _, p := range w.chunks {
		n := numbers[p.number]
		switch {
		case !p.plural:
			dst = appendNumber(dst, w.numbers[p.number].Kind, n)
		case n != 1:
			dst = append(dst, 's')
		}
		dst = append(dst, p.tail...)
	}
	return dst
}

func appendNumber(dst []byte, kind Kind, n int64) []byte {
	switch kind {
	case Span:
		return AppendSpan(dst, rounded(n))
	case States:
		return append(dst, conn.Set(n).String()...)
	case Row:
		return append(dst, anomaly.ID(n).String()...)
	}
	return strconv.AppendInt(dst, n, 10)
}

// rounded returns a time, given in ns, without digits that nobody measured: what was
// counted in ticks is known to about a millisecond.
func rounded(ns int64) int64 {
	if ns%tick == 0 {
		return int64(time.Duration(ns).Round(time.Millisecond))
	}
	return ns
}
