package fingerprint

import (
	"encoding/binary"

	"onpath/packet"
	"onpath/tcp"
)

// Most SYNs look like one of the last: they have its signature, which need not be read
// again. What looks the same, but for numbers that no signature has, is told by its face,
// and by its options if they are in no usual layout. (A SYN of Linux with timestamps costs
// 150 instructions so, 100 more if its options are compared, 480 if it is read.)

// face is what of the headers a signature is made of, but for options that are in no
// tcp.Layout, in two numbers; faceless is that of headers of which anything else is odd.
type face [2]uint64

var faceless = face{1<<64 - 1}

// faceOf returns the face of v, a segment with SYN.
func faceOf(v *packet.View, peerMSS uint16) face {
	h, ip, s := v.TCP, v.IP, &v.Seg
	if v.Text || len(ip) < 20 || len(ip) < len(v.L4) {
		return faceless
	}
	if s.Layout == 0 && (len(h) < tcp.MinHeader || len(h) > tcp.MinHeader+8*optionWords || len(h) < int(h[12]>>4)*4) {
		return faceless
	}
	if s.Flags&(tcp.SYN|tcp.FIN|tcp.RST|tcp.URG) != tcp.SYN || s.Urg != 0 || s.Seq == 0 || acked(uint32(s.Ack), s.Flags) != 0 {
		return faceless
	}
	if s.Flags&tcp.ACK == 0 {
		peerMSS = 0
	}
	before := len(ip) - len(v.L4) // octets before the TCP header
	f := face{
		uint64(s.Win) | uint64(peerMSS)<<16 | uint64(uint16(before))<<32,
		uint64(s.Flags) | uint64(s.TTL)<<16 | uint64(s.ECN)<<24 | uint64(ipBits(v))<<32,
	}
	if s.Layout == 0 {
		return f
	}
	if s.Opts&tcp.OptTimestamp != 0 && (s.TSval == 0 || s.TSecr != 0 && s.Flags&tcp.ACK == 0) { // else they tell no more
		return faceless
	}
	f[0] |= uint64(s.MSS) << 48
	f[1] |= uint64(s.Layout)<<40 | uint64(s.WScale)<<48
	return f
}

// ipBits returns what else the IP header tells, and whether there is payload.
func ipBits(v *packet.View) (bits uint8) {
	if v.Seg.Len > 0 {
		bits = 4
	}
	ip := (*[20]byte)(v.IP)
	switch {
	case ip[0]>>4 == 6 && binary.BigEndian.Uint32(ip[:])&0xfffff == 0:
		return bits | 2
	case ip[0]>>4 == 6: // a flow label
		return bits | 3
	case v.Seg.IPID != 0:
		bits |= 1
	}
	return bits | ip[6]&0xc0 // DF, and what is reserved
}

// faceBits is the logarithm of how many faces are remembered: 3.25 KiB.
const faceBits = 5

// place returns where a face is remembered.
func (f *face) place() uint64 {
	return (f[0]*0x9e3779b97f4a7c15 ^ f[1]*0xc2b2ae3d27d4eb4f) >> (64 - faceBits)
}

// optionWords is how many words of 8 octets the options of a header take at most.
const optionWords = 5

// known is a signature and what it was read of.
type known struct {
	face    face
	id      ID     // 0: none
	turn    uint16 // of its place then
	stamped bool
	n       uint8                  // octets of options
	stamp   uint8                  // where the values of the timestamps stand among them; 0: there are none
	options [optionWords][2]uint64 // in no layout; and a mask that leaves those values out
}

// keep remembers s, which id stands for and which was read of v.
func (k *known) keep(id ID, turn uint16, s *Signature, f *face, v *packet.View) {
	at, ok := stampAt(&s.Layout)
	b := v.TCP[min(tcp.MinHeader, len(v.TCP)):]
	if k.id = 0; id == 0 || *f == faceless || !ok || len(b)%4 != 0 || s.Quirks&(BadOptions|ZeroStamp|PeerStamp) != 0 {
		return
	}
	k.id, k.turn, k.face, k.n, k.stamp, k.stamped = id, turn, *f, uint8(len(b)), at, s.Stamped
	if v.Seg.Layout != 0 {
		return // the face has them
	}
	var mask [8 * optionWords]byte
	for i := range b {
		if at == 0 || i < int(at) || i >= int(at)+8 {
			mask[i] = 0xff
		}
	}
	for i := range k.options {
		k.options[i] = [2]uint64{word(b, 8*i), word(mask[:], 8*i)}
	}
}

// word returns the octets of b from i on, at most eight.
func word(b []byte, i int) (w uint64) {
	for n := 0; n < 8 && i+n < len(b); n++ {
		w |= uint64(b[i+n]) << (8 * n)
	}
	return w
}

// is reports whether v, whose face is f, has the same signature.
func (k *known) is(f *face, v *packet.View) bool {
	if f[0] != k.face[0] || f[1] != k.face[1] || k.id == 0 {
		return false
	}
	if v.Seg.Layout != 0 {
		return true
	}
	b := v.TCP[tcp.MinHeader:]
	return len(b) == int(k.n) && k.fits(b, v.Seg.Flags&tcp.ACK != 0)
}

// fits reports whether options of as many octets differ in nothing but timestamps, which
// tell no more.
func (k *known) fits(b []byte, answer bool) bool {
	if at := int(k.stamp); at != 0 && at+8 <= len(b) {
		own, peer := binary.BigEndian.Uint32(b[at:]), binary.BigEndian.Uint32(b[at+4:])
		if own == 0 || peer != 0 && !answer {
			return false
		}
	}
	differs := uint64(0)
	for i := range k.options {
		o := &k.options[i]
		if len(b) < 8 {
			if len(b) >= 4 {
				differs |= (uint64(binary.LittleEndian.Uint32(b)) ^ o[0]) & o[1]
			}
			break
		}
		differs |= (binary.LittleEndian.Uint64(b) ^ o[0]) & o[1]
		b = b[8:]
	}
	return differs == 0
}

// stampAt returns where the values of the timestamps stand among options of that layout, 0
// if there are none. ok is false if the layout does not tell, or there are two.
func stampAt(l *Layout) (at uint8, ok bool) {
	n := uint8(0)
	for _, kind := range l.Kinds[:l.Len] {
		switch {
		case kind == kindEOL:
			return at, true
		case kind == kindNOP:
			n++
			continue
		case fixedLen[kind] == 0, kind == kindTimestamp && at != 0:
			return 0, false
		case kind == kindTimestamp:
			at = n + 2
		}
		n += fixedLen[kind]
	}
	return at, true
}

// Of returns the ID of the signature of v, a segment with SYN, which nobody holds for it, as
// it is noted; none if it has none or there is no room. peerMSS is as for Signature.Read.
// stamped tells whether it has a timestamp of its own that is not zero.
func (t *Table) Of(v *packet.View, peerMSS uint16) (n Note, stamped bool) {
	f := faceOf(v, peerMSS)
	k := &t.faces[f.place()]
	if k.is(&f, v) && t.slots[k.id-1].turn == k.turn {
		return Note{k.id, k.turn}, k.stamped
	}
	s := &t.read
	if !s.Read(v, peerMSS) {
		return Note{}, false
	}
	n = t.Note(s)
	k.keep(n.id, n.turn, s, &f, v)
	return n, s.Stamped
}
