package check

import (
	"strings"
	"testing"

	"onpath/anomaly"
	"onpath/conn"
)

// Sentences stand in JSON without being escaped, and their numbers are keys of an
// object.
func TestSentences(t *testing.T) {
	for id := range Asked().All() {
		names := map[string]bool{}
		for _, n := range Inequality(id) {
			if names[n.Name] || n.Name == "" || strings.Trim(n.Name, "abcdefghijklmnopqrstuvwxyz_") != "" {
				t.Errorf("%v: number %q", id, n.Name)
			}
			names[n.Name] = true
		}
		if len(names) > maxNumbers {
			t.Errorf("%v has %d numbers", id, len(names))
		}
		if text := string(AppendSentence(nil, id, [maxNumbers]int64{})); text == "" || strings.ContainsAny(text, "{}\"\\\t\n") {
			t.Errorf("%v says %q", id, text)
		}
	}
}

func TestSentenceWithTimes(t *testing.T) {
	w := newWording("silent for {silent:t}, {n} times")
	if w.head != "silent for " || w.numbers[0] != (Number{Name: "silent", Span: true}) || w.numbers[1] != (Number{Name: "n"}) || w.tails[1] != " times" {
		t.Errorf("%+v", w)
	}
}

// What was counted in ticks is told in whole milliseconds, and sets of states by name.
func TestSentenceOfNumbers(t *testing.T) {
	for _, test := range []struct {
		id      anomaly.ID
		numbers [maxNumbers]int64
		want    string
	}{
		{anomaly.RetransmissionTlp, [maxNumbers]int64{5001, 10 * tick}, "after 10ms of silence"},
		{anomaly.RstInjectedDataContinues, [maxNumbers]int64{101, 43_017_000}, "comes 43.017ms after"},
		{anomaly.AckNoKnownState, [maxNumbers]int64{0, int64(conn.Of(conn.SynSent)), int64(conn.Of(conn.Closed, conn.Listen))}, "its sender (SYN-SENT) or its receiver (LISTEN CLOSED)"},
	} {
		if says := string(AppendSentence(nil, test.id, test.numbers)); !strings.Contains(says, test.want) {
			t.Errorf("%q lacks %q", says, test.want)
		}
	}
}
