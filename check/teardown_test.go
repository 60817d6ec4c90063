package check

import (
	"testing"

	"onpath/anomaly"
)

// accused returns the frame that a conversation's finding accuses first; 0 if there
// is none.
func accused(t *testing.T, id anomaly.ID, text string) uint64 {
	t.Helper()
	for _, f := range watch(t, text) {
		if f.ID == id {
			return f.Kept[0].Accused
		}
	}
	return 0
}

// TestAccusedFin: a FIN that came another way than its sender's other segments is
// accused of the octets behind it; else they are.
func TestAccusedFin(t *testing.T) {
	const begin = `
		0.00 > S 100:100(0) win 1000 ttl 57
		0.01 < S. 300:300(0) ack 101 win 1000
		0.02 > . 101:101(0) ack 301 win 1000 ttl 57
		`
	if got := accused(t, anomaly.DataAfterFin, begin+`
		0.03 > F. 101:101(0) ack 301 win 1000 ttl 49
		0.05 > P. 101:131(30) ack 301 win 1000 ttl 57`); got != 4 {
		t.Errorf("frame %d is accused, not the FIN", got)
	}
	if got := accused(t, anomaly.DataAfterFin, begin+`
		0.03 > F. 101:101(0) ack 301 win 1000 ttl 57
		0.05 > P. 101:131(30) ack 301 win 1000 ttl 57`); got != 5 {
		t.Errorf("frame %d is accused, not the octets", got)
	}
}

// TestAccusedRst: what goes on behind a RST accuses the RST.
func TestAccusedRst(t *testing.T) {
	if got := accused(t, anomaly.SegmentAfterRstBySender, `
		0.00 > S 100:100(0) win 1000
		0.01 < S. 300:300(0) ack 101 win 1000
		0.02 > P. 101:111(10) ack 301 win 1000
		0.03 < . 301:301(0) ack 111 win 1000
		0.04 < R. 301:301(0) ack 111 win 0
		0.05 < P. 301:401(100) ack 111 win 1000`); got != 5 {
		t.Errorf("frame %d is accused, not the RST", got)
	}
}

// TestSeverityOfGoingOn: what may have left before the RST is late; what cannot
// have, shows that the RST is not its sender's.
func TestSeverityOfGoingOn(t *testing.T) {
	const begin = `
		0.00 > S 100:100(0) win 1000
		0.01 < S. 300:300(0) ack 101 win 1000
		0.02 > P. 101:111(10) ack 301 win 1000
		0.03 < . 301:301(0) ack 111 win 1000
		`
	for text, want := range map[string]anomaly.Cause{
		begin + "0.04 < R. 301:301(0) ack 111 win 0\n 0.05 < P. 301:401(100) ack 111 win 1000": anomaly.CauseNone,
		begin + "0.04 < R 301:301(0) win 0\n 0.05 < . 301:301(0) ack 111 win 1000":             anomaly.CausePath,
		begin + "0.04 < R 301:301(0) win 0\n 9.05 < . 301:301(0) ack 111 win 1000":             anomaly.CauseNone,
	} {
		found := false
		for _, f := range watch(t, text) {
			if f.ID == anomaly.SegmentAfterRstBySender {
				found = true
				if f.Cause != want {
					t.Errorf("%s: %v, want %v", text, f.Cause, want)
				}
			}
		}
		if !found {
			t.Errorf("%s: nothing found", text)
		}
	}
}
