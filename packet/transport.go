package packet

import (
	"encoding/binary"
	"math/bits"

	"onpath/tcp"
)

// protocols tells what reads an IP payload, by protocol number. It is the only
// place that does.
var protocols = func() (t [256]layer) {
	for i := range t {
		t[i] = layerOther
	}
	for proto, l := range map[uint8]layer{
		ProtoHopByHop: layerOptions,
		ProtoICMP:     layerICMP,
		ProtoIPv4:     layerIPinIP,
		ProtoTCP:      layerTCP,
		ProtoUDP:      layerUDP,
		ProtoDCCP:     layerPorts,
		ProtoIPv6:     layerIPinIP,
		ProtoRouting:  layerRouting,
		ProtoFragment: layerFragment,
		ProtoGRE:      layerGRE,
		ProtoAH:       layerAH,
		ProtoICMPv6:   layerICMP,
		ProtoDestOpts: layerOptions,
		ProtoEtherIP:  layerEtherIP,
		ProtoL2TP:     layerL2TPv3,
		ProtoSCTP:     layerPorts,
		ProtoMobility: layerMessage,
		ProtoUDPLite:  layerPorts,
		ProtoMPLS:     layerMPLSinIP,
		ProtoHIP:      layerMessage,
		ProtoShim6:    layerMessage,
	} {
		t[proto] = l
	}
	return t
}()

// payload reads what an IP header announced. The two common ones need not come
// round the loop.
func (w *walk) payload() layer {
	switch w.proto {
	case ProtoTCP:
		return w.tcp()
	case ProtoUDP:
		return w.udp()
	}
	return protocols[w.proto]
}

// commit makes the packet whose transport header stands here the one that the
// View shows. src is the sender's port, id as Key.ID.
func (w *walk) commit(src, dst, id uint16) {
	v := w.v
	if v.Depth == 1 {
		v.outer.key, v.outer.ip, v.outer.fromB = v.Key, v.IP, v.FromB
	}
	w.key(src, dst, id)
	v.IP, v.IPLen, v.IPSum = w.ip.b, w.ip.total, w.ip.sum
	v.L4, v.L4Len, v.L4Sum = w.b, w.wire, tcp.SumUnknown
	v.TCP, v.Payload = nil, nil
	v.Fragment, v.Fragments, v.Overlap, v.Differ = w.piece, w.frames, w.overlap, w.differ
	w.final, w.moved = w.ip.final, w.ip.moved
	w.told = false // what is inside is measured by this packet
	v.Depth++
}

// key sets the Key and who of its ends is the sender.
func (w *walk) key(src, dst, id uint16) {
	k, b := &w.v.Key, w.ip.b
	k.ID, k.VLAN, k.Net, k.Proto, k.V6 = id, w.vlan, w.net, w.proto, w.ip.v6
	if k.V6 {
		w.v.FromB = k.ends6(b[8:40], src, dst)
		return
	}
	w.v.FromB = k.ends4(b[12:20], src, dst)
}

// ends4 sets the two ends from the addresses of an IPv4 header, and reports
// whether the sender is B. It orders them without a branch: the directions of
// packets alternate in a way that no branch predictor can follow.
func (k *Key) ends4(b []byte, src, dst uint16) (fromB bool) {
	s := uint64(binary.BigEndian.Uint32(b))<<16 | uint64(src)
	d := uint64(binary.BigEndian.Uint32(b[4:]))<<16 | uint64(dst)
	low, high := min(s, d), max(s, d)
	putMapped(&k.A, uint32(low>>16))
	putMapped(&k.B, uint32(high>>16))
	k.APort, k.BPort = uint16(low), uint16(high)
	return s > d
}

// ends6 is ends4 for the addresses of an IPv6 header.
func (k *Key) ends6(b []byte, src, dst uint16) (fromB bool) {
	be, ne := binary.BigEndian, binary.NativeEndian
	_ = b[31]
	_, c := bits.Sub64(uint64(dst), uint64(src), 0)
	_, c = bits.Sub64(be.Uint64(b[24:]), be.Uint64(b[8:]), c)
	_, c = bits.Sub64(be.Uint64(b[16:]), be.Uint64(b[0:]), c) // 1 if the sender is above
	swap := -c
	for i := 0; i < 16; i += 8 {
		s, d := ne.Uint64(b[i:]), ne.Uint64(b[16+i:])
		other := (s ^ d) & swap
		ne.PutUint64(k.A[i:], s^other)
		ne.PutUint64(k.B[i:], d^other)
	}
	other := (src ^ dst) & uint16(swap)
	k.APort, k.BPort = src^other, dst^other
	return c != 0
}

// putMapped sets a to an IPv4 address as ::ffff:a.b.c.d.
func putMapped(a *[16]byte, addr uint32) {
	binary.LittleEndian.PutUint64(a[:], 0)
	binary.LittleEndian.PutUint64(a[8:], 0xffff0000|uint64(bits.ReverseBytes32(addr))<<32)
}

// broken ends the walk at a packet whose addresses are known and whose
// transport header is not.
func (w *walk) broken(why Reason) layer {
	w.commit(0, 0, 0)
	w.v.Why = why
	return end
}

// short says why a transport header of n octets is not here whole, or Decoded.
func (w *walk) short(n int) Reason {
	switch {
	case w.wire < uint32(n):
		return L4Length
	case len(w.b) < n:
		return L4Cut
	}
	return Decoded
}

// other takes a protocol without ports.
func (w *walk) other() layer {
	w.commit(0, 0, 0)
	return end
}

// tcp reads a TCP header. Options that were not captured are missed, nothing
// else: what is judged by sequence numbers does not need them.
func (w *walk) tcp() layer {
	if why := w.short(tcp.MinHeader); why != Decoded {
		return w.broken(why)
	}
	b, v := w.b, w.v
	n, _ := tcp.HeaderLen(b)
	if n < tcp.MinHeader || uint32(n) > w.wire {
		return w.broken(TCPOffset)
	}
	n = min(n, len(b))
	h := tcp.Header(b[:n:n])
	w.commit(h.SrcPort(), h.DstPort(), 0)
	v.TCP, v.Payload, v.L4Len = h, b[n:], w.wire-uint32(b[12]>>4)*4
	w.segment(h)
	return end
}

// segment fills the Segment, whatever it held before.
func (w *walk) segment(h tcp.Header) {
	s := &w.v.Seg
	s.Read(h, w.v.L4Len)
	s.At, s.IPID, s.TTL, s.ECN = w.at, w.ip.id, w.ip.ttl, w.ip.ecn
	s.Dir, s.Sum = tcp.Client, tcp.SumUnknown
}

// udp reads a UDP header, and asks whether its ports are those of a tunnel. A
// length that lies is ignored; what lies behind a true one is not UDP's.
func (w *walk) udp() layer {
	if why := w.short(8); why != Decoded {
		return w.broken(why)
	}
	src, dst, length := binary.BigEndian.Uint16(w.b), binary.BigEndian.Uint16(w.b[2:]), binary.BigEndian.Uint16(w.b[4:])
	w.commit(src, dst, 0)
	w.skip(8)
	if length >= 8 {
		w.limit(uint32(length) - 8)
	}
	w.v.L4Len, w.v.Payload = w.wire, w.b
	if l := udpTunnels(min(src, dst)); l != end { // the same in both directions
		return l
	}
	return udpTunnels(max(src, dst))
}

// ports takes a protocol whose header starts with two ports.
func (w *walk) ports() layer {
	n := 12 // SCTP: RFC 9260 §3.1; DCCP: RFC 4340 §5.1
	if w.proto == ProtoUDPLite {
		n = 8
	}
	if why := w.short(n); why != Decoded {
		return w.broken(why)
	}
	w.commit(binary.BigEndian.Uint16(w.b), binary.BigEndian.Uint16(w.b[2:]), 0)
	w.v.L4Len -= uint32(n)
	return end
}

// sum checks the transport's checksum, if it is known whose addresses it is of.
func (w *walk) sum() {
	if w.moved {
		return
	}
	if w.final == nil {
		w.v.sum(w.v.ends())
		return
	}
	src, _ := w.v.ends()
	w.v.sum(src, w.final)
}

// ends returns the sender's address and the addressee's.
func (v *View) ends() (src, dst *[16]byte) {
	if v.FromB {
		return &v.Key.B, &v.Key.A
	}
	return &v.Key.A, &v.Key.B
}

// sum checks the transport's checksum, with these addresses in the pseudo-header.
func (v *View) sum(src, dst *[16]byte) {
	length := v.IPLen - uint32(len(v.IP)-len(v.L4))
	v.L4Sum = transportSum(src, dst, v.Key.V6, v.Key.Proto, v.L4, length)
	if v.TCP != nil {
		v.Seg.Sum = v.L4Sum
	}
}
