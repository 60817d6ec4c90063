package netfilter

import (
	"strings"
	"testing"

	"onpath/tcp"
)

// closed returns a Tracker that saw a connection begin and both sides leave.
func closed() *Tracker {
	t, v := shaken(Config{}), Verdict{}
	t.Observe(segmentView(3, false, 1001, 5001, tcp.FIN|tcp.ACK, 1000), &v)
	t.Observe(segmentView(4, true, 5001, 1002, tcp.FIN|tcp.ACK, 1000), &v)
	t.Observe(segmentView(5, false, 1002, 5002, tcp.ACK, 1000), &v)
	return t
}

// TestRefusedDroppedAndIgnored tells apart what becomes of packets that are not
// judged like others.
func TestRefusedDroppedAndIgnored(t *testing.T) {
	entry := &Entry{Orig: Tuple{Proto: protoUDP}}
	for want, a := range map[string]Account{
		"ESTABLISHED, direction original, but ignored\n": {Verdict: Verdict{State: StateEstablished, Entry: entry, Why: Reason{Cause: CauseIgnored}}},
		"ESTABLISHED, direction original, but dropped\n": {Verdict: Verdict{State: StateEstablished, Entry: entry, Why: Reason{Cause: CauseHelper}}},
		"none: the packet is dropped\n":                  {Verdict: Verdict{Why: Reason{Cause: CauseFull}}},
		"INVALID, direction original\nabout     udp ":    {Verdict: Verdict{State: StateInvalid, Entry: entry, Why: Reason{Cause: CauseOuter}}, After: entry, About: true},
	} {
		if got := a.Story(0); !strings.Contains(got, "verdict   "+want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	var tally Tally
	for _, c := range []Cause{CauseHelper, CauseIgnored, CauseNone} {
		tally.Count(&Verdict{State: StateEstablished, Why: Reason{Cause: c}})
	}
	if tally.Dropped[CauseHelper] != 1 || tally.Ignored[CauseIgnored] != 1 || tally.Ignored[CauseNone] != 1 {
		t.Errorf("%+v", tally)
	}
}

// TestStoryOfPortsUsedAgain shows the windows of neither entry beside the other's.
func TestStoryOfPortsUsedAgain(t *testing.T) {
	v := segmentView(6, false, 90000, 0, tcp.SYN, 9)
	a := closed().Explain(v)
	story := a.Story(v.At)
	if !a.Anew || !strings.Contains(story, "after     that one ended, and a new one: tcp      6 120 SYN_SENT ") || strings.Contains(story, "windows") {
		t.Errorf("%+v\n%s", a, story)
	}
}
