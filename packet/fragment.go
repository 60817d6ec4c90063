package packet

import (
	"cmp"
	"time"
)

// FragmentConfig bounds the memory for fragments. The zero FragmentConfig is a
// good one.
type FragmentConfig struct {
	MaxOctets    int           // memory for the octets held, in blocks of 512; 0 means 4 MiB, as Linux's ipfrag_high_thresh
	MaxDatagrams int           // datagrams that are being put together at once; 0 means 4096
	MaxPieces    int           // pieces of one datagram; 0 means 256: twice those of 64 KiB in packets of 576
	TimeoutIPv4  time.Duration // from a datagram's first fragment on; 0 means 30 s, as Linux's ipfrag_time
	TimeoutIPv6  time.Duration // the same; 0 means 60 s, RFC 8200 §4.5
	Seed         Seed          // keys the hash; no output depends on it
}

// withDefaults fills in what is 0.
func (c FragmentConfig) withDefaults() FragmentConfig {
	c.MaxOctets = cmp.Or(c.MaxOctets, 4<<20)
	c.MaxDatagrams = cmp.Or(c.MaxDatagrams, 4096)
	c.MaxPieces = cmp.Or(c.MaxPieces, 256)
	c.TimeoutIPv4 = cmp.Or(c.TimeoutIPv4, 30*time.Second)
	c.TimeoutIPv6 = cmp.Or(c.TimeoutIPv6, 60*time.Second)
	return c
}

// FragmentStats counts what reassembly did and what it gave up.
type FragmentStats struct {
	Fragments  uint64 // given to reassembly
	Datagrams  uint64 // put together
	Duplicates uint64 // fragments that came again with the same cuts and octets
	Overlaps   uint64 // other fragments that overlapped what was held
	Differing  uint64 // of these, those whose octets were not the same
	Bad        uint64 // fragments refused: FragmentBad
	Expired    uint64 // datagrams given up after the timeout
	Evicted    uint64 // datagrams given up because a bound of FragmentConfig was reached
	Held       int    // datagrams that are being put together now
	Octets     int    // memory of the blocks in use now; at most FragmentConfig.MaxOctets
}

// fragmentKey tells which fragments belong together: RFC 791 §2.3, RFC 8200
// §4.5, and as in Key what keeps tenants apart.
type fragmentKey struct {
	src, dst [16]byte // as in Key
	id       uint32
	net      uint32 // as Key.Net
	vlan     uint16 // as Key.VLAN
	proto    uint8  // IPv4: protocol; IPv6: 0
	v6       bool
}

// fragment is one fragment as the Decoder has read it.
type fragment struct {
	key    fragmentKey
	header []byte // IPv4: the header; IPv6: the unfragmentable part, from the IPv6 header to before the fragment header
	nextAt int    // IPv6: where in header the octet stands that names the fragment header
	next   uint8  // IPv6: what the fragment header names as its next
	data   []byte // captured octets of the fragmentable part
	wire   uint32 // octets of the fragmentable part on the wire, at least len(data)
	offset uint32 // octets
	more   bool   // the flag MF or M
	depth  uint8  // IP headers around this one: datagrams of different depth do not share memory
}

// datagram is what fragments made. ip looks like a datagram that came whole:
// lengths, MF, offset, the next header, and with any fragment the congestion
// mark (RFC 3168 §5.3) are set, and the IPv4 header checksum follows them, good or bad as it
// was. Like one it may be cut: it ends before the first octet not captured.
type datagram struct {
	ip      []byte // valid until the next datagram of that depth
	wire    uint32 // octets of the IP datagram on the wire, header included
	frames  uint16 // fragments that it was put together of: those that brought octets
	overlap bool   // fragments overlapped: the octets that came first are in ip
	differ  bool   // and did not agree
}

// extent returns the octets of the datagram that p says it carries, from first
// to before end, and whether it can be a fragment at all. An IPv4 fragment that
// is not the last one counts up to a multiple of 8, as Linux does; for IPv6 any
// other length is an error (RFC 8200 §4.5).
func (p *fragment) extent() (first, end int, ok bool) {
	wire, fixed, room := int(p.wire), 20, 65_535-len(p.header)
	if p.key.v6 {
		fixed, room = 40, 65_535-len(p.header)+40 // the payload length leaves the IPv6 header out
	}
	if p.more && !p.key.v6 {
		wire &^= 7
	}
	first, end = int(p.offset), int(p.offset)+wire
	switch {
	case len(p.header) < fixed, len(p.header) > 65_535, p.key.v6 && p.nextAt >= len(p.header): // cannot be made whole again
	case wire <= 0, p.more && wire&7 != 0, end > room:
	default:
		return first, end, true
	}
	return 0, 0, false
}

// congested reports whether a router marked p (RFC 3168 §5).
func (p *fragment) congested() bool {
	if p.key.v6 {
		return p.header[1]>>4&3 == 3
	}
	return p.header[1]&3 == 3
}

// fragments is all the datagrams that wait for fragments. Where fragments
// overlap, the octets that came first stay, and the overlap is told: endpoints
// differ in this (RFC 5722 §4 has IPv6 ones drop the datagram), an observer can
// only take one side and say so.
type fragments struct {
	config FragmentConfig
	stats  FragmentStats
	blocks blockPool
	held   []pending // 0 stands for none
	free   uint32    // list of unused held, by chain
	heads  []uint32  // hash table of chains; its length is a power of two
	oldest uint32    // list of used held by age
	newest uint32
	bufs   [][]byte // datagrams handed out, by depth
}

// newFragments returns an empty store. It allocates nothing before the first
// fragment comes.
func newFragments(c FragmentConfig) *fragments {
	c = c.withDefaults()
	return &fragments{config: c, blocks: blockPool{limit: c.MaxOctets / blockSize}}
}

// add takes a fragment seen at the time at, in ns. Why is Decoded if it completes d,
// else FragmentHeld, FragmentBad or FragmentLost. An IPv6 fragment with offset 0
// and without M is whole (RFC 6946) and need not come here.
func (f *fragments) add(at int64, p *fragment) (d datagram, why Reason) {
	f.stats.Fragments++
	f.expire(at)
	first, end, ok := p.extent()
	if !ok {
		f.stats.Bad++
		return d, FragmentBad
	}
	i := f.find(at, &p.key)
	if i == 0 {
		i = f.open(at, &p.key)
	}
	if !f.held[i].agrees(end, p.more, f.blocks.end(f.held[i].last)) {
		f.stats.Bad++
		return d, FragmentBad
	}
	if !f.keep(i, p, first, end) {
		return d, FragmentLost
	}
	return f.finish(i, p.depth)
}

// finish hands the datagram out if nothing is missing any more.
func (f *fragments) finish(i uint32, depth uint8) (whole datagram, why Reason) {
	d := &f.held[i]
	if !d.ended || d.covered != d.end {
		return whole, FragmentHeld
	}
	if d.tooLong(int(f.blocks.at(d.header).captured)) { // its first header has options that the others have not
		f.stats.Bad++
		f.drop(i)
		return whole, FragmentBad
	}
	f.stats.Datagrams++
	whole = f.build(d, depth)
	f.drop(i)
	return whole, Decoded
}

// keep stores those octets of p, first to before end, that are not held yet, and
// reports whether there was room for them. If not, the datagram is given up.
func (f *fragments) keep(i uint32, p *fragment, first, end int) bool {
	data := p.data[:min(len(p.data), end-first)]
	pieces, blocks, news := f.measure(i, data, first, end)
	if first == 0 && f.held[i].header == 0 {
		blocks += blocksFor(len(p.header))
	}
	f.compare(i, data, first, end, end-first-news)
	if int(f.held[i].pieces)+pieces > f.config.MaxPieces {
		f.giveUp(i)
		return false
	}
	if !f.makeRoom(i, blocks) {
		return false
	}
	f.store(i, data, first, end)
	f.held[i].note(p, end, news, &f.blocks)
	f.stats.Octets = f.blocks.used * blockSize
	return true
}

// measure returns how many pieces, blocks and octets store would add.
func (f *fragments) measure(i uint32, data []byte, first, end int) (pieces, blocks, news int) {
	before, from, to := f.gap(i, f.behind(i, first), first, end)
	for from < to {
		pieces++
		blocks += blocksFor(len(within(data, first, from, to)))
		news += to - from
		before, from, to = f.gap(i, before, to, end)
	}
	return pieces, blocks, news
}

// store adds the octets in the gaps of what is held.
func (f *fragments) store(i uint32, data []byte, first, end int) {
	d := &f.held[i]
	before, from, to := f.gap(i, f.behind(i, first), first, end)
	for from < to {
		piece := f.blocks.put(within(data, first, from, to))
		f.blocks.span(piece, from, to)
		d.link(&f.blocks, before, piece)
		before, from, to = f.gap(i, piece, to, end)
	}
}

// within cuts the captured octets data, which begin at first, to those in [from, to).
func within(data []byte, first, from, to int) []byte {
	return data[min(from-first, len(data)):min(to-first, len(data))]
}

// behind returns where a search for first can begin: the last piece, if first
// lies behind it, as in order it always does.
func (f *fragments) behind(i uint32, first int) (piece uint32) {
	if last := f.held[i].last; last != 0 && f.blocks.end(last) <= first {
		return last
	}
	return 0
}

// gap returns the first octets of [from, to) that no piece behind before holds,
// and the piece in front of them. There are none if they are empty.
func (f *fragments) gap(i, before uint32, from, to int) (piece uint32, lo, hi int) {
	for next := f.held[i].after(&f.blocks, before); next != 0; next = f.blocks.at(next).next {
		start := f.blocks.start(next)
		if start >= to {
			break
		}
		if start > from {
			return before, from, start
		}
		before, from = next, max(from, f.blocks.end(next))
	}
	return before, from, max(from, to)
}

// compare counts what kind of repetition the octets are, of which overlap are
// held already.
func (f *fragments) compare(i uint32, data []byte, first, end, overlap int) {
	if overlap == 0 {
		return
	}
	d, same, twin := &f.held[i], true, false
	for piece := d.first; piece != 0 && f.blocks.start(piece) < end; piece = f.blocks.at(piece).next {
		start := f.blocks.start(piece)
		twin = twin || start == first && f.blocks.end(piece) == end
		if lo := max(start, first); lo < min(end, f.blocks.end(piece)) {
			same = same && f.blocks.agree(piece, lo-start, within(data, first, lo, f.blocks.end(piece)))
		}
	}
	switch {
	case twin && same:
		f.stats.Duplicates++
		return
	case !same:
		f.stats.Differing++
		d.differ = true
	}
	f.stats.Overlaps++
	d.overlap = true
}
