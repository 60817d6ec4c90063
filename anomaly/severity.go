package anomaly

// Severity says how much a finding matters; a greater one matters more. The zero
// Severity is below all and belongs to no row.
type Severity uint8

// From mild to strong. severities has the names and the words.
const (
	CaptureArtifact Severity = iota + 1
	Informational
	Performance
	Suspicious
	Violation
	numSeverities
)

// severities is the only place where a severity's name and words are written.
var severities = [numSeverities]word{
	CaptureArtifact: {"capture-artifact", "made by the capture, not by the network or its hosts"},
	Informational:   {"informational", "lawful and worth knowing"},
	Performance:     {"performance", "lawful, but it costs time or throughput"},
	Suspicious:      {"suspicious", "rarely lawful: a trace of attacks, broken stacks or middleboxes"},
	Violation:       {"violation", "against the standards: a broken stack, a middlebox or a forgery"},
}

// Severities returns all, the strongest first.
func Severities() []Severity {
	return []Severity{Violation, Suspicious, Performance, Informational, CaptureArtifact}
}

// String returns the name: "violation".
func (s Severity) String() string { return severities[s].name }

// Doc returns the severity in words.
func (s Severity) Doc() string { return severities[s].doc }

// ParseSeverity is the inverse of String; ok is false for any other text.
func ParseSeverity(name string) (s Severity, ok bool) { return parse[Severity](severities[:], name) }

// Cause is the mildest explanation of the fact that a row accuses. The zero Cause
// is CauseNone: nothing excuses it.
type Cause uint8

// From strong to mild.
const (
	CauseNone     Cause = iota // no execution of RFC 9293: a broken stack, a middlebox, a forgery
	CauseEndpoint              // an end aborted, restarted or gave up
	CauseCapture               // something passed that was not captured
	CausePath                  // lost, late, reordered or duplicated by the network
	numCauses
)

// causes has a cause's name, and the strongest severity that it leaves.
var causes = [numCauses]struct {
	name string
	cap  Severity
}{
	CauseNone:     {"none", Violation},
	CauseEndpoint: {"endpoint", Suspicious},
	CauseCapture:  {"capture", CaptureArtifact},
	CausePath:     {"path", Performance},
}

// Causes returns all, from strong to mild.
func Causes() []Cause { return []Cause{CauseNone, CauseEndpoint, CauseCapture, CausePath} }

// String returns the name that findings carry: "none", "endpoint", "capture",
// "path".
func (c Cause) String() string { return causes[c].name }

// Given returns the severity of a finding whose row says s and whose explanation
// is c: a cause never makes it stronger.
func (s Severity) Given(c Cause) Severity { return min(s, causes[c].cap) }
