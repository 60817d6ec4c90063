package check

import (
	"strings"
	"testing"
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
	if w.head != "silent for " || w.numbers[0] != (Number{"silent", true}) || w.numbers[1] != (Number{"n", false}) || w.tails[1] != " times" {
		t.Errorf("%+v", w)
	}
}
