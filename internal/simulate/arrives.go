package simulate

import (
	"onpath/conn"
	"onpath/tcp"
)

// Reply is what a segment that arrives makes an end send.
type Reply uint8

const (
	Silence  Reply = iota
	AckLater       // an ACK, which may wait for data or a timer (RFC 9293 §3.8.6.3)
	AckNow         // an ACK at once, such as a challenge ACK
	SynAck         // its SYN with an ACK
	Reset          // a RST formed from the segment (§3.10.7.1)
	OpenBack       // nothing, but its application opens actively
)

// Arrives is SEGMENT ARRIVES (RFC 9293 §3.10.7): it moves t by s and returns what
// is to be sent. It depends on nothing else, so that a copy of t moves alike.
func (t *TCB) Arrives(s *tcp.Segment) Reply {
	switch t.State {
	case conn.Closed:
		return unless(tcp.RST, s, Reset) // §3.10.7.1
	case conn.Listen:
		return t.listen(s)
	case conn.SynSent:
		return t.synSent(s)
	}
	if t.cookie {
		return t.cookied(s)
	}
	if t.reopened(s) {
		return t.listen(s)
	}
	return t.otherwise(s)
}

// unless returns r for segments without flag f.
func unless(f tcp.Flags, s *tcp.Segment, r Reply) Reply {
	if s.Flags.Has(f) {
		return Silence
	}
	return r
}

// listen is LISTEN STATE (§3.10.7.2).
func (t *TCB) listen(s *tcp.Segment) Reply {
	switch {
	case s.Flags.Has(tcp.RST): // first
		return Silence
	case s.Flags.Has(tcp.ACK): // second
		return Reset
	case !s.Flags.Has(tcp.SYN): // third
		return Silence
	case t.Host.Splits:
		return OpenBack
	case !t.begin(conn.SynReceived):
		return Silence
	}
	t.Passive, t.cookie = true, t.Host.Cookies
	t.learn(s)
	if t.Host.FastOpen && s.Opts&tcp.OptTFO != 0 && s.Len <= t.RcvWnd {
		t.receive(span{s.Data(), s.End()})
		t.fast = true
	}
	return SynAck
}

// synSent is SYN-SENT STATE (§3.10.7.3).
func (t *TCB) synSent(s *tcp.Segment) Reply {
	acks := s.Flags.Has(tcp.ACK)
	acceptable := acks && s.Ack.After(t.ISS) && !s.Ack.After(t.SndNxt)
	switch {
	case acks && !acceptable: // first
		return unless(tcp.RST, s, Reset)
	case s.Flags.Has(tcp.RST): // second
		if acceptable {
			t.remove()
		}
		return Silence
	case !s.Flags.Has(tcp.SYN): // fifth
		return Silence
	}
	t.learn(s) // fourth
	if !acceptable {
		t.State = conn.SynReceived
		return SynAck
	}
	t.SndUna, t.State = s.Ack, conn.Established
	return AckNow
}

// cookied is a listener that has answered a SYN with a cookie. It keeps no
// state: only the ACK of the cookie makes a TCB (RFC 4987 §3.6). On the wire it
// stands in SYN-RECEIVED, except that a RST changes nothing.
func (t *TCB) cookied(s *tcp.Segment) Reply {
	switch {
	case s.Flags.Has(tcp.RST):
		return Silence
	case s.Flags.Has(tcp.SYN) && !s.Flags.Has(tcp.ACK):
		if s.Seq == t.IRS {
			return SynAck
		}
		return t.listen(s)
	case !s.Flags.Has(tcp.ACK):
		return Silence
	case s.Flags.Has(tcp.SYN) || s.Ack != t.ISS+1 || s.Seq != t.RcvNxt:
		return Reset
	}
	t.cookie = false
	return t.otherwise(s)
}

// reopened reports whether s is a SYN that ends TIME-WAIT: newer by timestamp or,
// without them, by number (RFC 6191 §2). The TCB is gone then.
func (t *TCB) reopened(s *tcp.Segment) bool {
	if t.State != conn.TimeWait || !t.Host.Reopens || !t.Host.Listens || s.Flags&(tcp.SYN|tcp.ACK|tcp.RST) != tcp.SYN {
		return false
	}
	newer := s.Seq.After(t.RcvNxt)
	if t.stamps && s.Opts&tcp.OptTimestamp != 0 && s.TSval != t.tsRecent {
		newer = int32(s.TSval-t.tsRecent) > 0
	}
	if newer {
		t.remove()
	}
	return newer
}

// resetFor forms the RST that answers s (§3.10.7.1): at SEG.ACK, or at 0 with an
// ACK of everything.
func resetFor(s *tcp.Segment) tcp.Segment {
	if s.Flags.Has(tcp.ACK) {
		return tcp.Segment{Flags: tcp.RST, Seq: s.Ack}
	}
	return tcp.Segment{Flags: tcp.RST | tcp.ACK, Ack: s.End()}
}
