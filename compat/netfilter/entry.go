package netfilter

// entry is what is kept of a connection: 176 octets without pointers. What finds it
// comes first, what a segment changes next, what few ask for last.
type entry struct {
	src, dst         [16]byte // of the direction Original
	srcPort, dstPort uint16   // as in Tuple
	proto            uint8
	v6               bool
	tcp              TCPState
	retrans          uint8
	status           Status
	list             uint8   // that it is in; 0 for none
	changed          changes // not told yet
	hash             uint32
	chain            uint32 // next of the same bucket, 0 for none
	control          uint32 // slot of what its helper remembers; 0 without a helper
	expires          int64  // as Entry.Expires
	sides            [2]Side
	last             lastSegment
	older, newer     uint32 // neighbours in its list
	listed           uint32 // expires when it joined its list, without the lowest listedBits
	id, master       uint32
	seen             int64 // as Entry.Seen
	made             int64 // when; ns since the Unix epoch
	slot             uint32
}

// lastSegment is the segment that tracking remembers of a TCP connection.
type lastSegment struct {
	seq, ack, end uint32
	win           uint16
	kind          kind
	dir           Dir
	scale         uint8     // that an ignored SYN offers
	flags         SideFlags // likewise, and those below
}

// Flags of lastSegment beside those of a Side.
const (
	challengeMayFollow SideFlags = 1 << 6 // RFC 5961 §4: after a SYN in LAST_ACK
	simultaneousOpen   SideFlags = 1 << 7
)

// changes is what has happened to an entry since its last event.
type changes uint8

const (
	changedState changes = 1 << iota // of TCP
	changedReply                     // SeenReply was set
	changedAssured
)

// is reports whether the entry is of the connection that t is a direction of, and
// in which direction of it t goes: Reply, where they are the same.
func (e *entry) is(t *Tuple) (Dir, bool) {
	if e.proto != t.Proto || e.v6 != t.V6 {
		return Original, false
	}
	if e.src == t.Dst && e.dst == t.Src && e.answeredBy(t) {
		return Reply, true
	}
	return Original, e.srcPort == t.SrcPort && e.dstPort == t.DstPort && e.src == t.Src && e.dst == t.Dst
}

// answeredBy reports whether t's ports are those of the direction Reply.
func (e *entry) answeredBy(t *Tuple) bool {
	if isQuery(e.proto) {
		kind, answered := answerOf(e.proto, uint8(e.dstPort>>8))
		return answered && t.SrcPort == e.srcPort && t.DstPort == uint16(kind)<<8|e.dstPort&0xff
	}
	return e.srcPort == t.DstPort && e.dstPort == t.SrcPort
}

// public copies what the world may know.
func (e *entry) public(to *Entry, helper string) {
	to.ID, to.Master, to.TCP, to.Status, to.Retrans = e.id, e.master, e.tcp, e.status, e.retrans
	to.Orig.Src, to.Orig.Dst, to.Orig.SrcPort, to.Orig.DstPort = e.src, e.dst, e.srcPort, e.dstPort
	to.Orig.Proto, to.Orig.V6 = e.proto, e.v6
	to.Sides, to.Expires, to.Seen, to.Helper = e.sides, e.expires, e.seen, helper
}
