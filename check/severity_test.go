package check

import (
	"testing"

	"onpath/anomaly"
)

// TestExcused: what some lawful or known behaviour explains is no violation, though its
// row is one.
func TestExcused(t *testing.T) {
	for _, c := range []struct {
		name, text string
		id         anomaly.ID
		want       anomaly.Severity
	}{
		{"who opened too, and whose SYN was lost, repeats its own options", `
			0.00 > S 100:100(0) win 1000 <mss 1460>
			0.01 < S. 300:300(0) ack 101 win 1000 <mss 1460,sackOK>`, anomaly.SackpermUnsolicited, anomaly.Suspicious},
		{"a first try may have asked, and was missed", `
			0.00 > S 100:100(0) win 1000 <mss 1460>
			0.01 < S.E 300:300(0) ack 101 win 1000 <mss 1460>`, anomaly.EcnUnsolicited, anomaly.Suspicious},
		{"a cookie has no room for so small an MSS", `
			0.00 > S 100:100(0) win 9000 <mss 300>
			0.01 < S. 300:300(0) ack 101 win 9000 <mss 1460>
			0.02 > . 101:101(0) ack 301 win 9000
			0.03 < P. 301:837(536) ack 101 win 9000 id 7
			0.04 < P. 837:1373(536) ack 101 win 9000 id 8`, anomaly.SegmentExceedsMss, anomaly.Suspicious},
		{"nothing excuses more than it has room for", `
			0.00 > S 100:100(0) win 9000 <mss 300>
			0.01 < S. 300:300(0) ack 101 win 9000 <mss 1460>
			0.02 > . 101:101(0) ack 301 win 9000
			0.03 < P. 301:838(537) ack 101 win 9000 id 7
			0.04 < P. 838:1375(537) ack 101 win 9000 id 8`, anomaly.SegmentExceedsMss, anomaly.Violation},
		{"who sent no cookie knows the MSS", `
			0.00 > S 100:100(0) win 9000 <mss 1460>
			0.01 < S. 300:300(0) ack 101 win 9000 <mss 300>
			0.02 > . 101:101(0) ack 301 win 9000
			0.03 > P. 101:637(536) ack 301 win 9000 id 7
			0.04 > P. 637:1173(536) ack 301 win 9000 id 8`, anomaly.SegmentExceedsMss, anomaly.Violation},
		{"who has aborted only answers, and the ACK that it answers was missed", `
			0.00 > S 100:100(0) win 10000
			0.01 < S. 300:300(0) ack 101 win 10000
			0.02 > P. 101:151(50) ack 301 win 10000
			0.03 < P. 301:801(500) ack 151 win 10000
			0.03 < P. 801:1301(500) ack 151 win 10000
			0.03 < R. 1301:1301(0) ack 151 win 0
			0.04 < R 801:801(0) win 0`, anomaly.RstInjectedSeqBehind, anomaly.CaptureArtifact},
		{"the window was reduced for what was lost before us", `
			0.00 > SEW 100:100(0) win 60000 <mss 1460>
			0.01 < S.E 300:300(0) ack 101 win 60000 <mss 1460>
			0.02 > . 101:101(0) ack 301 win 60000
			0.10 > P. 101:201(100) ack 301 win 60000 ecn 2
			0.11 < . 301:301(0) ack 201 win 60000
			0.12 > P.W 201:301(100) ack 301 win 60000 ecn 2`, anomaly.CwrWithoutEce, anomaly.Performance},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, f := range watch(t, c.text) {
				if f.ID == c.id {
					if f.Severity != c.want {
						t.Errorf("%v is %v, not %v", c.id, f.Severity, c.want)
					}
					return
				}
			}
			t.Errorf("no %v", c.id)
		})
	}
}
