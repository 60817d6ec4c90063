package fingerprint

import (
	"encoding/binary"

	"onpath/packet"
	"onpath/tcp"
)

// Most SYNs look like the one before: they have its signature, which need not be read
// again. What looks the same, but for numbers that no signature has, is told by its face
// and by its options. (550 instructions a SYN without it, 150 with it.)

// face is what of the headers a signature is made of, but for the options: of headers of
// which nothing else is odd.
type face struct {
	window, peerMSS, before  uint16 // before: octets before the TCP header
	control                  [2]uint8
	ttl, ecn, fragment       uint8
	v6, label, numbered, not bool // label: the flow label is not 0; not: it is no such face
	payload                  bool
}

// faceOf returns the face of v, a segment with SYN.
func faceOf(v *packet.View, peerMSS uint16) (f face) {
	h, ip := v.TCP, v.IP
	if f.not = v.Text || len(h) < tcp.MinHeader || len(h) > tcp.MinHeader+maxOptionOctets || len(h) < int(h[12]>>4)*4 || len(ip) < 20 || len(ip) < len(v.L4); f.not {
		return f
	}
	flags := h.Flags()
	if f.not = flags&(tcp.SYN|tcp.FIN|tcp.RST|tcp.URG) != tcp.SYN || h.Urgent() != 0 || h.Seq() == 0 || acked(uint32(h.Ack()), flags) != 0; f.not {
		return f
	}
	if flags&tcp.ACK != 0 {
		f.peerMSS = peerMSS
	}
	f.window, f.before, f.control = h.Window(), uint16(len(ip)-len(v.L4)), [2]uint8{h[12], h[13]}
	f.ttl, f.ecn, f.payload = v.Seg.TTL, v.Seg.ECN, v.Seg.Len > 0
	if f.v6 = ip[0]>>4 == 6; f.v6 {
		f.label = binary.BigEndian.Uint32(ip)&0xfffff != 0
	} else {
		f.fragment, f.numbered = ip[6]&0xc0, v.Seg.IPID != 0
	}
	return f
}

// maxOptionOctets is how many octets of options a header has at most.
const maxOptionOctets = 40

// known is a signature and what it was read of.
type known struct {
	id      ID // 0: none
	face    face
	options [maxOptionOctets]byte
	n       uint8 // octets of them
	stamp   uint8 // where the values of its timestamps stand; 0: it has none
	stamped bool
}

// keep remembers s, which id stands for and which was read of v.
func (k *known) keep(id ID, s *Signature, f *face, v *packet.View) {
	at, ok := stampAt(&s.Layout)
	if k.id = 0; id == 0 || f.not || !ok || s.Quirks&(BadOptions|ZeroStamp|PeerStamp) != 0 {
		return
	}
	k.id, k.face, k.stamp, k.stamped = id, *f, at, s.Stamped
	k.n = uint8(copy(k.options[:], v.TCP[tcp.MinHeader:]))
}

// is reports whether v, whose face is f, has the same signature.
func (k *known) is(f *face, v *packet.View) bool {
	if k.id == 0 || *f != k.face {
		return false
	}
	b, at := v.TCP[tcp.MinHeader:], int(k.stamp)
	if len(b) != int(k.n) {
		return false
	}
	if at == 0 {
		return string(b) == string(k.options[:k.n])
	}
	own, peer := binary.BigEndian.Uint32(b[at:]), binary.BigEndian.Uint32(b[at+4:])
	return own != 0 && (peer == 0 || f.control[1]&uint8(tcp.ACK) != 0) &&
		string(b[:at]) == string(k.options[:at]) && string(b[at+8:]) == string(k.options[at+8:k.n])
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

// Of returns the ID of the signature of v, a segment with SYN, which nobody holds for it; 0
// if it has none or there is no room. peerMSS is as for Signature.Read. stamped tells
// whether it has a timestamp of its own that is not zero.
func (t *Table) Of(v *packet.View, peerMSS uint16) (id ID, stamped bool) {
	k := &t.faces[v.Seg.Flags/tcp.ACK&1]
	f := faceOf(v, peerMSS)
	if k.is(&f, v) {
		return k.id, k.stamped
	}
	s := &t.read
	if !s.Read(v, peerMSS) {
		return 0, false
	}
	id = t.known(s)
	k.keep(id, s, &f, v)
	return id, s.Stamped
}
