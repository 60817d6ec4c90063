package story_test

import (
	"fmt"
	"strings"
	"testing"

	"onpath/anomaly"
	"onpath/check"
	"onpath/fingerprint"
	"onpath/measure"
	"onpath/outcome"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// found is a record with one finding.
func found(t *testing.T, id string, d tcp.Dir, c anomaly.Cause) *record.Record {
	t.Helper()
	row, ok := anomaly.Lookup(id)
	if !ok {
		t.Fatalf("no anomaly %s", id)
	}
	f := check.Finding{ID: row, Dir: d, Cause: c, Severity: row.Severity().Given(c), Count: 1, Kept: make([]check.Occurrence, 1)}
	return &record.Record{Key: packet.Key{Proto: packet.ProtoTCP}, Findings: []check.Finding{f}}
}

// A finding blames nobody for what its row says is lawful, or somebody else may have done.
func TestWhoseDoing(t *testing.T) {
	for _, tt := range []struct {
		id, accused, why, verdict string
		cause                     anomaly.Cause
	}{
		{"window-full", "of the server", "lawful", "It cost time or throughput: window-full of the server.", anomaly.CausePath},
		{"ect-on-syn", "of the server", "rewrites", "Nothing was found that speaks against either end.", anomaly.CausePath},
		{"ce-mark-seen", "of the server", "router", "It cost time or throughput: ce-mark-seen of the server.", anomaly.CausePath},
		{"icmp-frag-needed", "of the server", "lawful", "It cost time or throughput: icmp-frag-needed of the server.", anomaly.CauseNone},
		{"retransmission-fast", "of the server", "network", "Nothing was found that speaks against either end.", anomaly.CausePath},
		{"rst-ttl-differs", "in the server's name", "forgery", "rst-ttl-differs in the server's name.", anomaly.CauseNone},
		{"window-shrunk", "of the server", "advises against", "window-shrunk of the server.", anomaly.CauseEndpoint},
		{"capture-duplicate", "of the server", "capture", "Nothing was found that speaks against either end.", anomaly.CauseCapture},
		{"half-close", "of the server", "lawful", "Nothing was found that speaks against either end.", anomaly.CauseNone},
	} {
		s := told(1, found(t, tt.id, tcp.Server, tt.cause), nothing)
		f := s.Findings[0]
		if f.Accused != tt.accused || !strings.Contains(f.Why, tt.why) {
			t.Errorf("%s: %q: %s", tt.id, f.Accused, f.Why)
		}
		if v := strings.Join(s.Verdict, " "); !strings.Contains(v, tt.verdict) {
			t.Errorf("%s: %s", tt.id, v)
		}
	}
}

// What was not captured is of the end that sent it.
func TestGapsAreOfTheirSender(t *testing.T) {
	r := &record.Record{Key: packet.Key{Proto: packet.ProtoTCP}}
	r.Side[tcp.Server].Repairs.Gap(1448)
	if v := strings.Join(told(1, r, nothing).Verdict, " "); !strings.Contains(v, "1448 sequence numbers of the server were acknowledged") {
		t.Error(v)
	}
}

// A single one of each is told in the singular.
func TestLossesInWords(t *testing.T) {
	for says, set := range map[string]measure.Repairs{
		"1 segment of the client was sent again after a loss before this capture":                        {LostBefore: 1},
		"2 segments of the client were sent again after they had passed here, and were lost or left":     {LostAfter: 2},
		"1 segment of the client was sent again after it had passed here, and was lost or left unanswer": {LostAfter: 1},
		"1 segment of the client was sent again although it had arrived":                                 {Spurious: 1},
		"1 packet of the client is a copy, made by the network or by the capture":                        {Duplicates: 1},
		"Nothing was seen to be lost": {},
	} {
		r := &record.Record{Key: packet.Key{Proto: packet.ProtoTCP}}
		r.Side[tcp.Client].Repairs = set
		if v := strings.Join(told(1, r, nothing).Verdict, " "); !strings.Contains(v, says) {
			t.Errorf("want %q: %s", says, v)
		}
	}
}

// Three digits, and never an exponent.
func TestSpans(t *testing.T) {
	for ns, want := range map[int64]string{
		835e3: "835 µs", 999_499: "999 µs", 999_500: "1 ms", 21_100_000: "21.1 ms", 999_700_000: "1 s",
		59_940_000_000: "59.9 s", 59_960_000_000: "1m00s", 90e9: "1m30s", 4_060_000_000: "4.06 s",
	} {
		r := &record.Record{Key: packet.Key{Proto: packet.ProtoTCP}, Times: &measure.Times{}}
		r.Times.Silence = measure.Silence{Longest: ns, Cause: measure.Sender}
		if text := fmt.Sprint(told(1, r, nothing).Times); !strings.Contains(text, " "+want+": ") {
			t.Errorf("%d ns: %s, want %s", ns, text, want)
		}
	}
}

// What is lawful has a remark as often as it has numbers; then it is ordinary.
func TestLawfulRemarksEnd(t *testing.T) {
	id, _ := anomaly.Lookup("half-close")
	s := told(50, &record.Record{}, func(p *record.Packet) {
		p.Raised = []check.Raised{{ID: id, Severity: anomaly.Informational, Count: p.View.Number, Accused: p.View.Number}}
	})
	notes := 0
	for _, row := range s.Rows {
		notes += len(row.Notes)
	}
	if notes != 3 || len(s.Rows) > 10 {
		t.Errorf("%d remarks in %d rows, want 3 in few", notes, len(s.Rows))
	}
}

// An attempt that nothing answered is not told to be badly captured, and an outcome's
// flags are told in its words.
func TestAttemptsAreWhole(t *testing.T) {
	r := &record.Record{Key: packet.Key{Proto: packet.ProtoTCP}, Closed: anomaly.GateTwoWay | anomaly.GateWs}
	r.Outcome.Class = outcome.NoAnswer
	if v := strings.Join(told(1, r, nothing).Verdict, " "); strings.Contains(v, "silent") {
		t.Error(v)
	}
	r.Outcome.Class = outcome.Closed
	if v := strings.Join(told(1, r, nothing).Verdict, " "); !strings.Contains(v, "Some rules were silent") {
		t.Error(v)
	}
}

// Who did not pass here is not told to have sent nothing.
func TestOneWay(t *testing.T) {
	r := &record.Record{Key: packet.Key{Proto: packet.ProtoTCP}}
	r.Side[tcp.Server].Packets, r.Side[tcp.Server].Octets = 7, 5000
	if v := strings.Join(told(1, r, nothing).Verdict, " "); !strings.Contains(v, "7 packets of the server passed here, with 5000 octets; none of the client.") {
		t.Error(v)
	}
}

// A guess at a system says how well its signature fits.
func TestSystems(t *testing.T) {
	for _, tt := range []struct {
		match fingerprint.Match
		want  string
	}{
		{fingerprint.Match{Label: &fingerprint.Label{Name: "Linux 6.x"}, Distance: 0}, "Linux 6.x: its SYN fits exactly"},
		{fingerprint.Match{Label: &fingerprint.Label{Name: "Linux", Generic: true}, Distance: 4}, "Linux: its SYN fits a signature of last resort; hops from here: 4"},
		{fingerprint.Match{Label: &fingerprint.Label{Name: "Linux"}, Fuzzy: true, Distance: fingerprint.Unknown}, "Linux: its SYN fits, but for what middleboxes change"},
		{fingerprint.Match{Label: &fingerprint.Label{Name: "Linux", Generic: true}, Fuzzy: true}, "Linux: its SYN fits a signature of last resort, but for what middleboxes change"},
		{fingerprint.Match{Distance: 4}, ""},
	} {
		r := &record.Record{Key: packet.Key{Proto: packet.ProtoTCP}}
		r.Side[tcp.Client].Identity = record.Identity{Signature: &fingerprint.Signature{}, Match: &tt.match}
		got := ""
		for _, p := range told(1, r, nothing).Head {
			if p.Name == "client's system" {
				got = p.Value
			}
		}
		if got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

// Every value that says how a record began, was seen and ended has words.
func TestValuesHaveWords(t *testing.T) {
	for e := record.EndFin; e < record.NumEndings; e++ {
		r := &record.Record{Key: packet.Key{Proto: packet.ProtoTCP}, Ending: e, Opening: record.OpenMidstream}
		r.Side[tcp.Client].Packets = 1
		for _, p := range told(1, r, nothing).Head {
			switch p.Value {
			case e.String(), "midstream", "client-only":
				t.Errorf("%s: %s", p.Name, p.Value)
			}
		}
	}
}

// Who only answers with a RST has forgotten the connection; who aborts has not.
func TestForgotten(t *testing.T) {
	for _, tt := range []struct {
		class outcome.Class
		id    string
		want  bool
	}{
		{outcome.ResetByServer, "rst-answering", true},
		{outcome.ResetByClient, "rst-answering", false}, // the server answered, the client reset
		{outcome.ResetByServer, "rst-exact", false},
		{outcome.ResetForged, "rst-answering", false},
	} {
		r := found(t, tt.id, tcp.Server, anomaly.CauseNone)
		r.Outcome.Class = tt.class
		if v := strings.Join(told(1, r, nothing).Verdict, " "); strings.Contains(v, "has no such connection") != tt.want {
			t.Errorf("%v, %s: %s", tt.class, tt.id, v)
		}
	}
}
