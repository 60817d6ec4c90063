package packet

import (
	"encoding/binary"

	"onpath/tcp"
)

// ipv6 reads the fixed header (RFC 8200 §3). A payload length of 0 is a
// jumbogram, whose length follows (RFC 2675), or a segment that the sender's
// card was to cut into packets.
func (w *walk) ipv6() layer {
	b := w.b
	if len(b) < 40 {
		return w.stop(ipShort(b, 6))
	}
	total, next := 40+uint32(binary.BigEndian.Uint16(b[4:])), b[6]
	if w.told && total > w.wire {
		total = max(w.wire, 40)
	}
	if total == 40 && next != ProtoNoNext {
		total = max(w.wire, 40)
	}
	switch {
	case b[0]>>4 != 6:
		return w.stop(IPVersion)
	case w.contradicts(total):
		return w.stop(IPLength)
	case w.v.Depth >= maxDepth:
		return w.tooDeep()
	}
	b = b[:min(uint32(len(b)), total)]
	ip := &w.ip
	ip.b, ip.total, ip.v6, ip.final, ip.moved = b, total, true, nil, false
	ip.next, ip.ttl, ip.ecn, ip.id, ip.sum = 6, b[7], b[1]>>4&3, 0, tcp.SumUnknown
	w.b, w.wire, w.proto = b[40:], total-40, next
	return w.payload()
}

// extension returns the extension header here, whose second octet is its length
// in units of octets, after plus such units that are not counted. The header is
// nil if it is not there whole; why says how.
func (w *walk) extension(unit, plus int) (h []byte, why Reason) {
	switch {
	case w.wire < 8:
		return nil, IPLength
	case len(w.b) < 8:
		return nil, IPCut
	}
	n := (int(w.b[1]) + plus) * unit
	switch {
	case uint32(n) > w.wire:
		return nil, IPLength
	case n > len(w.b):
		return nil, IPCut
	}
	return w.b[:n], Decoded
}

// pass moves over the extension header h, which stands here, to what it names.
func (w *walk) pass(h []byte) layer {
	w.ip.next, w.proto = len(w.ip.b)-len(w.b), h[0]
	w.skip(len(h))
	return protocols[w.proto]
}

// Options that the packet path reads (IANA "Destination Options and Hop-by-Hop
// Options").
const (
	optionJumbo       = 0xc2 // RFC 2675 §2
	optionHomeAddress = 0xc9 // RFC 6275 §6.3
)

// optionsHeader reads hop-by-hop and destination options (RFC 8200 §4.3, §4.6).
func (w *walk) optionsHeader() layer {
	if !w.ip.v6 {
		return w.other()
	}
	h, why := w.extension(8, 1)
	if h == nil {
		return w.stop(why)
	}
	if w.proto == ProtoDestOpts {
		w.ip.moved = w.ip.moved || option(h[2:], optionHomeAddress) != nil
		return w.pass(h)
	}
	if jumbo := option(h[2:], optionJumbo); len(jumbo) == 4 && !w.jumbo(binary.BigEndian.Uint32(jumbo)) {
		return w.stop(IPLength)
	}
	return w.pass(h)
}

// option returns the data of the first option of that kind, or nil.
func option(b []byte, kind uint8) []byte {
	for len(b) >= 2 {
		if b[0] == 0 { // Pad1
			b = b[1:]
			continue
		}
		n := int(b[1]) + 2
		if n > len(b) {
			return nil
		}
		if b[0] == kind {
			return b[2:n]
		}
		b = b[n:]
	}
	return nil
}

// jumbo takes the length of a jumbogram over, in octets behind the fixed header,
// and reports whether it is a legal one. Where the payload length is not 0 it
// means nothing (RFC 2675 §3). One that claims more than the wire had is not
// believed: half the circle of sequence numbers would fit into it.
func (w *walk) jumbo(length uint32) bool {
	const least = 1 << 16
	if w.ip.b[4] != 0 || w.ip.b[5] != 0 {
		return true
	}
	if length < least {
		return false
	}
	if length > w.ip.total-40 {
		return true
	}
	done := w.ip.total - w.wire
	w.ip.total = length + 40
	w.ip.b = w.ip.b[:min(uint32(len(w.ip.b)), w.ip.total)]
	w.b, w.wire = w.ip.b[done:], w.ip.total-done
	return true
}

// routingHeader reads the final destination from the types that are in use; it
// stands in the pseudo-header of checksums (RFC 8200 §8.1).
func (w *walk) routingHeader() layer {
	if !w.ip.v6 {
		return w.other()
	}
	h, why := w.extension(8, 1)
	if h == nil {
		return w.stop(why)
	}
	if h[3] > 0 { // segments left
		w.ip.final = finalDestination(h)
		w.ip.moved = w.ip.moved || w.ip.final == nil
	}
	return w.pass(h)
}

// finalDestination returns the last address that a routing header names: type
// 0 has it at its end, types 2 (RFC 6275 §6.4) and 4 (RFC 8754 §2) first.
func finalDestination(h []byte) *[16]byte {
	if len(h) < 24 {
		return nil
	}
	switch h[2] {
	case 0:
		return (*[16]byte)(h[len(h)-16:])
	case 2, 4:
		return (*[16]byte)(h[8:24])
	}
	return nil
}

// fragmentHeader reads the fragment header (RFC 8200 §4.5); one that makes the
// datagram a single fragment changes nothing (RFC 6946).
func (w *walk) fragmentHeader() layer {
	if !w.ip.v6 {
		return w.other()
	}
	switch {
	case w.wire < 8:
		return w.stop(IPLength)
	case len(w.b) < 8:
		return w.stop(IPCut)
	}
	h := w.b[:8]
	field, before := binary.BigEndian.Uint16(h[2:]), len(w.ip.b)-len(w.b)
	if field&^6 == 0 {
		return w.pass(h)
	}
	w.skip(8)
	w.proto = h[0]
	p := fragment{
		key: fragmentKey{
			src: [16]byte(w.ip.b[8:]), dst: [16]byte(w.ip.b[24:]),
			id: binary.BigEndian.Uint32(h[4:]), net: w.net, vlan: w.vlan, v6: true,
		},
		header: w.ip.b[:before],
		nextAt: w.ip.next,
		next:   h[0],
		data:   w.b,
		wire:   w.wire,
		offset: uint32(field &^ 7),
		more:   field&1 != 0,
		depth:  w.v.Depth,
	}
	return w.reassemble(&p, layerIPv6)
}

// authentication reads AH (RFC 4302 §2), which both versions carry.
func (w *walk) authentication() layer {
	h, why := w.extension(4, 2)
	if h == nil {
		return w.stop(why)
	}
	return w.pass(h)
}

// messageHeader reads Mobility, HIP and Shim6: extension headers in form, and
// messages of their own where nothing follows them, as nothing does today.
func (w *walk) messageHeader() layer {
	if !w.ip.v6 || len(w.b) < 1 || w.b[0] == ProtoNoNext {
		return w.other()
	}
	h, why := w.extension(8, 1)
	if h == nil {
		return w.stop(why)
	}
	return w.pass(h)
}
