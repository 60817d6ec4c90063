package source

import (
	"encoding/binary"
	"io"
	"math/bits"

	"onpath/packet"
)

// Block types (draft-ietf-opsawg-pcapng §4), those whose body is read.
const (
	blockInterface = 0x00000001
	blockOldPacket = 0x00000002 // obsolete
	blockSimple    = 0x00000003
	blockStats     = 0x00000005
	blockEnhanced  = 0x00000006
	blockSection   = 0x0a0d0d0a // the same in both byte orders
)

// byteOrderMagic stands at the beginning of a section header's body.
const byteOrderMagic = 0x1a2b3c4d

const (
	minBlock      = 12       // type, length, length again
	maxBlock      = 16 << 20 // octets; libpcap and Wireshark have the same limit
	maxInterfaces = 1 << 16  // of a section
)

// leastOf returns the octets of the smallest block of a type, with all fields
// and no options, and whether the type is one of the standard.
func leastOf(kind uint32) (least int, known bool) {
	switch kind {
	case blockSection:
		return 28, true
	case blockInterface:
		return 20, true
	case blockOldPacket, blockEnhanced:
		return 32, true
	case blockSimple:
		return 16, true
	case 4, blockStats, 9, 10, 0x0bad, 0x40000bad: // names, statistics, journal, secrets, custom
		return 16, true
	}
	return minBlock, false
}

// iface is an interface of the current section.
type iface struct {
	link    packet.LinkType
	snaplen uint32 // 0: no limit
	clock   clock
	drops   drops
	text    *packet.Text // what it says of frames that were built from printed lines; nil: they were captured
}

// ng reads the blocks of a pcapng file.
//
//	 0       4       8               size-4
//	┌───────┬───────┬───────────────┬───────┐
//	│ type  │length │ body…         │length │
//	└───────┴───────┴───────────────┴───────┘
type ng struct {
	*input
	big    bool    // byte order of the current section
	ifaces []iface // of the current section
	at     int64   // time of the last frame
	steps  int     // blocks that chain may still look at
}

// isNG reports whether a file whose first 12 octets are head is pcapng.
func isNG(head []byte) bool {
	var b block
	return binary.BigEndian.Uint32(head) == blockSection && b.order(head)
}

// block is a block that is held as a whole.
type block struct {
	kind uint32
	size int  // octets with both lengths and padding
	big  bool // byte order
}

// wrong says why there is no block where one should begin.
type wrong struct {
	fault      Fault // Cut: the file ends first
	have, want uint64
}

func (g *ng) u16(b []byte) uint16 { return order16(b, g.big) }
func (g *ng) u32(b []byte) uint32 { return order32(b, g.big) }

func order16(b []byte, big bool) uint16 {
	v := binary.LittleEndian.Uint16(b)
	if big {
		return bits.ReverseBytes16(v)
	}
	return v
}

func order32(b []byte, big bool) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if big {
		return bits.ReverseBytes32(v)
	}
	return v
}

// look reads both ends of the block of at most so many octets that begins at
// octets behind what is taken, in a section of the given byte order.
func (g *ng) look(at, most int, big bool) (b block, w wrong, sound bool) {
	if !g.has(at + minBlock) {
		return b, wrong{fault: Cut}, false
	}
	h := g.held()[at:]
	b.big = big
	if b.kind = order32(h, big); b.kind == blockSection && !b.order(h) {
		return b, wrong{fault: Section}, false
	}
	length := order32(h[4:], b.big)
	least, _ := leastOf(b.kind)
	if length < minBlock || length > uint32(most) {
		return b, wrong{BlockLength, uint64(length), uint64(most)}, false
	}
	if b.size = int(length+3) &^ 3; b.size < least {
		return b, wrong{BlockShort, uint64(length), uint64(least)}, false
	}
	if !g.has(at + b.size) {
		return b, wrong{fault: Cut}, false
	}
	if behind := order32(g.held()[at+b.size-4:], b.big); behind != length {
		return b, wrong{BlockTrailer, uint64(length), uint64(behind)}, false
	}
	return b, w, true
}

// order finds the byte order of a section whose first 12 octets are h.
func (b *block) order(h []byte) bool {
	b.big = order32(h[8:], true) == byteOrderMagic
	return b.big || order32(h[8:], false) == byteOrderMagic
}

func (g *ng) next(f *packet.Frame) error {
	for {
		b, w, sound := g.look(0, g.limits.Block, g.big)
		switch {
		case sound:
			if got := g.read(f, b); got {
				return nil
			}
		case w.fault != Cut:
			g.resync(w)
		case !g.overrun():
			return io.EOF
		}
	}
}

// read takes the block b and reports whether it has filled f.
func (g *ng) read(f *packet.Frame, b block) bool {
	body := g.held()[8 : b.size-4]
	got := false
	switch b.kind {
	case blockEnhanced:
		got = g.enhanced(f, body)
	case blockSection:
		g.section(b, body)
	case blockInterface:
		g.describe(body)
	case blockSimple:
		got = g.simple(f, body)
	case blockOldPacket:
		got = g.oldPacket(f, body)
	case blockStats:
		g.statistics(body)
	}
	g.take(b.size)
	return got
}

// ready reports whether a packet block comes next and is held as a whole.
func (g *ng) ready() bool {
	if len(g.held()) < minBlock {
		return false
	}
	kind, length := g.u32(g.held()), g.u32(g.held()[4:])
	return (kind == blockEnhanced || kind == blockSimple || kind == blockOldPacket) &&
		length <= uint32(g.limits.Block) && len(g.held()) >= int(length+3)&^3
}
