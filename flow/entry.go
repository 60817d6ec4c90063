package flow

import (
	"onpath/check"
	"time"

	"onpath/compat/tcpchain"
	"onpath/compat/tcpstates"
	"onpath/conn"
	"onpath/fingerprint"
	"onpath/measure"
	"onpath/outcome"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// class is the list that an entry stands in: how long it may be silent, and when
// the cap pushes it out. What was never assured stands in the first ones: anybody
// can make it by sending. Connections of TCP are assured when both ends have acknowledged
// each other (conn.Assured), conversations when both were heard.
type class uint8

const (
	strayIdle class = iota // as idle, and so on
	strayTomb
	strayReset
	strayClosed
	strayOther
	strayClosing
	strayOpen
	halfOpen // not synchronized yet

	idle    // no open record; only its Conn is remembered
	tomb    // the same after a RST or FINs both ways, and after its linger
	ghost   // an older incarnation, behind the entry that superseded it
	reset   // tombstone after a RST
	closed  // tombstone after FINs both ways
	other   // not TCP
	closing // a FIN passed
	open    // synchronized
	numClasses
	vacant = numClasses // in no list: the entry was given back
)

// stray reports whether what stands in c was never assured.
func (c class) stray() bool { return c < idle }

// strayOf tells where what would stand in a class belongs if it was never assured.
var strayOf = [numClasses]class{
	idle: strayIdle, tomb: strayTomb, ghost: ghost, reset: strayReset, closed: strayClosed, halfOpen: halfOpen,
	other: strayOther, closing: strayClosing, open: strayOpen,
}

// to returns where what stands in c goes that is to stand in another class.
func (c class) to(other class) class {
	if c.stray() {
		return strayOf[other]
	}
	return other
}

// idle reports whether what stands in c has no record that time could end.
func (c class) idle() bool { return c == idle || c == strayIdle }

// classOf tells where an entry whose Conn is in a phase belongs.
var classOf = [...]class{
	conn.Opening: halfOpen, conn.Open: open, conn.HalfClosed: closing, conn.Finished: closed, conn.Reset: reset,
}

// limits says how long an entry of each class may be silent. RFC 4787 REQ-5
// gives UDP mappings two minutes; New is the same. Nothing ends an idle entry but
// the cap.
func limits(c Config) (ns [numClasses]int64) {
	for k, d := range map[class]time.Duration{
		ghost: max(c.Linger.AfterClose, c.Linger.AfterReset), reset: c.Linger.AfterReset, closed: c.Linger.AfterClose,
		halfOpen: c.Timeouts.New, other: c.Timeouts.New, closing: c.Timeouts.Closing, open: c.Timeouts.Established,
		idle: 1<<63 - 1, tomb: max(DefaultLinger.AfterClose, DefaultLinger.AfterReset),
	} {
		ns[k], ns[strayOf[k]] = int64(d), int64(d)
	}
	return ns
}

// entry is one connection or conversation: at most 608 octets without pointers.
// What each segment of an open connection needs stands in the middle, from where conn has
// ends as it moves them to where inquiry has what an end sends, so that it takes the fewest
// cache lines: seven, wherever the entry begins. Before and behind it stands what opens and
// closes.
type entry struct {
	trail   outcome.Trail
	history measure.History
	chain   tcpchain.State

	conn      conn.Conn
	key       packet.Key
	last      int64 // latest time of its packets
	class     class
	opening   record.Opening
	swapped   bool   // the client is Key.B
	written   bool   // the record has ended; what comes begins another, which continues it
	repairs   uint32 // what it was lent; 0: nothing yet
	handshake measure.Handshake
	side      [2]measure.Volume
	states    tcpstates.Pair // with chain: what other systems would think of the record
	inquiry   check.Case

	older    uint32 // the ghost behind it; of a ghost: the entry that superseded it
	place    place
	identity [2]fingerprint.ID // of the ends' SYNs, by tcp.Client, tcp.Server
	start    int64             // time of the record's first packet
	num      uint64            // of its record, or of the last one it had
}

// dir returns who sent a packet.
func (e *entry) dir(fromB bool) tcp.Dir {
	if fromB == e.swapped {
		return tcp.Client
	}
	return tcp.Server
}

// fresh reports whether nothing has been counted yet, so that nothing can be
// superseded.
func (e *entry) fresh() bool { return e.side[0].Empty() && e.side[1].Empty() }

// chunk is how many entries are allocated at once.
const chunk = 1 << 11

// slab holds the entries, and the embryos beside them. Entry 0 is never used, so that 0
// can mean none.
type slab struct {
	chunks  []*[chunk]entry
	used    uint32 // entries handed out at least once, entry 0 included
	free    uint32 // first of the free list
	live    int    // both
	embryos embryos
}

func (s *slab) at(i uint32) *entry { return &s.chunks[i/chunk][i%chunk] }

// take returns a zeroed entry.
func (s *slab) take() uint32 {
	s.live++
	if i := s.free; i != 0 {
		e := s.at(i)
		s.free = e.place.next
		*e = entry{}
		return i
	}
	if s.used == 0 {
		s.used = 1
	}
	if int(s.used)/chunk == len(s.chunks) {
		s.chunks = append(s.chunks, new([chunk]entry))
	}
	s.used++
	return s.used - 1
}

func (s *slab) give(i uint32) {
	s.live--
	e := s.at(i)
	e.place.next, e.class = s.free, vacant
	s.free = i
}

// key returns that of a connection, entry or embryo.
func (s *slab) key(i uint32) *packet.Key {
	if i&lone != 0 {
		return &s.embryos.at(i).key
	}
	return &s.at(i).key
}

// has reports whether i is an entry that stands for a key: neither a ghost nor given back.
func (s *slab) has(i uint32, key *packet.Key) bool {
	if i == 0 || i&lone != 0 {
		return false
	}
	e := s.at(i)
	return e.class != ghost && e.class != vacant && e.key.Equal(key)
}

// num returns the number of its record, or of the last one it had.
func (s *slab) num(i uint32) uint64 {
	if i&lone != 0 {
		return s.embryos.at(i).num
	}
	return s.at(i).num
}

// listed returns where a connection stands: its place in the list of a class.
func (s *slab) listed(i uint32) (*place, *class) {
	if i&lone != 0 {
		m := s.embryos.at(i)
		return &m.place, &m.class
	}
	e := s.at(i)
	return &e.place, &e.class
}

// place returns that of a connection.
func (s *slab) place(i uint32) *place {
	p, _ := s.listed(i)
	return p
}
