package measure

import "onpath/tcp"

// zeekState is the state in which Zeek believes an end, by what passed alone: no
// numbers are compared. zeekResetClosed is a reset one that was closed before.
type zeekState uint8

const (
	zeekInactive zeekState = iota
	zeekSynSent
	zeekSynAckSent
	zeekPartial
	zeekEstablished
	zeekClosed
	zeekReset
	zeekResetClosed
)

// ends are the states of both ends, three bits each.
type ends uint8

func (z ends) of(d tcp.Dir) zeekState { return zeekState(z >> (3 * d) & 7) }

func (z *ends) set(d tcp.Dir, s zeekState) { *z = *z&^(7<<(3*d)) | ends(s)<<(3*d) }

// gapCounts reports whether a gap is one to Zeek: both ends were established, and not
// both have closed.
func (z ends) gapCounts() bool {
	c, s := z.of(tcp.Client), z.of(tcp.Server)
	return c == zeekEstablished && (s == zeekEstablished || s == zeekClosed) || c == zeekClosed && s == zeekEstablished
}

// zeroWindowMatters: behind the peer's FIN, and behind a RST of its own, there is no
// window to speak of.
func (z ends) zeroWindowMatters(d tcp.Dir) bool {
	return z.of(d^1) != zeekClosed && z.of(d) < zeekReset
}

// segment moves the states as Zeek's TCP analysis does, by s alone.
func (z *ends) segment(s *tcp.Segment) {
	const control = tcp.SYN | tcp.FIN | tcp.RST
	d, f := s.Dir, s.Flags
	switch st := z.of(d); {
	case st == zeekInactive:
		z.first(s)
	case f&control == 0:
	case st == zeekSynSent || st == zeekSynAckSent:
		z.close(d, f)
	case st == zeekPartial || st == zeekEstablished:
		z.leave(d, f)
	case st == zeekClosed:
		if f&tcp.RST != 0 && z.of(d^1) != zeekClosed {
			z.set(d, zeekResetClosed)
		}
	}
}

// first moves an end that nothing was seen of.
func (z *ends) first(s *tcp.Segment) {
	d, f := s.Dir, s.Flags
	if f&tcp.SYN != 0 {
		z.syn(d, f)
	}
	z.close(d, f)
	if z.of(d) != zeekInactive {
		return
	}
	switch peer := z.of(d ^ 1); {
	case d == tcp.Server && s.Len == 0 && peer == zeekSynSent: // an ACK before the SYN,ACK
	case f&tcp.ACK != 0 && peer == zeekEstablished: // the SYN was missed
		z.set(d, zeekEstablished)
	default:
		z.set(d, zeekPartial)
	}
}

func (z *ends) syn(d tcp.Dir, f tcp.Flags) {
	switch {
	case d == tcp.Client && f&tcp.ACK != 0:
		z.set(d, zeekSynAckSent)
	case d == tcp.Client:
		z.set(d, zeekSynSent)
	default:
		if z.of(d^1) == zeekSynSent {
			z.set(d^1, zeekEstablished)
		}
		z.set(d, zeekEstablished)
	}
}

// close moves an end by its FIN, and then by its RST.
func (z *ends) close(d tcp.Dir, f tcp.Flags) {
	if f&tcp.FIN != 0 {
		z.set(d, zeekClosed)
	}
	if f&tcp.RST != 0 {
		z.set(d, zeekReset)
	}
}

// leave moves an end that was partial or established.
func (z *ends) leave(d tcp.Dir, f tcp.Flags) {
	if f&(tcp.SYN|tcp.ACK) == tcp.SYN && z.of(d) == zeekPartial && z.of(d^1) == zeekInactive {
		z.set(d, zeekSynSent)
	}
	if f&(tcp.FIN|tcp.RST) == tcp.FIN && z.of(d^1) == zeekResetClosed {
		z.set(d^1, zeekClosed) // FIN, RST and the peer's FIN are an orderly end
	}
	z.close(d, f)
}

// ConnState returns Zeek's conn_state of a TCP connection; empty: no payload was sent.
func (h *History) ConnState(empty bool) string {
	o, r := h.zeek.of(tcp.Client), h.zeek.of(tcp.Server)
	oReset, rReset := o >= zeekReset, r >= zeekReset
	oAbsent, rAbsent := o == zeekInactive || o == zeekPartial, r == zeekInactive || r == zeekPartial
	switch {
	case rReset && (o == zeekSynSent || o == zeekSynAckSent || oReset && empty):
		return "REJ"
	case rReset && oAbsent:
		return "RSTRH"
	case rReset:
		return "RSTR"
	case oReset && rAbsent:
		return "RSTOS0"
	case oReset:
		return "RSTO"
	case r == zeekClosed && o == zeekClosed:
		return "SF"
	case o == zeekClosed && rAbsent:
		return "SH"
	case o == zeekClosed:
		return "S2"
	case r == zeekClosed && oAbsent:
		return "SHR"
	case r == zeekClosed:
		return "S3"
	case o == zeekSynSent && r == zeekInactive:
		return "S0"
	case o == zeekEstablished && r == zeekEstablished:
		return "S1"
	}
	return "OTH"
}

// ConnStateUDP returns Zeek's conn_state of a conversation in UDP, in which so many
// datagrams passed each way.
func ConnStateUDP(client, server uint64) string {
	switch {
	case client > 0 && server > 0:
		return "SF"
	case client > 0:
		return "S0"
	}
	return "SHR"
}
