package record

import (
	"encoding/binary"

	"onpath/conn"
	"onpath/measure"
	"onpath/packet"
	"onpath/tcp"
)

// The states of groups of a Record's columns. Each must hold all that the columns of its
// group are made of; TestStates holds them to it.

// bit returns 1 for true.
func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func (r *Record) tcpBit() uint64 { return bit(r.IsTCP()) }

// kindState: what goes on from another record has its number.
func kindState(r *Record) (State, bool) { return State{A: uint64(r.Key.Proto)}, r.Continues == 0 }

func tagsState(r *Record) (State, bool) {
	return State{A: uint64(r.Key.VLAN), B: uint64(r.Key.Net)}, true
}

// outcomeState: the flags' numbers are many, but for that of attempts.
func outcomeState(r *Record) (State, bool) {
	v := &r.Outcome
	closer := bit(v.HasCloser) << v.Closer
	return State{
		A: uint64(r.Opening) | uint64(r.View())<<8 | uint64(r.Ending)<<16 | uint64(v.Class)<<24 | uint64(v.Confidence)<<32 | closer<<40,
		B: uint64(v.Flags),
		C: uint64(v.Attempts) | r.tcpBit()<<16 | bit(r.Interim)<<17 | uint64(r.Part)<<32,
	}, !v.HasDelay && v.Gaps == 0 && v.Before == 0 && v.Tamper == 0
}

func statesState(r *Record) (State, bool) {
	return State{A: r.tcpBit() | uint64(r.Side[tcp.Client].State)<<8 | uint64(r.Side[tcp.Server].State)<<16}, true
}

func possibleState(r *Record) (State, bool) {
	s, _ := statesState(r)
	return State{A: s.A, B: uint64(r.Side[tcp.Client].Possible) | uint64(r.Side[tcp.Server].Possible)<<16}, true
}

// fewPackets is what an attempt and its answers are, a probe, or a question without an
// answer.
const fewPackets = 3

// sideState: who sent but a few packets, and no octets, is like many others.
func sideState(end tcp.Dir) func(*Record) (State, bool) {
	return func(r *Record) (State, bool) {
		s := &r.Side[end]
		return State{A: s.Packets | r.tcpBit()<<8, B: s.IPOctets, C: s.Repeated}, s.Packets <= fewPackets && s.Octets == 0
	}
}

// attemptState: an attempt, refused or not, in which nothing was repaired.
func attemptState(r *Record) (State, bool) {
	c, s := &r.Side[tcp.Client], &r.Side[tcp.Server]
	if max(c.Packets, s.Packets) > fewPackets || c.Octets|s.Octets|c.Repeated|s.Repeated != 0 || c.IPOctets|s.IPOctets >= 1<<32 {
		return State{}, false
	}
	q, quiet := quietState(r)
	return State{A: q.A | c.Packets<<32 | s.Packets<<40, B: q.B, C: c.IPOctets | s.IPOctets<<32}, quiet
}

// repairsState: most ends have repaired nothing.
func repairsState(end tcp.Dir) func(*Record) (State, bool) {
	return func(r *Record) (State, bool) {
		return State{A: r.tcpBit()}, r.Side[end].Repairs == measure.Repairs{}
	}
}

// quietState: most connections need no repairs.
func quietState(r *Record) (State, bool) {
	s, _ := possibleState(r)
	none := measure.Repairs{}
	return s, r.Side[tcp.Client].Repairs == none && r.Side[tcp.Server].Repairs == none
}

// historyState: the letters leave one octet for what the state of Zeek is made of.
func historyState(r *Record) (State, bool) {
	letters, zeek := r.History.Code()
	c, s := &r.Side[tcp.Client], &r.Side[tcp.Server]
	code := uint64(zeek) | bit(c.Octets|s.Octets == 0)<<6
	if !r.IsTCP() {
		code = 1<<7 | bit(r.Key.Proto == packet.ProtoUDP)<<6 | bit(c.Packets > 0)<<1 | bit(s.Packets > 0)
	}
	return State{
		A: binary.LittleEndian.Uint64(letters[0:]),
		B: binary.LittleEndian.Uint64(letters[8:]),
		C: binary.LittleEndian.Uint64(letters[15:])>>8 | code<<56,
	}, true
}

// systemsState: what other systems would have said.
func systemsState(r *Record) (State, bool) {
	v := &r.Outcome
	c, s := &r.Side[tcp.Client], &r.Side[tcp.Server]
	return State{
		A: uint64(v.Class) | uint64(v.Rejection)<<8 | uint64(v.Passed)<<16 | bit(v.LacksLastAck)<<24 | r.tcpBit()<<32,
		B: uint64(c.TCPStates) | uint64(s.TCPStates)<<8,
		C: uint64(r.TCPChain.Code()),
	}, true
}

// untimed: nothing was timed, not even the handshake.
func untimed(r *Record) (State, bool) {
	return State{}, r.Times == nil && r.Handshake.Client() == 0 && r.Handshake.Server() == 0
}

// noSamples: of a path whose only round trip is that of the handshake, or none.
func noSamples(end tcp.Dir) func(*Record) (State, bool) {
	return func(r *Record) (State, bool) {
		if r.Times == nil {
			return State{}, true
		}
		p := &r.Times.Path[end]
		return State{A: 1, B: uint64(p.Stamped)}, p.RTT.N == 0
	}
}

func noExchange(r *Record) (State, bool) { return State{}, r.Times == nil }

func noSilence(r *Record) (State, bool) {
	return State{}, r.Times == nil || r.Times.Cause == measure.NoCause
}

// signatureState: options beyond the eighth do not fit.
func signatureState(end tcp.Dir) func(*Record) (State, bool) {
	return func(r *Record) (State, bool) {
		s := r.Side[end].Identity.Signature
		if s == nil {
			return State{}, false
		}
		a, b, c, few := s.Code()
		return State{a, b, c}, few
	}
}

func unidentified(end tcp.Dir) func(*Record) (State, bool) {
	return func(r *Record) (State, bool) { return State{}, r.Side[end].Identity.Signature == nil }
}

func nothingFound(r *Record) (State, bool) {
	return State{A: r.tcpBit()}, !r.Firewall && len(r.Findings) == 0
}

// calmState: in most connections nothing is found.
func calmState(r *Record) (State, bool) {
	s, _ := gatesState(r)
	_, calm := nothingFound(r)
	return s, calm
}

func gatesState(r *Record) (State, bool) {
	return State{A: r.Reasons[tcp.Client], B: r.Reasons[tcp.Server], C: uint64(r.Closed) | r.tcpBit()<<16 | bit(r.Interim)<<17}, true
}

// namedState: those of a flood are all alike.
func namedState(f *Finding) (State, bool) {
	return State{A: uint64(f.ID) | uint64(f.Severity)<<16 | uint64(f.Cause)<<24 | uint64(f.Dir)<<32 | bit(f.Stray != nil)<<40}, true
}

// countState: most are found once.
func countState(f *Finding) (State, bool) { return State{A: f.Count}, f.Count == 1 }

// saysState: many inequalities have few numbers, and small ones.
func saysState(o *occurrence) (State, bool) {
	n := &o.Numbers
	return State{A: uint64(o.id) | uint64(o.Cause)<<16, B: uint64(n[0]), C: uint64(n[1])},
		o.Other == 0 && n[2]|n[3]|n[4]|n[5] == 0 && uint64(n[0]|n[1]) < 1<<16
}

// sendState: an end of which nothing was seen has no numbers but those of its peer.
func sendState(s *conn.Stack) (State, bool) {
	return State{A: uint64(s.State), B: uint64(s.SndWnd)},
		s.ISS|s.SndUna|s.SndNxt|s.SndMax|s.SndUp|s.SndWL1|s.SndWL2 == 0
}

// receiveState: likewise an end to which nothing was sent.
func receiveState(s *conn.Stack) (State, bool) {
	return State{A: uint64(s.RcvWnd), B: uint64(s.SndScale) | uint64(s.RcvScale)<<8},
		s.IRS|s.RcvNxt|s.RcvAcked|s.RcvUp == 0
}
