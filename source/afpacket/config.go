package afpacket

import (
	"cmp"
	"errors"
	"net"

	"onpath/filter"
)

// Any is the name that stands for all interfaces, those to come included.
const Any = "any"

// Interfaces lists Any and the interfaces that there are now.
func Interfaces() []string {
	names := []string{Any}
	all, _ := net.Interfaces() // without them, Any is left
	for _, i := range all {
		names = append(names, i.Name)
	}
	return names
}

// What the zero values of a Config stand for.
const (
	DefaultSnaplen = 262144   // octets, as in tcpdump
	DefaultMemory  = 64 << 20 // octets
)

// LeastMemory is what a Ring takes at least, in octets.
const LeastMemory = fewBlocks * smallBlock

// The ring's blocks: fewBlocks at least, so that the kernel fills some while one is
// read, of largeBlock octets, or of less where that would make fewer than enough: as the kernel
// closes those that are not full, too, one each 20 ms, their number says how long nobody need
// read: 1.3 s if they are enough, 0.64 s in a ring of 4 MiB, 0.08 s if they are but few.
const (
	largeBlock = 1 << 20
	smallBlock = 128 << 10
	fewBlocks  = 4
	enough     = 64
)

// Config says what to capture. The zero Config but for Interface is a good one.
type Config struct {
	Interface   string         // its name, or Any
	Promiscuous bool           // also what is addressed to others; not on Any
	Snaplen     int            // octets to keep of a frame; 0: DefaultSnaplen
	Memory      int            // octets for the ring, or for all of OpenFanout; 0: DefaultMemory
	Filter      filter.Program // from CompileLive for the link type that LinkOf tells; nil: everything
	Event       func(Event)    // is called, by Next and Wait, when an interface goes or comes; nil: nobody is
}

func (c *Config) setDefaults() {
	c.Snaplen = cmp.Or(c.Snaplen, DefaultSnaplen)
	c.Memory = cmp.Or(c.Memory, DefaultMemory)
	if c.Event == nil {
		c.Event = func(Event) {}
	}
}

// Stats counts what happened to a Ring's packets.
type Stats struct {
	Frames  uint64 // handed over by Next
	Arrived uint64 // that passed the filter, dropped ones included
	Dropped uint64 // by the kernel, because the ring was full
	Frozen  uint64 // how often the ring was full
	Odd     uint64 // blocks of the ring whose lengths contradicted each other, given up
}

// ErrNoFanout says that the kernel makes no group of sockets; one socket may do.
var ErrNoFanout = errors.New("the kernel makes no group of sockets that share an interface; it takes Linux 4.12 or later")

// Event is something that befell an interface.
type Event struct {
	Interface string
	What      What
	Err       error // what the operating system says, of Refused; else nil
}

// String returns a sentence for people.
func (e Event) String() string {
	text := e.Interface + ": " + whats[e.What]
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// What befell an interface.
type What uint8

// Down and Up: it was there all the time. Gone and Back: it was deleted, or moved
// away, and one of the same name was made. Changed: that one is of a kind which the
// open socket cannot capture. Refused: it could, but the operating system does not let it
// for now.
const (
	Down What = iota
	Up
	Gone
	Back
	Changed
	Refused
)

var whats = [...]string{
	Down:    "the interface is down; waiting for it",
	Up:      "the interface is up again",
	Gone:    "the interface is gone; waiting for one of that name",
	Back:    "the interface is back",
	Changed: "the interface is back with another link type; start again to capture from it",
	Refused: "the interface is back, but cannot be captured; trying again",
}

// String returns a sentence for people, without the name.
func (w What) String() string { return whats[w] }
