package conn

// Explanation is the mildest cause that fits a surprising segment (DESIGN §1.3),
// from mild to strong. The zero Explanation: nothing is surprising.
type Explanation uint8

const (
	Unsurprising Explanation = iota
	Path                     // lost, late, reordered or duplicated beyond us; always possible
	Capture                  // something passed that we did not see
	Endpoint                 // an end aborted, restarted or gave up
	None                     // no execution of RFC 9293 explains it: a broken stack, a middlebox, a forgery
)

// explanationNames are the values of the column explanation.
var explanationNames = [...]string{"", "path", "capture", "endpoint", "none"}

// String returns the column's value, "" where nothing is surprising.
func (e Explanation) String() string { return explanationNames[e] }
