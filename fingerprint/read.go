package fingerprint

import (
	"encoding/binary"

	"onpath/packet"
	"onpath/tcp"
)

// Read sets s to the signature of a SYN or SYN,ACK, and reports whether v is one with
// whole headers. A segment with FIN or RST too is none, as no stack sends it. peerMSS
// is the MSS of the SYN that a SYN,ACK answers, 0 if it was not seen.
func (s *Signature) Read(v *packet.View, peerMSS uint16) bool {
	h := v.TCP
	if len(h) < tcp.MinHeader || len(h) < int(h[12]>>4)*4 || len(v.IP) < 20 || len(v.IP) < len(v.L4) {
		return false
	}
	flags := h.Flags()
	if flags&(tcp.SYN|tcp.FIN|tcp.RST) != tcp.SYN {
		return false
	}
	*s = Signature{
		TTL: v.Seg.TTL, Window: h.Window(), Answer: flags&tcp.ACK != 0, Payload: v.Seg.Len > 0,
		Untold: v.Text && v.Seg.TTL == 0,
	}
	if s.Answer {
		s.PeerMSS = peerMSS
	}
	s.readIP(v)
	s.readFlags(h, flags)
	s.readOptions(h[tcp.MinHeader:])
	if v.Seg.ECN != 0 || flags&(tcp.ECE|tcp.CWR|tcp.AE) != 0 {
		s.Quirks |= ECN
	}
	return true
}

// readIP reads what the innermost IP header tells.
func (s *Signature) readIP(v *packet.View) {
	ip, fixed := v.IP, 20
	if ip[0]>>4 == 6 {
		fixed, s.V6 = 40, true
		if binary.BigEndian.Uint32(ip)&0xfffff != 0 {
			s.Quirks |= FlowLabel
		}
	} else {
		s.Quirks |= quirks4(ip[6], v.Seg.IPID, !v.Text || v.Seg.IPID != 0)
	}
	before := len(ip) - len(v.L4) // octets before the TCP header
	s.OptLen = uint8(min(max(before-fixed, 0), 255))
	s.Headers = uint8(min(before+len(v.TCP), 255))
}

// quirks4 tells what the octet with the flags shows, and the identification if that is
// told.
func quirks4(flags uint8, id uint16, told bool) (q Quirks) {
	switch df := flags&0x40 != 0; {
	case df && told && id != 0:
		q = DontFragment | FragmentID
	case df:
		q = DontFragment
	case told && id == 0:
		q = NoID
	}
	if flags&0x80 != 0 {
		q |= ReservedBit
	}
	return q
}

// readFlags reads what numbers and flags show.
func (s *Signature) readFlags(h tcp.Header, flags tcp.Flags) {
	if h.Seq() == 0 {
		s.Quirks |= ZeroSeq
	}
	s.Quirks |= acked(uint32(h.Ack()), flags)
	switch {
	case flags&tcp.URG != 0:
		s.Quirks |= UrgentFlag
	case h.Urgent() != 0:
		s.Quirks |= UrgentWithout
	}
	if flags&tcp.PSH != 0 {
		s.Quirks |= PushFlag
	}
}

// acked tells what the acknowledgment number shows. Without ACK, p0f 3.09 looks at
// one bit of it alone, though its README says "non-zero"; a database made with it
// knows no other.
func acked(ack uint32, flags tcp.Flags) Quirks {
	const looked = 1 << 24
	switch {
	case flags&tcp.ACK != 0 && ack == 0:
		return ZeroAck
	case flags&tcp.ACK == 0 && ack&looked != 0:
		return AckWithout
	}
	return 0
}
