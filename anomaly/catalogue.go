package anomaly

import "slices"

// ID is the number of a row, valid within one build of onpath. The zero ID names
// no row.
type ID uint16

// Row is what is known of one anomaly. Its condition, Rule, speaks of a segment
// of a sender X to its peer Y in terms that docs/anomalies.md explains.
type Row struct {
	ID       ID
	Name     string // kebab-case; JSON value, metric label and filter word, forever
	Family   Family
	Tier     uint8    // 1: reported by the first release; 2: later; 3: a metric, or needs more evidence
	Severity Severity // of a finding that nothing excuses; see Severity.Given
	Scope    Scope
	Gates    Gate   // without these the row is silent
	Rule     string // the exact condition
	Ref      string // RFC and section, or the paper; "none" where it is experience alone
	Peers    string // who else reports it, beyond the names of Crosswalk; "" if nobody
	Traps    string // what makes it false, and what to do then; "none" where nothing is known
}

// rows holds the catalogue by ID; rows[0] stands for no row. The parts are in
// files by family.
var rows = slices.Concat(
	[]Row{{}},
	headerRows, flagsRows, handshakeRows, negotiationRows, validityRows, retransmissionRows, windowRows, teardownRows,
	timestampsRows, sackRows, ecnRows, extensionsRows, injectionRows, hostRows, icmpRows,
	performanceRows, captureRows, lifecycleRows,
)

// byName finds the ID of a name.
var byName = func() map[string]ID {
	ids := make(map[string]ID, len(rows))
	for _, r := range rows[1:] {
		ids[r.Name] = r.ID
	}
	return ids
}()

// Rows returns the catalogue, in its order. It is shared: do not change it.
func Rows() []Row { return rows[1:] }

// Lookup returns the ID of that name; ok is false if there is none.
func Lookup(name string) (id ID, ok bool) {
	id, ok = byName[name]
	return id, ok
}

// Row returns the row of id, which is shared: do not change it. That of the zero
// ID is empty.
func (id ID) Row() *Row { return &rows[id] }

// String returns the name: "ack-of-unsent-data"; "" for the zero ID.
func (id ID) String() string { return rows[id].Name }

// Severity returns that of the row.
func (id ID) Severity() Severity { return rows[id].Severity }
