package record

import (
	"net/netip"
	"slices"

	"onpath/conn"
	"onpath/tcp"
)

// A StackRow is one row of the two virtual stacks as tcpad dumped them (seed
// document 001): what stands in front, and the value of one end. A row whose
// Append is nil is a headline.
type StackRow struct {
	Head string

	Append func(dst []byte, e *StackEnd) []byte
}

// StackEnd is one end as the rows read it.
type StackEnd struct {
	conn.Stack
	Addr netip.Addr
	Port uint16
}

// StackEnd returns one end of the connection after p, whose Live is not nil.
func (p *Packet) StackEnd(end tcp.Dir) StackEnd {
	return StackEnd{p.Live.Stack(end), p.addr(p.isB(end)), p.port(p.isB(end))}
}

// isB reports whether the end is Key.B.
func (p *Packet) isB(end tcp.Dir) bool { return p.View.FromB == (end == p.Dir) }

// Local returns which end of the connection the dump calls local: the client,
// unless of the two only the server lies in one of the networks.
func (p *Packet) Local(networks []netip.Prefix) tcp.Dir {
	in := func(end tcp.Dir) bool {
		return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(p.addr(p.isB(end))) })
	}
	if in(tcp.Server) && !in(tcp.Client) {
		return tcp.Server
	}
	return tcp.Client
}

// StackRows returns the rows in tcpad's order. Numbers are absolute; 0 stands
// for what is not known.
func StackRows() []StackRow { return append([]StackRow(nil), stackRows...) }

var stackRows = []StackRow{
	{"IP:", func(dst []byte, e *StackEnd) []byte { return appendAddr(dst, e.Addr) }},
	{"TCP Port:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.Port)) }},
	{"FSM state:", appendFSM},
	{"ISS:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.ISS)) }},
	{"SND.UNA:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.SndUna)) }},
	{"SND.MAX:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.SndMax)) }},
	{"SND.NXT:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.SndNxt)) }},
	{"SND.UP:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.SndUp)) }},
	{"SND.WL1:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.SndWL1)) }},
	{"SND.WL2:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.SndWL2)) }},
	{"SND.WND:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.SndWnd)) }},
	{"IRS:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.IRS)) }},
	{"RCV.NXT:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.RcvNxt)) }},
	{"RCV.WND:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.RcvWnd)) }},
	{"RCV.UP:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.RcvUp)) }},
	{"RFC 1323 variables:", nil},
	// tcpad has the scales the other way round than RFC 7323 and package conn:
	// SND.SCALE is what this end offered in its own SYN.
	{"SND.SCALE:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.RcvScale)) }},
	{"RCV.SCALE:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.SndScale)) }},
}

// fsm are the states' numbers in BSD's tcp_fsm.h, which tcpad printed.
var fsm = [conn.NumStates]uint64{
	conn.Closed: 0, conn.Listen: 1, conn.SynSent: 2, conn.SynReceived: 3, conn.Established: 4, conn.CloseWait: 5,
	conn.FinWait1: 6, conn.Closing: 7, conn.LastAck: 8, conn.FinWait2: 9, conn.TimeWait: 10,
}

// appendFSM appends BSD's number and the RFC's name.
func appendFSM(dst []byte, e *StackEnd) []byte {
	return append(append(appendUint(dst, fsm[e.State]), ' '), e.State.String()...)
}
