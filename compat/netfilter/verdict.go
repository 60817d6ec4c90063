package netfilter

// State is the ctstate of a packet, which firewall rules ask for.
type State uint8

// The states. StateUnseen is a packet that the kernel would not have routed, or that is
// part of a datagram which is not whole yet: connection tracking never sees it.
const (
	StateUnseen State = iota
	StateNew
	StateEstablished
	StateRelated
	StateInvalid
	StateUntracked
)

// Dir is the direction of a packet within its entry: Original is that of the
// packet which made the entry, whoever is the client.
type Dir uint8

// The directions.
const (
	Original Dir = iota
	Reply
)

// TCPState is the one state that an entry has for both ends of a connection.
type TCPState uint8

// The states, in the kernel's order.
const (
	None TCPState = iota
	SynSent
	SynRecv
	Established
	FinWait
	CloseWait
	LastAck
	TimeWait
	Close
	SynSent2
)

// Status is a set of what an entry has been through.
type Status uint16

// The bits, as <linux/netfilter/nf_conntrack_common.h> numbers them for programs.
const (
	Expected  Status = 1 << 0  // a helper had announced it; it has a master
	SeenReply Status = 1 << 1  // packets in both directions
	Assured   Status = 1 << 2  // not dropped early when the table is full
	Confirmed Status = 1 << 3  // its first packet has left
	Dying     Status = 1 << 9  // deleted by this packet
	HasHelper Status = 1 << 13 // a rule gave it a helper
)

// Side is what is kept of one sender, in octets and sequence numbers. The four
// numbers are those of van Rooij.
type Side struct {
	End    uint32 // highest end (SEQ + octets) sent
	MaxEnd uint32 // highest end that the peer's ACK and window allow
	MaxWin uint32 // largest window offered, scaled; 0 if this side was not seen
	MaxAck uint32 // highest ACK sent, meaningful with FlagMaxAck
	Scale  uint8  // window shift, at most 14
	Flags  SideFlags
}

// SideFlags is a set of what is known of a Side.
type SideFlags uint8

// The flags.
const (
	FlagWScale    SideFlags = 1 << iota // its SYN offered a window scale
	FlagSACK                            // its SYN permitted SACK
	FlagCloseInit                       // its FIN was the first
	FlagLiberal                         // windows are not enforced on it
	FlagUnacked                         // it sent what its peer has not acknowledged
	FlagMaxAck                          // MaxAck is known
)

// Tuple is one direction of an entry: the addresses and ports of its packets.
// For ICMP SrcPort is the query's identifier and DstPort its type<<8|code; for GRE
// the ports are the call keys; other protocols have none.
type Tuple struct {
	Src, Dst         [16]byte // IPv4 as ::ffff:a.b.c.d
	SrcPort, DstPort uint16
	Proto            uint8
	V6               bool
}

// Entry is what is remembered of a connection. Nothing translates addresses here,
// so the tuple of replies is the inverse of Orig (see Tuple).
type Entry struct {
	ID      uint32   // from 1, in the order of making; never used again
	Master  uint32   // ID of the entry whose helper announced it; 0 if none
	Orig    Tuple    // of the direction Original
	TCP     TCPState // meaningful if the protocol is TCP
	Status  Status
	Retrans uint8   // of the last segment, in a row
	Sides   [2]Side // of Original and Reply; meaningful for TCP
	Expires int64   // ns since the Unix epoch; deleted then, if no packet comes
	Seen    int64   // time of the packet that last refreshed it, likewise
	Helper  string  // its helper's name; empty if none
}

// Verdict is what is said of one packet. It is filled completely by Observe.
type Verdict struct {
	State   State
	Dir     Dir      // meaningful with an Entry, and for an ICMP error that is Related
	Before  TCPState // the entry's state before this packet
	Deleted bool     // this packet ended the entry
	Entry   *Entry   // after this packet, valid until the next call of the Tracker; nil without one: a packet that is Invalid or Unseen mostly has none
	Why     Reason   // zero if nothing was ignored or refused
}

// EventKind is what happened to an entry.
type EventKind uint8

// The kinds, and how conntrack -E prints them.
const (
	EventNew     EventKind = iota // [NEW]
	EventUpdate                   // [UPDATE]
	EventDestroy                  // [DESTROY]
)

// Event is a change of an entry, as conntrack -E tells it.
type Event struct {
	Kind  EventKind
	At    int64  // ns since the Unix epoch
	State bool   // the entry's TCP state is news: the kernel tells it only then, and of a deleted entry
	Entry *Entry // valid during the call
}

// Tuple returns the addresses and ports of the entry's packets in direction d.
func (e *Entry) Tuple(d Dir) Tuple {
	if d == Original {
		return e.Orig
	}
	return e.Orig.inverse()
}

// inverse returns the tuple of what answers t.
func (t Tuple) inverse() Tuple {
	t.Src, t.Dst = t.Dst, t.Src
	if isQuery(t.Proto) {
		kind, _ := answerOf(t.Proto, uint8(t.DstPort>>8))
		t.DstPort = uint16(kind)<<8 | t.DstPort&0xff
		return t
	}
	t.SrcPort, t.DstPort = t.DstPort, t.SrcPort
	return t
}
