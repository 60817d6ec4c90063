package check

import (
	"slices"
	"strings"
	"testing"
	"time"

	"onpath/anomaly"
	"onpath/internal/segtext"
	"onpath/tcp"
)

// lawful is a handshake between hosts that compute their checksums.
const lawful = `
	0.000 > S 100:100(0) win 1000 <mss 1460>
	0.010 < S. 300:300(0) ack 101 win 1000 <mss 1460>
	0.020 > . 101:101(0) ack 301 win 1000
	0.030 > P. 101:201(100) ack 301 win 1000
`

// TestClosedGates: what closes a gate is told, and for whom.
func TestClosedGates(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		gate       anomaly.Gate
		why        string
	}{
		{"both SYNs", lawful, anomaly.GateSyn, ""},
		{"no SYN", "0.1 > . 101:101(0) ack 301 win 1000", anomaly.GateSyn, "the handshake was not captured"},
		{"one SYN", "0.1 > S 100:100(0) win 1000\n0.2 > . 101:101(0) ack 301 win 1000", anomaly.GateSyn, "only one SYN of the handshake was captured"},
		{"a refused attempt", "0.1 > S 100:100(0) win 1000\n0.2 < R. 0:0(0) ack 101 win 0", anomaly.GateSyn, ""},
		{"both ways", lawful, anomaly.GateTwoWay, ""},
		{"one way", "0.1 > S 100:100(0) win 1000", anomaly.GateTwoWay, "packets of only one direction were seen"},
		{"sums", lawful, anomaly.GateNoCsumOffload, ""},
		{"partial sums", strings.ReplaceAll(lawful, "0.030 > P. 101:201(100) ack 301 win 1000", "0.030 > F. 101:201(100) ack 301 win 1000 sum partial"),
			anomaly.GateNoCsumOffload, "checksums hold only the sum of the pseudo-header: a card was to compute them (client)"},
		{"full packets", lawful, anomaly.GateNoOffload, ""},
		{"joined segments", lawful + "0.040 > P. 201:3121(2920) ack 301 win 1000", anomaly.GateNoOffload,
			"segments are larger than the addressee or a packet takes: cards cut or join them (client)"},
		{"one clock", lawful, anomaly.GateOneClock, ""},
		{"an early ACK", lawful + "0.040 < . 301:301(0) ack 301 win 1000\n0.042 > P. 201:301(100) ack 301 win 1000", anomaly.GateOneClock,
			"ACKs of this connection were recorded before what they acknowledge"},
		{"a gap", lawful + "0.040 < . 301:301(0) ack 301 win 1000", anomaly.GateNoGap, "ACKs or windows tell of segments that were not captured"},
		{"far from both", lawful, anomaly.GateServerSide, "by its TTL, the server is more than two hops away, or not nearer than the client"},
		{"young", lawful, anomaly.GateCaptureStart, "the capture had begun less than one idle timeout before"},
	} {
		closed, why := closedBy(t, tt.text)
		got := ""
		if closed.Has(tt.gate) {
			got = why.Why(tt.gate)
		}
		if got != tt.why {
			t.Errorf("%s: %v is closed by %q, want %q", tt.name, tt.gate, got, tt.why)
		}
	}
}

// TestDroppedClosesGate: where the capture says that it dropped packets, nobody is
// accused of what they may have told, until both ends were heard again.
func TestDroppedClosesGate(t *testing.T) {
	const text = `
		0.000 > S 100:100(0) win 1000 <mss 1460,nop,nop,TS val 10 ecr 0>
		0.010 < S. 300:300(0) ack 101 win 1000 <mss 1460,nop,nop,TS val 50 ecr 10>
		0.020 > . 101:101(0) ack 301 win 1000 <nop,nop,TS val 30 ecr 50>
		0.030 > P. 101:201(100) ack 301 win 1000 <nop,nop,TS val 40 ecr 50>
		0.040 < . 301:301(0) ack 201 win 1000 <nop,nop,TS val 90 ecr 40>
		0.050 > P. 201:301(100) ack 301 win 1000 <nop,nop,TS val 60 ecr 1000000000>
	`
	lines, err := segtext.ParseLines(text)
	if err != nil {
		t.Fatal(err)
	}
	for dropped := range len(lines) + 1 { // before that line; at the end: never
		p := played(t, "")
		for i := range lines {
			if i == dropped {
				before := Moment{At: -1}
				if i > 0 {
					before.At = lines[i-1].At
				}
				p.in.Dropped(0, before)
			}
			p.play(&lines[i], uint64(i+1))
		}
		found := p.in.Finish(&p.c, p.end(), &p.conn)
		is := slices.ContainsFunc(found, func(f Finding) bool { return f.ID == anomaly.TsecrNotSent && f.Severity == anomaly.Violation })
		closed, why := p.in.Closed()
		if want := dropped == 0 || dropped == len(lines) || dropped < 4; is != want {
			t.Errorf("dropped before line %d: accused %v, want %v: %v", dropped+1, is, want, found)
		}
		if during := dropped > 0 && dropped < len(lines); closed.Has(anomaly.GateNoGap) != during {
			t.Errorf("dropped before line %d: gate closed %v, %q", dropped+1, !during, why.Why(anomaly.GateNoGap))
		}
		if len(p.in.Strays()) != 0 {
			t.Error("nobody said how many")
		}
	}
}

// foundBeside returns what is found of a conversation in which, if drops, the capture dropped
// packets before line n, the first being 0.
func foundBeside(t *testing.T, text string, n int, drops bool) []Finding {
	t.Helper()
	lines, err := segtext.ParseLines(text)
	if err != nil {
		t.Fatal(err)
	}
	p := played(t, "")
	for i := range lines {
		if i == n && drops {
			p.in.Dropped(100, Moment{Frame: uint64(i), At: lines[i-1].At})
		}
		p.play(&lines[i], uint64(i+1))
	}
	return p.in.Finish(&p.c, p.end(), &p.conn)
}

// TestDroppedIncarnation: where the capture dropped packets, the ports may have been taken by
// another connection: numbers far off accuse nobody.
func TestDroppedIncarnation(t *testing.T) {
	const text = `
		0.00 > S 100:100(0) win 1000 <mss 1460>
		0.01 < S. 300:300(0) ack 101 win 60000 <mss 1460>
		0.02 > . 101:101(0) ack 301 win 60000
		0.03 > P. 101:201(100) ack 301 win 60000
		0.04 > F. 201:201(0) ack 301 win 60000
		0.20 > . 17000101:17000101(0) ack 20000301 win 60000
		0.21 < P. 20000301:20000401(100) ack 17000101 win 60000
		0.22 > F. 17000101:17000101(0) ack 20000401 win 60000
		0.23 < F. 20000401:20000401(0) ack 17000102 win 60000
	`
	for _, drops := range []bool{false, true} {
		found := foundBeside(t, text, 5, drops)
		if accused := slices.ContainsFunc(found, func(f Finding) bool { return f.Severity >= anomaly.Suspicious }); accused == drops {
			t.Errorf("dropped %v: accused %v: %v", drops, accused, found)
		}
	}
}

// TestDroppedACKs: more than the window without an ACK is nobody's doing where the capture
// dropped packets since the ACKs were last heard.
func TestDroppedACKs(t *testing.T) {
	const text = `
		0.00 > S 100:100(0) win 1000 <mss 1460,wscale 14>
		0.01 < S. 300:300(0) ack 101 win 60000 <mss 1460,wscale 14>
		0.02 > . 101:101(0) ack 301 win 60000
		0.03 < . 301:301(0) ack 101 win 600
		0.10 > . 101:60101(60000) ack 301 win 60000
		0.20 > . 20000101:20060101(60000) ack 301 win 60000
	`
	for _, drops := range []bool{false, true} {
		found := foundBeside(t, text, 5, drops)
		if is := slices.ContainsFunc(found, func(f Finding) bool { return f.ID == anomaly.UnackedDataExcessive }); is == drops {
			t.Errorf("dropped %v: found %v", drops, is)
		}
	}
}

// TestDroppedSyn: a SYN,ACK that came without a SYN is nobody's doing where the capture
// may have dropped that.
func TestDroppedSyn(t *testing.T) {
	lines, err := segtext.ParseLines("200.0 < S. 300:300(0) ack 101 win 1000\n200.1 > R 101:101(0) win 0")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		at   time.Duration // of the loss; 0: none
		want bool
	}{{0, true}, {70 * time.Second, true}, {190 * time.Second, false}} {
		p := played(t, "")
		for i := range lines {
			if i == 0 && tt.at > 0 {
				p.in.Dropped(0, Moment{At: int64(tt.at)})
			}
			p.play(&lines[i], uint64(i+1))
			p.in.world.networks.add(&p.v.Key) // by another connection between the same networks
		}
		found := p.in.Finish(&p.c, p.end(), &p.conn)
		if got := slices.ContainsFunc(found, func(f Finding) bool { return f.ID == anomaly.SynackWithoutSyn }); got != tt.want {
			t.Errorf("dropped at %v: found %v", tt.at, found)
		}
	}
}

// closedBy returns the gates that are closed at the end of a conversation.
func closedBy(t *testing.T, text string) (anomaly.Gate, Reasons) {
	p := played(t, text)
	p.in.Finish(&p.c, p.end(), &p.conn)
	return p.in.Closed()
}

// TestReasonsOfNobody: a gate that was closed by hand has its usual reason.
func TestReasonsOfNobody(t *testing.T) {
	var r Reasons
	for _, g := range anomaly.Gates() {
		if r.Why(g) == "" {
			t.Errorf("%v: no reason", g)
		}
	}
}

// TestSkewIsForgotten: a capture whose ACKs come early again and again is distrusted
// for one idle timeout.
func TestSkewIsForgotten(t *testing.T) {
	p := played(t, `
		0.000 > S 100:100(0) win 1000
		0.010 < S. 300:300(0) ack 101 win 1000
		0.020 > . 101:101(0) ack 301 win 1000
		0.030 < . 301:301(0) ack 201 win 1000
		0.032 > P. 101:201(100) ack 301 win 1000
		0.040 < . 301:301(0) ack 301 win 1000
		0.042 > P. 201:301(100) ack 301 win 1000
		0.050 < . 301:301(0) ack 401 win 1000
		0.052 > P. 301:401(100) ack 301 win 1000`)
	for at, want := range map[int64]shut{1e9: shutSkewed, 700e9: opened} {
		var c Case
		s := Scene{Case: &c, End: &End{At: at}, Before: &p.conn, inspector: p.in}
		if got := oneClock(&s, tcp.Client); got != want {
			t.Errorf("at %d: %d, want %d", at, got, want)
		}
	}
}

// TestSumsOfHosts: 9 of 10 are bad, or not.
func TestSumsOfHosts(t *testing.T) {
	var h sumsOf
	for range 2 {
		h.count(tcp.SumGood)
	}
	for range 18 {
		h.count(tcp.SumBad)
	}
	if h.offloads() {
		t.Error("18 of 20 are not more than 9 of 10")
	}
	if h.count(tcp.SumPartial); !h.offloads() {
		t.Error("19 of 21 are")
	}
	for range 1 << 17 {
		h.count(tcp.SumGood)
	}
	if h.offloads() {
		t.Error("a host that computes them now is not believed")
	}
}
