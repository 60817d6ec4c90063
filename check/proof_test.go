package check

import (
	"testing"

	"onpath/anomaly"
	"onpath/tcp"
)

// openStamped and openBare open a connection with ECN, with timestamps and without.
const (
	openStamped = `
		0.00 > SEW 100:100(0) win 60000 <mss 1460,TS val 1000 ecr 0>
		0.01 < S.E 300:300(0) ack 101 win 60000 <mss 1460,TS val 50 ecr 1000>
		0.02 > . 101:101(0) ack 301 win 60000 <TS val 1020 ecr 50>`
	openBare = `
		0.00 > SEW 100:100(0) win 60000 <mss 1460>
		0.01 < S.E 300:300(0) ack 101 win 60000 <mss 1460>
		0.02 > . 101:101(0) ack 301 win 60000`
)

// TestProofs: how severe a finding is depends on what the segment proves.
func TestProofs(t *testing.T) {
	for _, tt := range []struct {
		title, text string
		id          anomaly.ID
		want        anomaly.Severity
	}{
		{"an echo beyond what its peer's clock can show", openStamped + `
			0.03 > P. 101:201(100) ack 301 win 60000 <TS val 1030 ecr 90000000>`, anomaly.TsecrNotSent, anomaly.Violation},
		{"an echo of what may not have been captured", openStamped + `
			0.03 > P. 101:201(100) ack 301 win 60000 <TS val 1030 ecr 55>`, anomaly.TsecrNotSent, anomaly.CaptureArtifact},
		{"an older TSval with a newer ACK", openStamped + `
			0.03 < P. 301:401(100) ack 101 win 60000 <TS val 60 ecr 1020>
			0.04 > P. 101:201(100) ack 401 win 60000 <TS val 900 ecr 60>`, anomaly.TsvalRegressed, anomaly.Suspicious},
		{"an older TSval that may be late", openStamped + `
			0.04 > P. 101:201(100) ack 301 win 60000 <TS val 900 ecr 50>`, anomaly.TsvalRegressed, anomaly.Performance},
		{"an older TSval of a late ACK: what came before it left TIME-WAIT, which counts no datagrams", `
			0.00 > S 100:100(0) win 60000 <mss 1460,sackOK,TS val 1000 ecr 0>
			0.01 < S. 300:300(0) ack 101 win 60000 <mss 1460,sackOK,TS val 50 ecr 1000>
			0.02 > . 101:101(0) ack 301 win 60000 id 1 <TS val 1020 ecr 50>
			0.03 > P. 101:111(10) ack 301 win 60000 id 2 <TS val 1030 ecr 50>
			0.04 > P. 111:121(10) ack 301 win 60000 id 3 <TS val 1040 ecr 50>
			0.05 > P. 121:131(10) ack 301 win 60000 id 4 <TS val 1050 ecr 50>
			0.06 > P. 131:141(10) ack 301 win 60000 id 5 <TS val 1060 ecr 50>
			0.07 > P. 141:151(10) ack 301 win 60000 id 6 <TS val 1070 ecr 50>
			0.08 > F. 151:151(0) ack 301 win 60000 id 7 <TS val 1080 ecr 50>
			0.09 < F. 301:301(0) ack 152 win 60000 <TS val 140 ecr 1080>
			0.12 < F. 301:301(0) ack 152 win 60000 <TS val 170 ecr 1080>
			0.13 > . 152:152(0) ack 302 win 60000 id 0 <TS val 1130 ecr 140>
			0.14 > . 152:152(0) ack 302 win 60000 id 8 <TS val 1100 ecr 140>`, anomaly.TsvalRegressed, anomaly.Performance},
		{"a keep-alive without timestamps", openStamped + `
			0.03 > P. 101:201(100) ack 301 win 60000 <TS val 1030 ecr 50>
			0.04 < . 301:301(0) ack 201 win 60000 <TS val 80 ecr 1030>
			75.0 > . 200:200(0) ack 301 win 60000`, anomaly.TsMissingAfterNegotiation, anomaly.Suspicious},
		{"no timestamps", openStamped + `
			0.03 > P. 101:201(100) ack 301 win 60000`, anomaly.TsMissingAfterNegotiation, anomaly.Violation},
		{"no timestamps in a damaged segment", openStamped + `
			0.03 > P. 101:201(100) ack 301 win 60000 sum bad`, anomaly.TsMissingAfterNegotiation, anomaly.Performance},
		{"a damaged segment", openStamped + `
			0.03 > P. 101:201(100) ack 301 win 60000 sum bad <TS val 1030 ecr 50>`, anomaly.TcpChecksumBad, anomaly.Violation},
		{"a SYN with ECT, which a router may have set", `
			0.00 > SEW 100:100(0) win 60000 ecn 2
			0.01 < S.E 300:300(0) ack 101 win 60000`, anomaly.EctOnSyn, anomaly.Performance},
		{"ECE without timestamps", openBare + ignoredECE, anomaly.CwrMissing, anomaly.Performance},
		{"blocks beyond all windows", openBare + `
			0.03 < P. 401:501(100) ack 101 win 60000
			0.04 > . 101:101(0) ack 301 win 60000 <sack 1000000401:1000000501 401:501>`, anomaly.SackBeyondSent, anomaly.Violation},
		{"blocks of what may not have been captured", openBare + `
			0.03 < P. 401:501(100) ack 101 win 60000
			0.04 > . 101:101(0) ack 301 win 60000 <sack 401:502>`, anomaly.SackBeyondSent, anomaly.CaptureArtifact},
	} {
		found := false
		for _, f := range watch(t, tt.text) {
			if f.ID == tt.id {
				found = true
				if f.Severity != tt.want {
					t.Errorf("%s: %v is %v, want %v", tt.title, f.ID, f.Severity, tt.want)
				}
			}
		}
		if !found {
			t.Errorf("%s: %v is not raised", tt.title, tt.id)
		}
	}
}

// ignoredECE is three windows with ECE that are answered without CWR.
const ignoredECE = `
	0.10 > P. 101:201(100) ack 301 win 60000 ecn 2
	0.11 < .E 301:301(0) ack 201 win 60000
	0.12 > P. 201:301(100) ack 301 win 60000 ecn 2
	0.13 < .E 301:301(0) ack 301 win 60000
	0.14 > P. 301:401(100) ack 301 win 60000 ecn 2
	0.15 < .E 301:301(0) ack 401 win 60000
	0.16 > P. 401:501(100) ack 301 win 60000 ecn 2
	0.17 < .E 301:301(0) ack 501 win 60000
	0.18 > P. 501:601(100) ack 301 win 60000 ecn 2`

// TestProbeIsAccused: of a probe and the RST that denies it the probe is accused, and
// who sent it.
func TestProbeIsAccused(t *testing.T) {
	for text, dir := range map[string]tcp.Dir{
		"0.00 > F 100:100(0) win 1000\n0.01 < R. 0:0(0) ack 101 win 0": tcp.Client,
		"0.00 < F 100:100(0) win 1000\n0.01 > R. 0:0(0) ack 101 win 0": tcp.Server,
		"0.00 < F 100:100(0) win 1000":                                 tcp.Server,
	} {
		n := 0
		for _, f := range watch(t, text) {
			if f.ID == anomaly.StealthScanAnswered {
				n++
				if f.Dir != dir || f.Kept[0].Accused != 1 {
					t.Errorf("%s: frame %d of the %v is accused", text, f.Kept[0].Accused, f.Dir)
				}
			}
		}
		if n != 1 {
			t.Errorf("%s: found %d times", text, n)
		}
	}
}
