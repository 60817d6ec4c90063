package netfilter

import "encoding/binary"

// talk, of 4.2BSD (UDP 517) and 4.3BSD (ntalk, UDP 518). Watched: the request ANNOUNCE,
// with which a caller rings at the callee's daemon, and the answer to LOOK_UP, with
// which the caller's daemon tells the callee where the caller waits. Expected: TCP from
// the other end's address, any port, to the sender's address at the port told; and
// after ANNOUNCE the callee's own look-up, UDP from the other end, any port, to the
// daemon's port at the sender, read by this helper, too. Address check: the address
// told must be the sender's own, and the port is not 0.
//
// Linux has had no such helper in its tree since 2.6, so nothing can confirm this one:
// it is made after <protocols/talkd.h> of 4.3BSD and its predecessor, and tested on
// crafted dialogues. IPv4 only: the messages have no room for other addresses.

// The layouts: a request's octets, where its kind and the caller's TCP address
// lie in it; an answer's octets, and where its kind, its result and the address lie. An
// address is the family, port and IPv4 address of a socket, in network order.
const (
	ntalkPort    = 518
	talkAddress  = 16
	talkLookUp   = 1
	talkAnnounce = 3
	talkSuccess  = 0
)

type talkLayout struct {
	request, requestKind, requestAddress   int
	answer, answerKind, result, answerAddr int
}

var (
	ntalkLayout = talkLayout{84, 1, 8, 24, 1, 2, 8}
	otalkLayout = talkLayout{76, 0, 44, 24, 0, 1, 8}
)

func readTalk(p *Payload, _ *Memory, expect func(Expectation) bool) string {
	if p.Tuples[Original].V6 {
		return ""
	}
	l := &otalkLayout
	if p.Tuples[Original].DstPort == ntalkPort {
		l = &ntalkLayout
	}
	b := p.Data
	switch {
	case p.Dir == Original && len(b) >= l.request && b[l.requestKind] == talkAnnounce:
		return talkExpect(p, b[l.requestAddress:], expect)
	case p.Dir == Reply && len(b) >= l.answer && b[l.answerKind] == talkLookUp && b[l.result] == talkSuccess:
		return talkExpect(p, b[l.answerAddr:], expect)
	}
	return ""
}

// talkExpect expects the connection to the address told.
func talkExpect(p *Payload, b []byte, expect func(Expectation) bool) string {
	const inet = 2
	port := binary.BigEndian.Uint16(b[2:talkAddress])
	told := mappedIPv4(binary.BigEndian.Uint32(b[4:]))
	// The first octet of the family is the length of the address in later BSDs.
	if b[1] != inet || told != p.Tuples[p.Dir].Src || port == 0 {
		return ""
	}
	if !expect(p.toSender(protoTCP, port)) {
		return noExpectation
	}
	if p.Dir == Original {
		lookUp := p.toSender(protoUDP, p.Tuples[Original].DstPort)
		lookUp.Helper = "talk"
		expect(lookUp)
	}
	return ""
}
