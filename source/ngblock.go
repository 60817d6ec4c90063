package source

import "onpath/packet"

// Option codes (draft-ietf-opsawg-pcapng §3.5, §4.2).
const (
	optEnd         = 0
	optComment     = 1
	optDescription = 3
	optResolution  = 9
	optOffset      = 14
)

// section begins a new section: byte order, no interfaces.
func (g *ng) section(b block, body []byte) {
	g.big = b.big
	g.ifaces = g.ifaces[:0]
	major, minor := g.u16(body[4:]), g.u16(body[6:])
	if major != 1 { // what changes then is unknown; 1.2 is an odd 1.0
		g.damage(Section, uint64(major), uint64(minor))
	}
	for o := g.options(body[16:]); o.next(); {
		o.comment()
	}
}

// describe adds an interface to the section.
func (g *ng) describe(body []byte) {
	if len(g.ifaces) == maxInterfaces {
		g.damage(TooManyIfaces, maxInterfaces, maxInterfaces)
		return
	}
	resolution, offset := byte(6), int64(0)
	var text *packet.Text
	for o := g.options(body[8:]); o.next(); {
		switch {
		case o.code == optResolution && len(o.value) >= 1:
			resolution = o.value[0]
		case o.code == optOffset && len(o.value) >= 8:
			offset = g.i64(o.value)
		case o.code == optDescription:
			text = textOf(o.value)
		}
		o.comment()
	}
	g.ifaces = append(g.ifaces, iface{
		link:    packet.LinkType(g.u16(body)),
		snaplen: g.u32(body[4:]),
		clock:   newClock(resolution, offset),
		text:    text,
	})
}

// textOf returns what the description of an interface says of frames that -o pcapng made
// of printed lines; nil if it does not.
func textOf(description []byte) *packet.Text {
	t, ok := packet.ParseText(string(description))
	if !ok {
		return nil
	}
	return &t
}

// i64 reads a signed number in the order of the section.
func (g *ng) i64(b []byte) int64 {
	first, second := uint64(g.u32(b)), uint64(g.u32(b[4:]))
	if g.big {
		return int64(first<<32 | second)
	}
	return int64(second<<32 | first)
}

// enhanced reads an Enhanced Packet Block (§4.3).
//
//	 0       4       8       12      16      20
//	┌───────┬───────┬───────┬───────┬───────┬─────────┬─────────┐
//	│ iface │ ticks, high   │caplen │wirelen│ frame…  │options… │
//	└───────┴───────┴───────┴───────┴───────┴─────────┴─────────┘
func (g *ng) enhanced(f *packet.Frame, body []byte) bool {
	return g.packet(f, g.u32(body), body)
}

// oldPacket reads an obsolete Packet Block (§4.8): in place of the interface it
// has 16 bits of interface and 16 of drops.
func (g *ng) oldPacket(f *packet.Frame, body []byte) bool {
	return g.packet(f, uint32(g.u16(body)), body)
}

func (g *ng) packet(f *packet.Frame, id uint32, body []byte) bool {
	if id >= uint32(len(g.ifaces)) {
		g.lose(NoInterface, uint64(id), uint64(len(g.ifaces)), len(body))
		return false
	}
	caplen, wirelen, data := g.u32(body[12:]), g.u32(body[16:]), body[20:]
	if caplen > uint32(len(data)) {
		g.lose(BlockContent, uint64(caplen), uint64(len(data)), len(body))
		return false
	}
	if caplen > wirelen {
		g.damage(LengthOrder, uint64(caplen), uint64(wirelen))
	}
	in := &g.ifaces[id]
	if rest := data[min(len(data), (int(caplen)+3)&^3):]; len(rest) > 0 {
		for o := g.options(rest); o.next(); {
			o.missed(&in.drops)
			o.comment()
		}
	}
	ticks := uint64(g.u32(body[4:]))<<32 | uint64(g.u32(body[8:]))
	g.at = in.clock.at(ticks)
	g.hand(f, data[:caplen:caplen], wirelen, in)
	return true
}

// simple reads a Simple Packet Block (§4.4): length on the wire and octets, of
// interface 0, without a time.
func (g *ng) simple(f *packet.Frame, body []byte) bool {
	if len(g.ifaces) == 0 {
		g.lose(NoInterface, 0, 0, len(body))
		return false
	}
	in := &g.ifaces[0]
	wirelen, data := g.u32(body), body[4:]
	caplen := wirelen
	if in.snaplen > 0 {
		caplen = min(caplen, in.snaplen)
	}
	if caplen > uint32(len(data)) {
		g.lose(BlockContent, uint64(caplen), uint64(len(data)), len(body))
		return false
	}
	g.hand(f, data[:caplen:caplen], wirelen, in)
	return true
}

func (g *ng) hand(f *packet.Frame, data []byte, wirelen uint32, in *iface) {
	f.Data = data
	f.At = g.at
	f.WireLen = max(wirelen, uint32(len(data)))
	f.Link, f.Text = in.link, in.text
	g.frames++
}

// lose counts a packet block that has no frame for us, of so many octets.
func (g *ng) lose(fault Fault, have, want uint64, body int) {
	d := g.here(fault, have, want)
	d.Lost = int64(body + minBlock)
	g.health.add(d)
}

// options walks the options at the end of a block.
type options struct {
	g     *ng
	rest  []byte
	code  uint16
	value []byte
}

func (g *ng) options(b []byte) options { return options{g: g, rest: b} }

// next moves to the next option. One that is longer than its block is a Damage
// and ends the walk.
func (o *options) next() bool {
	if len(o.rest) < 4 {
		return false
	}
	o.code = o.g.u16(o.rest)
	n := int(o.g.u16(o.rest[2:]))
	o.rest = o.rest[4:]
	if o.code == optEnd {
		return false
	}
	if n > len(o.rest) {
		o.g.damage(BlockOption, uint64(n), uint64(len(o.rest)))
		return false
	}
	o.value = o.rest[:n]
	o.rest = o.rest[min(len(o.rest), (n+3)&^3):]
	return true
}

// comment counts the option if it is a comment.
func (o *options) comment() {
	if o.code == optComment {
		o.g.health.Comments++
	}
}
