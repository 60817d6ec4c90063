package check

import (
	"reflect"
	"regexp"
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
		if len(names) > MaxNumbers {
			t.Errorf("%v has %d numbers", id, len(names))
		}
		if text := string(AppendSentence(nil, id, [MaxNumbers]int64{})); text == "" || strings.ContainsAny(text, "{}\"\\\t\n") {
			t.Errorf("%v says %q", id, text)
		}
	}
}

func TestWording(t *testing.T) {
	w := newWording("silent for {silent:t}, {n} time{s}")
	want := wording{"silent for ", []Number{{"silent", Span}, {"n", Plain}}, []chunk{{0, false, ", "}, {1, false, " time"}, {1, true, ""}}}
	if !reflect.DeepEqual(w, want) {
		t.Errorf("%+v", w)
	}
}

// One of a thing is not told as several.
func TestSentencesOfOne(t *testing.T) {
	several := regexp.MustCompile(`\b1 (octets|segments|packets|RSTs|RST,ACKs|SYN,ACKs|FINs|ticks|words|checksums|ACKs)\b`)
	ones := [MaxNumbers]int64{1, 1, 1, 1, 1, 1}
	for id := range Asked().All() {
		if says := AppendSentence(nil, id, ones); several.Match(says) {
			t.Errorf("%v says %q", id, says)
		}
	}
}

// What was counted in ticks is told in whole milliseconds, and sets of states by name.
func TestSentenceOfNumbers(t *testing.T) {
	for _, test := range []struct {
		id      anomaly.ID
		numbers [MaxNumbers]int64
		want    string
	}{
		{anomaly.RetransmissionTlp, [MaxNumbers]int64{5001, 10 * tick}, "after 10 ms of silence"},
		{anomaly.RstInjectedDataContinues, [MaxNumbers]int64{101, 43_017_000}, "comes 43 ms after"},
		{anomaly.ZeroWindowProbe, [MaxNumbers]int64{5001, 1}, "of 1 octet asks"},
		{anomaly.ZeroWindowProbe, [MaxNumbers]int64{5001, 2}, "of 2 octets asks"},
		{anomaly.HostStackNonconformant, [MaxNumbers]int64{int64(anomaly.MssZero), 3, 17}, "breaks mss-zero in 3 connections"},
		{anomaly.AckNoKnownState, [MaxNumbers]int64{0, int64(conn.Of(conn.SynSent)), int64(conn.Of(conn.Closed, conn.Listen))}, "its sender (SYN-SENT) or its receiver (LISTEN CLOSED)"},
	} {
		if says := string(AppendSentence(nil, test.id, test.numbers)); !strings.Contains(says, test.want) {
			t.Errorf("%q lacks %q", says, test.want)
		}
	}
}
