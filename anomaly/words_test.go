package anomaly

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSeverities(t *testing.T) {
	all := Severities()
	for i, s := range all {
		if got, ok := ParseSeverity(s.String()); !ok || got != s || s.Doc() == "" {
			t.Errorf("%v: %v %v", s, got, ok)
		}
		if i > 0 && s >= all[i-1] {
			t.Errorf("%v is not milder than %v", s, all[i-1])
		}
	}
	if len(all) != int(numSeverities)-1 {
		t.Errorf("%d severities", len(all))
	}
	if s, ok := ParseSeverity(""); ok || s != 0 {
		t.Errorf("%v", s)
	}
}

func TestGiven(t *testing.T) {
	for _, c := range []struct {
		row   Severity
		cause Cause
		want  Severity
	}{
		{Violation, CauseNone, Violation},
		{Violation, CauseEndpoint, Suspicious},
		{Violation, CausePath, Performance},
		{Violation, CauseCapture, CaptureArtifact},
		{Suspicious, CauseEndpoint, Suspicious},
		{Informational, CauseEndpoint, Informational},
		{Informational, CausePath, Informational},
		{CaptureArtifact, CausePath, CaptureArtifact},
	} {
		if got := c.row.Given(c.cause); got != c.want {
			t.Errorf("%v given %v is %v, want %v", c.row, c.cause, got, c.want)
		}
	}
}

// TestOnlyUnexcusedIsViolation: a cause never makes a finding stronger, and
// nothing but CauseNone leaves a violation.
func TestOnlyUnexcusedIsViolation(t *testing.T) {
	for _, s := range Severities() {
		for c := range numCauses {
			got := s.Given(c)
			if got > s || got == 0 || got == Violation && c != CauseNone {
				t.Errorf("%v given %v is %v", s, c, got)
			}
		}
	}
}

func TestFamilies(t *testing.T) {
	for _, f := range Families() {
		if got, ok := ParseFamily(f.String()); !ok || got != f || f.Doc() == "" {
			t.Errorf("%v: %v %v", f, got, ok)
		}
	}
	if len(Families()) != 17 {
		t.Errorf("%d families", len(Families()))
	}
}

func TestGates(t *testing.T) {
	if len(Gates()) != 12 || Gate(1)<<12 != endGates {
		t.Fatalf("%d gates, %#x", len(Gates()), endGates)
	}
	for _, g := range Gates() {
		if got, ok := ParseGate(g.String()); !ok || got != g || g.Doc() == "" {
			t.Errorf("%v: %v %v", g, got, ok)
		}
	}
	if _, ok := ParseGate(""); ok {
		t.Error(`"" is a gate`)
	}
	if got := (GateSyn | GateTwoWay).String(); got != "syn,two-way" {
		t.Error(got)
	}
	if Gate(0).String() != "" || Gate(0).Doc() != "" || (GateSyn|GateWs).Doc() != "" || endGates.Doc() != "" {
		t.Error("words for no gate")
	}
}

// TestGateSplit: what Split takes apart makes the Gate again.
func TestGateSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := Gate(rapid.Uint16Range(0, uint16(endGates)-1).Draw(t, "gate"))
		again, names := Gate(0), strings.Split(g.String(), ",")
		for i, one := range g.Split() {
			again |= one
			if parsed, _ := ParseGate(names[i]); parsed != one || !g.Has(one) {
				t.Fatalf("%v is not %s", one, names[i])
			}
		}
		if again != g {
			t.Fatalf("%v of %v", again, g)
		}
	})
}

func TestTerms(t *testing.T) {
	used := func(r *Row) (names []string) {
		for _, term := range r.Terms() {
			names = append(names, term.Name)
		}
		return names
	}
	if got := strings.Join(used(SeqOutOfWindowLeft.Row()), " "); got != "X Y END NXT UNA MAXWIN" {
		t.Error(got)
	}
	if got := strings.Join(used(FinAckBeyond.Row()), " "); got != "Y ACK Y.FIN" {
		t.Error(got)
	}
	if got := used(PortZero.Row()); got != nil {
		t.Error(got)
	}
}
