package netfilter

// Helper reads the dialogue of a control connection for the connections that it
// announces. A Helper keeps nothing itself: what it must remember of a connection
// is in the Memory that it is given.
type Helper interface {
	// Name is the kernel's name of the helper, as conntrack -L prints it.
	Name() string
	// Policy bounds what one control connection may announce.
	Policy() Policy
	// Read looks at one packet of a connection, and calls expect for each
	// connection announced. drop means that the kernel would have dropped the packet.
	Read(p *Payload, m *Memory, expect func(Expectation)) (drop bool)
}

// Policy is how many expectations of one control connection may be open, and for
// how long each.
type Policy struct {
	Max     int   // the newest takes the oldest's place, or is refused: as the kernel does for this helper
	Evict   bool  // the newest takes the oldest's place
	Timeout int64 // ns
}

// Payload is one packet that a Helper reads.
type Payload struct {
	Tuples [2]Tuple // of the control connection: Original, Reply
	Dir    Dir      // of this packet
	Seq    uint32   // of the first octet of Data; TCP only
	Data   []byte   // captured transport payload
	Whole  bool     // Data is all of it: nothing was cut by the capture
}

// Memory is what a Helper remembers of one control connection. The zero Memory is
// that of a new one.
type Memory [8]uint32

// Expectation is a connection that is announced: its first packet makes it
// RELATED. Fields of the tuple with zero in Mask match anything.
type Expectation struct {
	Tuple    Tuple  // of the first packet
	AnySrc   bool   // from any address
	AnySport bool   // from any port
	AnyDport bool   // to any port
	Helper   string // reads the expected connection, too; empty for none
	Many     bool   // not used up by its first connection
	Timeout  int64  // ns; 0 for that of the Policy
}
