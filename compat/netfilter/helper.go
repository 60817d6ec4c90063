package netfilter

// Helper reads the dialogue of a control connection for the connections that it
// announces. A Helper keeps nothing itself: what it must remember of a connection
// is in the Memory that it is given.
type Helper interface {
	// Name is the kernel's name of the helper, as conntrack -L prints it.
	Name() string
	// Policy bounds what one control connection may announce of a class.
	Policy(class uint8) Policy
	// Read looks at one packet of a connection that the Tracker lets pass: over UDP
	// at any, over TCP only at those that are StateEstablished, which is the kernel's
	// rule for each helper. It calls expect for each connection announced, which
	// returns false where the Tracker cannot take it because it collides with
	// another connection's (see Expectation). drop is why the kernel would have
	// dropped the packet, in the words of its log behind "nf_ct_NAME: dropping
	// packet: " and without numbers; empty means it passes. A dropped packet does not
	// leave: an entry that it made is never confirmed, and goes with all that it
	// announced; what it announced for an older entry stays.
	Read(p *Payload, m *Memory, expect func(Expectation) bool) (drop string)
}

// Policy is how many expectations of one control connection and class may be open,
// and for how long each. A newest one above Max takes the oldest's place.
type Policy struct {
	Max     int
	Timeout int64 // ns
}

// Payload is one packet that a Helper reads, and what Read says of the connection
// beside what it expects. The Tracker fills it completely, with the last three
// fields zero.
type Payload struct {
	Tuples   [2]Tuple // of the control connection: Original, Reply
	Dir      Dir      // of this packet
	Seq      uint32   // of the first octet of Data; TCP only
	Data     []byte   // captured transport payload
	Whole    bool     // Data is all of it: nothing was cut by the capture
	Expected bool     // the connection was itself announced by another

	Forget  Classes // set by Read: open expectations of these classes have ended. The Tracker obeys and clears it at the begin of each call of expect, and after Read
	Hangup  bool    // set by Read: entries that this connection announced end, too
	Refresh int64   // set by Read: ns from now on which the entry lives; 0 leaves it as it is
}

// Classes is a set of classes of expectations: bit 1<<class.
type Classes uint8

// AllClasses is every class.
const AllClasses Classes = 0xff

// Memory is what a Helper remembers of one control connection. The zero Memory is
// that of a new one.
type Memory [8]uint32

// Expectation is a connection that is announced: its first packet makes it
// RELATED. One that is announced again by the same connection takes its former
// place; one that overlaps with that of another connection is refused.
//
// Of GRE (PPTP) only the receiver's call key, DstPort, is in a packet: the sender's
// key is that of the expectation, or of the entry, that has the same addresses and
// DstPort, and 0 without one. PPTP announces both directions of a call; the first
// packet of either uses up both.
type Expectation struct {
	Tuple    Tuple  // of the first packet
	SrcBits  uint8  // leading bits of the address (of 128) that count, if AnySrc; 0 for none
	AnySrc   bool   // from any address, or from any of a network (SrcBits)
	AnySport bool   // from any port
	AnyDport bool   // to any port
	Class    uint8  // counted apart from other classes
	Helper   string // reads the expected connection, too; empty for none
	Many     bool   // not used up by its first connection
	Timeout  int64  // ns; 0 for that of the Policy
}
