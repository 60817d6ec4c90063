package packet

import "encoding/binary"

// build makes one datagram of d's octets.
func (f *fragments) build(d *pending, depth uint8) datagram {
	for len(f.bufs) <= int(depth) {
		f.bufs = append(f.bufs, nil)
	}
	ip := f.blocks.appendTo(f.bufs[depth][:0], d.header)
	header := len(ip)
	if d.key.v6 {
		d.wholeIPv6(ip)
	} else {
		d.wholeIPv4(ip)
	}
	for piece := d.first; piece != 0; piece = f.blocks.at(piece).next {
		ip = f.blocks.appendTo(ip, piece)
		if b := f.blocks.at(piece); b.captured < b.end-b.start {
			break
		}
	}
	f.bufs[depth] = ip
	return datagram{ip: ip, wire: uint32(header + d.end), frames: d.frames, overlap: d.overlap, differ: d.differ}
}

// wholeIPv4 makes h the header of a datagram that was never cut: total length,
// no MF, no offset, the congestion mark.
func (d *pending) wholeIPv4(h []byte) {
	setWord(h, 2, uint16(len(h)+d.end))
	setWord(h, 6, binary.BigEndian.Uint16(h[6:])&0xc000)
	if d.congested {
		setWord(h, 0, binary.BigEndian.Uint16(h)|3)
	}
}

// setWord sets a word of an IPv4 header and moves the checksum with it, so that
// a good one stays good and a bad one bad (RFC 1624 §3).
func setWord(h []byte, at int, word uint16) {
	old, sum := binary.BigEndian.Uint16(h[at:]), binary.BigEndian.Uint16(h[10:])
	binary.BigEndian.PutUint16(h[at:], word)
	binary.BigEndian.PutUint16(h[10:], ^fold(uint64(^sum)+uint64(^old)+uint64(word)))
}

// wholeIPv6 does the same for IPv6: payload length, the header that followed the
// fragment header, the congestion mark.
func (d *pending) wholeIPv6(h []byte) {
	binary.BigEndian.PutUint16(h[4:], uint16(len(h)-40+d.end))
	h[d.nextAt] = d.next
	if d.congested {
		h[1] |= 3 << 4
	}
}

// tooLong reports whether the length of the whole datagram does not fit into its
// header.
func (d *pending) tooLong(header int) bool {
	if d.key.v6 {
		header -= 40
	}
	return header+d.end > 65_535
}
