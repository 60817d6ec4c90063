package netfilter

import (
	"encoding/binary"

	"onpath/packet"
)

// callKey reads the receiver's call key of PPTP's GRE (RFC 2637 §4.1); other GRE
// has none. It is false for a GRE of version 1 that does not carry PPP.
func (d *datagram) callKey() bool {
	const version, ppp = 7, 0x880b
	if len(d.l4) < 8 || d.l4[1]&version != 1 {
		return true
	}
	d.DstPort = binary.BigEndian.Uint16(d.l4[6:])
	return binary.BigEndian.Uint16(d.l4[2:]) == ppp
}

// call names one direction of a PPTP call by what is in its packets.
type call struct {
	src, dst [16]byte
	key      uint16 // the receiver's
	v6       bool
}

// complete fills in the sender's call key, which no packet has, if the call was
// announced.
func (t *Tracker) complete(u *Tuple) {
	if u.Proto == packet.ProtoGRE && len(t.calls) > 0 {
		u.SrcPort = t.calls[call{u.Src, u.Dst, u.DstPort, u.V6}]
	}
}

// learn remembers the keys of an announced call; the connection that announces more of
// them than the two directions of one call forgets its oldest.
func (t *Tracker) learn(c *control, u *Tuple) {
	if u.Proto != packet.ProtoGRE {
		return
	}
	k := call{u.Src, u.Dst, u.DstPort, u.V6}
	_, again := t.calls[k]
	switch {
	case !again && len(t.calls) >= maxExpectations:
		return
	case !again:
		delete(t.calls, c.calls[1])
		c.calls[0], c.calls[1] = k, c.calls[0]
	}
	t.calls[k] = u.SrcPort
}

// unlearn forgets the calls that a connection announced.
func (t *Tracker) unlearn(c *control) {
	for i := range c.calls {
		delete(t.calls, c.calls[i])
		c.calls[i] = call{}
	}
}

// useUp withdraws the announcement of the other direction of a call that began.
func (t *Tracker) useUp(master uint32, met *Expectation) {
	back := met.Tuple.inverse()
	for x := t.controlOf(master).announced; x != 0; {
		at := &t.expects.slots[x]
		next := at.sibling
		if at.Tuple == back && !at.Many {
			t.withdraw(x)
		}
		x = next
	}
}
