package main

import (
	"testing"

	"pgregory.net/rapid"
)

func TestDidYouMean(t *testing.T) {
	known := []string{"suricata", "zeek", "wireshark", "rst-exact", "rst-both-sides"}
	for unknown, want := range map[string]string{
		"zek":        " (did you mean zeek?)",
		"wireshrak":  " (did you mean wireshark?)",
		"rst-both":   " (did you mean rst-both-sides?)",
		"tcpdump":    "",
		"":           "",
		"r":          "",
		"Suricata":   " (did you mean suricata?)",
		"rst_exactt": " (did you mean rst-exact?)",
	} {
		if got := didYouMean(unknown, known); got != want {
			t.Errorf("%q: %q, want %q", unknown, got, want)
		}
	}
}

// TestDistance: it is a metric.
func TestDistance(t *testing.T) {
	word := rapid.StringMatching(`[ab-]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		switch {
		case (distance(a, b) == 0) != (a == b), distance(a, b) != distance(b, a), distance(a, c) > distance(a, b)+distance(b, c):
			t.Fatalf("%q %q %q: %d %d %d", a, b, c, distance(a, b), distance(b, c), distance(a, c))
		case distance(a, b) > max(len(a), len(b)):
			t.Fatalf("%q %q: %d", a, b, distance(a, b))
		}
	})
}
