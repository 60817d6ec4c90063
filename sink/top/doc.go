// Package top is a view of open connections for a terminal: a table that is sorted and
// filtered, and one connection with both its stacks, its last packets and what was found
// of it. Update and View compute from their arguments; what is shown comes from who
// answers a Query.
//
// Only printable ASCII and a few symbols of ours get to the screen: no name or text from
// outside can move the cursor.
package top

import "onpath/anomaly"

// Order says which connections come first: those with the most of it.
type Order uint8

// The orders, in that of their keys in the help.
const (
	ByRate Order = iota
	ByRetransmissions
	ByRTT
	ByFindings
	ByAge
	NumOrders
)

// orders are the keys that choose them, and their names.
var orders = [NumOrders]struct{ key, name string }{
	ByRate:            {"r", "rate"},
	ByRetransmissions: {"t", "retransmissions"},
	ByRTT:             {"l", "RTT"},
	ByFindings:        {"f", "findings"},
	ByAge:             {"a", "age"},
}

// String returns the name.
func (o Order) String() string { return orders[o].name }

// MaxRows bounds how many rows are asked for.
const MaxRows = 1000

// Query is what a screen wants to know.
type Query struct {
	Order  Order
	Filter string // words that all must stand in a row's text; "": all rows
	Rows   int    // at most, 1 to MaxRows
	Conn   uint64 // the connection that is open; 0: none
}

// Snapshot is the answer to a Query.
type Snapshot struct {
	Where string // an interface, or a capture
	At    int64  // capture time, ns since the Unix epoch; 0: no packet has come yet
	Ended bool   // no packets will come any more

	Packets, Octets uint64     // read, as on the wire
	Rate            [2]float64 // of both, a second
	Dropped         uint64     // packets that the capture lost
	Undecoded       uint64     // packets
	Open            int        // connections and conversations that are remembered
	Begun           uint64     // since the beginning
	Partly          bool       // Rows are of those that were looked at by now: there are too many for one look

	Rows   []Row   // in their order
	Detail *Detail // of Query.Conn; nil: none was asked for, or its record has ended
	Notice string  // what befell the capture last; "": nothing
}

// Row is one connection or conversation.
type Row struct {
	Conn            uint64
	Client, Server  string     // address and port
	State           [2]string  // of both; of what is not TCP its protocol
	Rate            [2]float64 // octets of IP a second that each sends, over the last seconds
	Octets          [2]uint64  // of IP that each sent
	RTT             [2]int64   // smoothed, from here to the client and to the server, ns; 0: not known
	Retransmissions uint64     // of both
	Worst           string     // finding; "": none
	Severity        anomaly.Severity
	Found           string // all findings' names
	Outcome         string // as far as it can be told
	Age             int64  // since its first packet, ns
}

// Detail is a connection that is open on the screen. Its texts have a line each.
type Detail struct {
	Row
	Stacks   []string // both ends', as tcpad's table; none if not TCP
	Packets  []string // the last ones, as tcpdump's lines with remarks
	Findings []string // in sentences
}
