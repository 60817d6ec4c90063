package check

import (
	"testing"

	"onpath/anomaly"
)

// unwritten are the rows of tier 1 and 2 that no rule decides, and why.
var unwritten = map[string]string{
	"window-too-large":         "65,535 << 14 is below 2^30 and nobody sets a bound; ws-too-large tells of larger shifts",
	"window-scale-mismatch":    "plain segments do not show how much of the window is used; what lies beyond its edges, seq-out-of-window-right tells",
	"initial-window-exceeded":  "the segments of a first flight are plain: to look at each costs more than the row is worth; and content networks exceed it on purpose",
	"challenge-ack-missing":    "the end that falls silent may have got the RST that was exact, lost behind us: nothing is proven by silence",
	"mac-changed":              "a View knows no link layer addresses; and fail-over changes them lawfully",
	"mptcp-key-echo-mismatch":  "keys are not remembered",
	"mptcp-join-token-unknown": "tokens are hashes of keys, over all connections, and the first subflow may go another way",
	"mptcp-mapping-missing":    "mappings are not followed: one may come with a later segment",
	"mptcp-checksum-bad":       "the same",
	"host-nat-detected":        "needs the systems and clocks of a host's connections together",
	"path-loss-one-sided":      "needs the losses of many connections of a network together",
	"rtt-handshake-high":       "needs what is usual for the network",
	"rtt-inflated":             "round trips are measured beside the rules",
	"server-response-slow":     "response times are measured beside the rules; what is slow is for their reader to say",
	"stall":                    "a fine cause needs the sender's congestion window, which nobody sees",
	"delayed-ack-excessive":    "how far the receiver is from here is not known well enough",
}

// TestUnwritten: a row has a rule, or a reason for having none.
func TestUnwritten(t *testing.T) {
	asked := Asked()
	for _, r := range anomaly.Rows() {
		why := unwritten[r.Name]
		if r.Tier <= 2 && !asked.Has(r.ID) && why == "" {
			t.Errorf("%s has no rule, and no reason for it", r.Name)
		}
		if asked.Has(r.ID) && why != "" {
			t.Errorf("%s has a rule, and a reason for having none", r.Name)
		}
	}
	for name := range unwritten {
		if _, ok := anomaly.Lookup(name); !ok {
			t.Errorf("no row %s", name)
		}
	}
}
