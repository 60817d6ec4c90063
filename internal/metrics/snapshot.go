package metrics

import (
	"time"

	"onpath/anomaly"
	"onpath/compat/netfilter"
	"onpath/conn"
	"onpath/flow"
	"onpath/outcome"
	"onpath/packet"
	"onpath/record"
)

// Snapshot is what is counted at one moment, from the start of the program on. It
// shares no memory with what goes on counting.
type Snapshot struct {
	Began  time.Time // when the work began
	Limits Limits

	Packets uint64 // frames read
	Octets  uint64 // of them, on the wire
	Others  uint64 // frames that the filter did not select; of those that it is asked of here, not in the kernel
	Missing uint64 // packets that were dropped before, by the account of the captures that are read
	Last    int64  // the latest time of a packet, ns since the Unix epoch; 0: none was read
	Back    uint64 // packets whose time lies before that of the one before
	Ahead   uint64 // packets whose time lies more than a day behind it
	Why     [packet.NumReasons]uint64
	Damaged uint64 // places where captures are damaged
	Skipped uint64 // octets passed over there

	Fragments packet.FragmentStats
	Flow      flow.Stats

	Protos     [256]uint64 // records, by IP protocol
	Views      [record.NumViews]uint64
	Outcomes   [outcome.NumClasses]uint64 // TCP records
	EndStates  [2][conn.NumStates]uint64  // TCP records, by tcp.Client, tcp.Server
	Handshakes [2]Histogram               // of TCP records, by the end on the other side of the path
	RoundTrips [2]Histogram               // likewise
	Findings   [numSeverities]Findings    // by anomaly.Severity
	Gates      map[anomaly.Gate]uint64    // TCP records for which a gate was closed
	Firewall   *Firewall                  // nil: none is asked
	Evidence   *Evidence                  // nil: none is kept
	State      *State                     // nil: none is kept
	Outputs    []Output                   // of the command line
	Captures   []Capture                  // interfaces; none if files are read
	Lost       []string                   // why captures could not be read, or not to their end

	age  time.Duration // since it was taken
	door Door
}

// numSeverities bounds arrays by anomaly.Severity.
const numSeverities = int(anomaly.Violation) + 1

// Findings counts findings by anomaly; nil has none.
type Findings map[anomaly.ID]uint64

// Limits are the bounds that counts are held against.
type Limits struct {
	Connections int // flow.Config.MaxConnections
	Memory      int // octets of the whole process; 0: none is said
}

// Firewall is what compat/netfilter says.
type Firewall struct {
	Tally netfilter.Tally
	Stats netfilter.Stats
}

// Evidence is what became of frames and dumps.
type Evidence struct {
	Octets  int    // of the ring of frames
	Frames  uint64 // that were to be kept
	Lost    uint64 // of them, those that are no longer
	Written uint64 // dumps
	Refused uint64 // dumps that found no room in their directory
	Failed  uint64 // dumps that could not be written
	Bounded uint64 // dumps beyond those that a connection may have
	Queued  int    // octets of dumps that wait to be written

	LostDumps uint64 // that found no room among those that wait
}

// Output is one output of the command line.
type Output struct {
	Format  string
	Path    string // "-": standard output
	Queued  int    // octets that wait to be written
	Writing time.Duration
	Gone    bool // its reader has closed the pipe

	LostRows, LostOctets uint64 // that found no room in the queue
}

// Capture is an interface that packets are captured on.
type Capture struct {
	Name    string
	Lost    string // why nothing can be captured; "": it can
	Arrived uint64 // packets that passed the filter, dropped ones included
	Dropped uint64 // packets that the kernel dropped, because the ring was full
	Full    uint64 // how often it was
	Odd     uint64 // blocks of the ring that contradicted themselves
}

// Door counts whom the server turned away.
type Door struct {
	Denied uint64 // requests without the right token
	Pushed uint64 // connections closed because too many came after them
}
