package record

import (
	"net/netip"

	"onpath/check"
	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// Owner is the TCP connection that a packet belongs to: it carried one of its segments,
// or it is an ICMP error that quotes one. With Conn 0 there is none.
type Owner struct {
	Conn      uint64           // number of the record
	Key       packet.Key       // of the connection, not of the ICMP error
	ClientIsB bool             // the client is Key.B
	Packets   uint64           // datagrams of the record so far
	Raised    []check.Raised   // what the packet raised, or the end of the record; valid until the next packet
	Before    *conn.Conn       // the connection before that; nil if nothing was raised; valid until the next packet
	Sacked    [2][2][2]tcp.Seq // octets of an end that its peer then told to have
	Case      *check.Case      // what the rules remember of it; valid until the next packet
}

// Addr returns the address of an end.
func (o *Owner) Addr(end tcp.Dir) netip.Addr {
	if o.isB(end) {
		return o.Key.AddrB()
	}
	return o.Key.AddrA()
}

// Port returns the port of an end.
func (o *Owner) Port(end tcp.Dir) uint16 {
	if o.isB(end) {
		return o.Key.BPort
	}
	return o.Key.APort
}

func (o *Owner) isB(end tcp.Dir) bool { return o.ClientIsB == (end == tcp.Client) }

// Local returns which end a dump calls local: the client, unless of the two only the
// server lies in one of the networks.
func (o *Owner) Local(networks []netip.Prefix) tcp.Dir {
	return localOf(networks, o.Addr(tcp.Client), o.Addr(tcp.Server))
}

// StackEnd returns one end of the connection as it was Before, which is not nil.
func (o *Owner) StackEnd(end tcp.Dir) StackEnd {
	f := o.Before.Facts(end)
	return StackEnd{
		Stack: o.Before.Stack(end), Addr: o.Addr(end), Port: o.Port(end), Possible: f.Possible,
		TSval: f.TSMax, TSRecent: f.TSRecent, SACKOK: o.Case.PermitsSACK(end), Sacked: o.Sacked[end], NumSacked: f.NumSacked,
		ECN: o.Case.ECN(),
	}
}
