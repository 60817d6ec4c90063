package h323

import "math/bits"

// per reads the packed encoding rules, aligned variant (ITU-T X.691), as far as H.225.0
// and H.245 need them here. Reading past the end makes it bad; all that is read from a
// bad one is zero. Fragmented lengths (16384 and more) are bad, too.
type per struct {
	b   []byte
	at  int // bits read
	bad bool
}

// bits reads n bits, at most 32.
func (p *per) bits(n int) (v uint32) {
	if p.bad || p.at+n > 8*len(p.b) {
		p.bad = true
		return 0
	}
	for range n {
		v = v<<1 | uint32(p.b[p.at/8]>>(7-p.at%8)&1)
		p.at++
	}
	return v
}

func (p *per) bool() bool { return p.bits(1) == 1 }

// octets reads n whole octets from the next border on.
func (p *per) octets(n int) []byte {
	from := (p.at + 7) / 8
	if p.bad || n > len(p.b)-from {
		p.bad = true
		return nil
	}
	p.at = 8 * (from + n)
	return p.b[from : from+n]
}

// number reads a number from lo to hi (X.691 §11.5).
func (p *per) number(lo, hi uint32) uint32 {
	span := hi - lo // one less than there are values
	switch {
	case span < 255:
		return lo + p.bits(bits.Len32(span))
	case span < 1<<16:
		return lo + bigEndian(p.octets(1+int(min(span>>8, 1))))
	}
	most := (bits.Len32(span) + 7) / 8
	return lo + bigEndian(p.octets(1+int(p.bits(bits.Len32(uint32(most-1))))))
}

// length reads how many octets or elements follow (§11.9).
func (p *per) length() int {
	n := int(bigEndian(p.octets(1)))
	switch {
	case n < 0x80:
		return n
	case n < 0xc0:
		return n&0x3f<<8 | int(bigEndian(p.octets(1)))
	}
	p.bad = true
	return 0
}

// small reads a number that is mostly below 64 (§11.6); larger ones are bad.
func (p *per) small() int {
	if p.bool() {
		p.bad = true
	}
	return int(p.bits(6))
}

// open returns a reader for the next open type (§11.2), and goes behind it.
func (p *per) open() per { return per{b: p.octets(p.length()), bad: p.bad} }

func bigEndian(b []byte) (v uint32) {
	for _, c := range b {
		v = v<<8 | uint32(c)
	}
	return v
}
