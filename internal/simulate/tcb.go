package simulate

import (
	"onpath/conn"
	"onpath/tcp"
)

// maxIncarnations is how many TCBs an end can have in a run.
const maxIncarnations = 12

// Host is what does not change of an end: its size, its habits, and the ISNs of
// its incarnations, drawn beforehand so that a copy of a TCB chooses the same.
type Host struct {
	ISN    [maxIncarnations]tcp.Seq // at least 2²⁰ apart (RFC 9293 §3.4.3)
	Buffer uint32                   // octets of the receive buffer
	MSS    uint32                   // octets it puts into a segment at most
	Shift  uint8                    // window shift that it offers

	Scales    bool // offers window scaling (RFC 7323 §2)
	Stamps    bool // offers timestamps (RFC 7323 §3)
	Paws      bool // refuses segments with older timestamps (RFC 7323 §5)
	FastOpen  bool // sends, or takes, data with the SYN (RFC 7413)
	Cookies   bool // listens with SYN cookies (RFC 4987 §3.6)
	Splits    bool // answers a SYN by opening actively (the split handshake)
	Shared    bool // its window is an MPTCP connection's (RFC 8684 §3.3.1)
	Listens   bool // a listener stands behind its port whenever there is no TCB
	Reopens   bool // a new SYN ends TIME-WAIT (RFC 6191)
	Lingers   bool // TIME-WAIT ignores RSTs (RFC 1337)
	Exacting  bool // refuses old SYNs whole instead of trimming them (§3.10.7.4 first)
	ChecksAck bool // refuses ACKs far below SND.UNA (RFC 5961 §5)
	AcksReset bool // its RSTs carry an ACK
	FinBeyond bool // sends a FIN just behind a full window
	ProbesOld bool // probes closed windows with an old number instead of an octet
}

// span is a range of sequence numbers: the first, and the one after the last.
type span struct{ from, to tcp.Seq }

// TCB is the transmission control block of an end (RFC 9293 §3.3.1): all that
// SEGMENT ARRIVES reads and moves. It points to nothing that changes, so a copy
// is a snapshot and can live on by itself.
type TCB struct {
	Host        *Host
	State       conn.State
	Incarnation int8 // of Host.ISN; -1 before the first
	Passive     bool // opened by a SYN: a RST in SYN-RECEIVED leads back to LISTEN
	cookie      bool // SYN-RECEIVED exists only in the cookie
	fast        bool // took data with the SYN (RFC 7413)

	ISS, SndUna, SndNxt tcp.Seq
	SndUp, WL1, WL2     tcp.Seq
	SndEnd              tcp.Seq // end of what the application gave
	SndWnd, maxWnd      uint32  // octets
	Closing, FinSent    bool    // CLOSE was called; the FIN left
	Fin                 tcp.Seq // its number
	scaled              bool
	sndShift            uint8

	IRS, RcvNxt, RcvUp tcp.Seq
	RcvWnd, Unread     uint32 // octets: free in the buffer, waiting for the application
	early              [4]span
	nearly             int8 // spans in early
	earlyFin           bool // the peer's FIN is known, at peerFin, and cannot be processed yet
	peerFin            tcp.Seq

	stamps   bool
	tsRecent uint32
	lastAck  tcp.Seq // Last.ACK.sent of RFC 7323 §4.3
}

// begin makes a new TCB in state s, with the next ISN; it reports false when there is none.
func (t *TCB) begin(s conn.State) bool {
	if int(t.Incarnation)+1 >= maxIncarnations {
		return false
	}
	n := t.Incarnation + 1
	iss := t.Host.ISN[n]
	*t = TCB{
		Host: t.Host, State: s, Incarnation: n,
		ISS: iss, SndUna: iss, SndNxt: iss + 1, SndEnd: iss + 1, RcvWnd: t.Host.Buffer,
	}
	return true
}

// remove deletes the TCB. What stands behind the port then is a listener or nothing.
func (t *TCB) remove() {
	t.State = conn.Closed
	if t.Host.Listens {
		t.State = conn.Listen
	}
}

// synchronized reports ESTABLISHED and all later states.
func (t *TCB) synchronized() bool { return t.State >= conn.Established }

// gone reports that there is no TCB.
func (t *TCB) gone() bool { return t.State <= conn.Listen }

// usable returns how many octets the peer's window still admits.
func (t *TCB) usable() int32 {
	if t.Host.Shared {
		return int32(t.SndUna.Add(2 * t.Host.Buffer).Sub(t.SndNxt))
	}
	return t.SndUna.Add(t.SndWnd).Sub(t.SndNxt)
}

// rcvWnd returns the octets that it accepts beyond RCV.NXT.
func (t *TCB) rcvWnd() uint32 {
	if t.Host.Shared {
		return 1 << 15
	}
	return t.RcvWnd
}

// window returns the field of the segments it sends. A shared window follows
// what other subflows take of it; here, the stream's own position.
func (t *TCB) window(syn bool) uint16 {
	w := t.RcvWnd
	if t.Host.Shared {
		w = (uint32(t.RcvNxt-t.IRS)*2654435761 ^ uint32(t.SndNxt-t.ISS)*40503) >> 7 % (t.Host.Buffer + 1)
	}
	if t.scaled && !syn {
		w >>= t.Host.Shift
	}
	return uint16(min(w, 0xffff))
}

// wnd returns SEG.WND in octets.
func (t *TCB) wnd(s *tcp.Segment) uint32 {
	if s.Flags.Has(tcp.SYN) {
		return uint32(s.Win)
	}
	return uint32(s.Win) << t.sndShift
}

// segment forms a segment with n octets from seq on. Its timestamp's value is
// set when it leaves.
func (t *TCB) segment(f tcp.Flags, seq tcp.Seq, n uint32) tcp.Segment {
	s := tcp.Segment{Seq: seq, Len: n, Flags: f, Win: t.window(f.Has(tcp.SYN))}
	if f.Has(tcp.ACK) {
		s.Ack = t.RcvNxt
	}
	if f.Has(tcp.SYN) {
		t.offer(&s)
	}
	if t.stamps && !f.Has(tcp.RST) {
		s.Opts |= tcp.OptTimestamp
		s.TSecr = t.tsRecent
	}
	if t.Host.Shared {
		s.Opts |= tcp.OptMPTCP
	}
	return s
}

// offer puts the options of a SYN into s: all it knows into the first SYN, into
// an answer what the peer offered too.
func (t *TCB) offer(s *tcp.Segment) {
	h, first := t.Host, !s.Flags.Has(tcp.ACK)
	s.MSS, s.Opts = 1460, tcp.OptMSS
	if h.Scales && (first || t.scaled) {
		s.WScale, s.Opts = h.Shift, s.Opts|tcp.OptWScale
	}
	if h.Stamps && first {
		s.Opts |= tcp.OptTimestamp
	}
	if h.FastOpen && s.Len > 0 {
		s.Opts |= tcp.OptTFO
	}
}

// learn takes over what the peer's SYN says.
func (t *TCB) learn(s *tcp.Segment) {
	t.IRS, t.RcvNxt = s.Seq, s.Seq+1
	t.SndWnd, t.WL1, t.WL2 = t.wnd(s), s.Seq, s.Ack
	t.maxWnd = t.SndWnd
	if t.Host.Scales && s.Opts&tcp.OptWScale != 0 {
		t.scaled, t.sndShift = true, min(s.WScale, 14)
	}
	if t.Host.Stamps && s.Opts&tcp.OptTimestamp != 0 {
		t.stamps, t.tsRecent = true, s.TSval
	}
}
