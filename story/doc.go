// Package story tells of one connection what a person would read out of its
// packets: a ladder of them with both ends' states, what was proven when, what was
// lost where, what was strange and why, how long things took, and the verdict.
//
// Ring 2: it makes words of rows that others computed, and does no I/O. Package
// sink/report writes a Story as text, Markdown or HTML.
package story

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// Story is what is told of one connection.
type Story struct {
	Conn     uint64    // number of its record
	Ends     [2]string // address and port, by tcp.Client, tcp.Server
	Head     []Pair    // when, how long, how it was seen
	Rows     []Row     // the ladder
	Unshown  uint64    // packets behind the last row, of which nothing was kept
	Proofs   []Event   // what was certain from when on
	Losses   []Event   // what was lost where, as far as it was sent again
	Findings []Finding // the strongest first
	Times    []Pair    // how long things took
	Verdict  []string  // sentences
}

// Pair is a name and its value.
type Pair struct{ Name, Value string }

// Event is something that a frame showed.
type Event struct {
	Frame uint64
	At    int64 // ns since the connection's first packet
	Says  string
}

// Row is one packet of the ladder, or a run of ordinary ones.
type Row struct {
	Frame uint64
	At    int64 // ns since the connection's first packet
	Pause int64 // ns since the row before, if nothing passed for long; else 0
	Dir   tcp.Dir
	Line  string        // tcpdump's, without time and addresses
	State [2]conn.State // presumed after it, by tcp.Client, tcp.Server
	Sure  [2]bool       // it is in no other one
	Notes []Note
	Run   *Run // nil: it is one packet
}

// Run is what a row stands for that is not one packet: ordinary data and
// acknowledgments, or packets of each of which Row.Notes are true, from Row.Frame on.
type Run struct {
	Last     uint64    // number of its last frame
	End      int64     // its time, as Row.At
	Segments [2]uint64 // by tcp.Client, tcp.Server
	Octets   [2]uint64 // payload
}

// Note is a remark below a packet.
type Note struct {
	Severity anomaly.Severity // of a finding; 0: it is none
	Says     string
}

// Finding is an anomaly in sentences.
type Finding struct {
	ID       anomaly.ID
	Severity anomaly.Severity
	Count    uint64
	Accused  string  // whom: of the client, in the server's name
	Rule     string  // what the catalogue says of it
	Cases    []Event // the first times, with their numbers
	Why      string  // what its explanation means
	Ref      string  // RFC and section
	Stacks   string  // both virtual stacks before the first time, as tcpad's table; "" if it has none
}
