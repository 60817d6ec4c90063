package record

import (
	"net/netip"
	"slices"

	"onpath/conn"
	"onpath/tcp"
)

// stackRow is one row of the two virtual stacks as tcpad dumped them (seed
// document 001): what stands in front, and the value of one end. A row whose
// append is nil is a headline.
type stackRow struct {
	head   string
	append func(dst []byte, e *StackEnd) []byte
	typ    Type
}

// StackEnd is one end as the rows read it. What stands below Port is zero but in those
// of an Owner.
type StackEnd struct {
	conn.Stack
	Addr netip.Addr
	Port uint16

	Possible  conn.Set      // all states that it may be in
	TSval     uint32        // the highest that it sent; 0: none
	TSRecent  uint32        // the TSval that it must echo next, presumed (RFC 7323 §4.3); 0: none
	SACKOK    bool          // its SYN permitted SACK
	Sacked    [2][2]tcp.Seq // octets of it that its peer told to have beyond a hole: from, to
	NumSacked uint8         // how many of Sacked there are
	ECN       string        // what the handshake agreed to, as check.Case.ECN
}

// StackEnd returns one end of the connection after p, whose Live is not nil.
func (p *Packet) StackEnd(end tcp.Dir) StackEnd {
	return StackEnd{Stack: p.Live.Stack(end), Addr: p.addr(p.isB(end)), Port: p.port(p.isB(end))}
}

// isB reports whether the end is Key.B.
func (p *Packet) isB(end tcp.Dir) bool { return p.View.FromB == (end == p.Dir) }

// Local returns which end of the connection the dump calls local: the client,
// unless of the two only the server lies in one of the networks.
func (p *Packet) Local(networks []netip.Prefix) tcp.Dir {
	return localOf(networks, p.addr(p.isB(tcp.Client)), p.addr(p.isB(tcp.Server)))
}

func localOf(networks []netip.Prefix, client, server netip.Addr) tcp.Dir {
	in := func(a netip.Addr) bool {
		return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(a) })
	}
	if in(server) && !in(client) {
		return tcp.Server
	}
	return tcp.Client
}

// stackRows are tcpad's, in its order. Numbers are absolute; 0 stands for what is not
// known.
var stackRows = []stackRow{
	{"IP:", func(dst []byte, e *StackEnd) []byte { return appendAddr(dst, e.Addr) }, Addr},
	{"TCP Port:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.Port)) }, Uint},
	{"FSM state:", appendFSM, String},
	{"ISS:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.ISS)) }, Uint},
	{"SND.UNA:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.SndUna)) }, Uint},
	{"SND.MAX:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.SndMax)) }, Uint},
	{"SND.NXT:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.SndNxt)) }, Uint},
	{"SND.UP:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.SndUp)) }, Uint},
	{"SND.WL1:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.SndWL1)) }, Uint},
	{"SND.WL2:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.SndWL2)) }, Uint},
	{"SND.WND:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.SndWnd)) }, Uint},
	{"IRS:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.IRS)) }, Uint},
	{"RCV.NXT:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.RcvNxt)) }, Uint},
	{"RCV.WND:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.RcvWnd)) }, Uint},
	{"RCV.UP:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.RcvUp)) }, Uint},
	{"RFC 1323 variables:", nil, String},
	// tcpad has the scales the other way round than RFC 7323 and package conn:
	// SND.SCALE is what this end offered in its own SYN.
	{"SND.SCALE:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.RcvScale)) }, Uint},
	{"RCV.SCALE:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.SndScale)) }, Uint},
}

// newerRows are what tcpad had under "further work".
var newerRows = []stackRow{
	{"RFC 7323 timestamps:", nil, String},
	{"TSval:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.TSval)) }, Uint},
	{"TS.Recent:", func(dst []byte, e *StackEnd) []byte { return appendUint(dst, uint64(e.TSRecent)) }, Uint},
	{"RFC 2018 SACK:", nil, String},
	{"SACK:", func(dst []byte, e *StackEnd) []byte { return append(dst, permitted[e.SACKOK]...) }, String},
	{"SACKed:", appendSacked, List},
	{"RFC 3168 ECN:", nil, String},
	{"ECN:", func(dst []byte, e *StackEnd) []byte { return append(dst, e.ECN...) }, String},
	{"RFC 9293 states:", nil, String},
	{"Possible:", func(dst []byte, e *StackEnd) []byte { return appendSet(dst, e.Possible, e.State) }, List},
}

var permitted = map[bool]string{true: "permitted", false: "not seen"}

// appendSacked appends the blocks, each from its first octet to before its last number.
func appendSacked(dst []byte, e *StackEnd) []byte {
	return joined(dst, e.Sacked[:e.NumSacked], func(dst []byte, b *[2]tcp.Seq) []byte {
		return appendUint(append(appendUint(dst, uint64(b[0])), '-'), uint64(b[1]))
	})
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
