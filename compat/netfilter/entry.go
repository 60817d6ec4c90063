package netfilter

// entry is what a packet needs of its connection: 128 octets without pointers, two lines
// of a cache. What finds it is in the first one, what only TCP has in the second.
type entry struct {
	src, dst         [16]byte // of the direction Original
	srcPort, dstPort uint16   // as in Tuple
	proto            uint8
	v6               bool
	tcp              TCPState
	changed          changes // not told yet
	status           Status
	place            uint16 // where it waits for its end; 0 for nowhere
	id               uint32 // as Entry.ID
	expires          int64  // as Entry.Expires
	timeout          uint32 // in s: Entry.Expires less Entry.Seen
	control          uint32 // slot of what its helper remembers; 0 without a helper
	sides            [2]Side
	last             lastSegment
	slot             uint32
}

// rest is what few packets ask for: 24 octets.
type rest struct {
	made         int64  // when; ns since the Unix epoch
	older, newer uint32 // neighbours in its queue
	master       uint32 // as Entry.Master, meaningful if it is Expected
}

// lastSegment is the segment that tracking remembers of a TCP connection.
type lastSegment struct {
	seq, ack, end uint32
	win           uint16
	kind          kind
	dir           Dir
	retrans       uint8     // as Entry.Retrans
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
func (e *entry) public(to *Entry, rest *rest, helper string) {
	to.ID, to.Master, to.TCP, to.Status, to.Retrans = e.id, 0, e.tcp, e.status, e.last.retrans
	if e.status&Expected != 0 {
		to.Master = rest.master
	}
	to.Orig.Src, to.Orig.Dst, to.Orig.SrcPort, to.Orig.DstPort = e.src, e.dst, e.srcPort, e.dstPort
	to.Orig.Proto, to.Orig.V6 = e.proto, e.v6
	to.Expires, to.Seen, to.Helper = e.expires, e.expires-int64(e.timeout)*second, helper
	to.Sides[0].copy(&e.sides[0])
	to.Sides[1].copy(&e.sides[1])
}

// copy copies number by number: a packet has just written some of them, and the
// processor waits for what it reads in other pieces.
func (s *Side) copy(from *Side) {
	s.End, s.MaxEnd, s.MaxWin, s.MaxAck = from.End, from.MaxEnd, from.MaxWin, from.MaxAck
	s.Scale, s.Flags = from.Scale, from.Flags
}
