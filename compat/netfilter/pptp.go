package netfilter

import "encoding/binary"

// PPTP (RFC 2637). Watched: the control message that a segment begins with. A call is
// expected when its server accepts it: Outgoing-Call-Reply, or after
// Incoming-Call-Request and -Reply the Incoming-Call-Connected; each must be sent by
// the right end, in a control session that was accepted, and name the call that
// was asked for. Expected: GRE between the two ends, in both directions, with the
// call's keys; the first packet of either uses up both. No address is told. Another
// call while one is known is not expected, and takes away what is. Call-Disconnect-Notify
// ends what is expected and the entries that were.
//
// Source: the RFC (§2), and measurements of Linux 6.18, which confirm every case of
// testdata/helpers/pptp.txt. The kernel does this for IPv4 only.

// The control messages (RFC 2637 §2), and how many octets of each the kernel wants.
const (
	pptpStartRequest      = 1
	pptpStartReply        = 2
	pptpStopRequest       = 3
	pptpStopReply         = 4
	pptpOutgoingRequest   = 7
	pptpOutgoingReply     = 8
	pptpIncomingRequest   = 9
	pptpIncomingReply     = 10
	pptpIncomingConnected = 11
	pptpDisconnect        = 13
)

const pptpHeader = 12

var pptpLengths = [...]int{
	pptpStartRequest: 156, pptpStartReply: 156, pptpStopRequest: 16, pptpStopReply: 16, pptpOutgoingRequest: 168, pptpOutgoingReply: 32,
	pptpIncomingRequest: 220, pptpIncomingReply: 24, pptpIncomingConnected: 28, pptpDisconnect: 148,
}

// Memory of PPTP.
const (
	pptpSession = iota // of the control connection: below
	pptpCall           // of the call: below
	pptpClient         // the client's call ID, as the server addresses it
	pptpServer         // the server's
	pptpKeys           // both IDs of the call that is known: client<<16 | server
	pptpKnown          // 1 if there is one
)

// Sessions, in the kernel's order.
const (
	pptpClosed = iota
	pptpRefused
	pptpStopping
	pptpStarting
	pptpOpen
)

// Calls.
const (
	pptpNone = iota
	pptpAsked
	pptpAccepted
	pptpIncoming // asked by the server
	pptpRinging  // and accepted by the client
)

func readPPTP(p *Payload, m *Memory, expect func(Expectation) bool) string {
	kind, body := pptpMessage(p.Data)
	if p.Tuples[Original].V6 {
		return ""
	}
	if p.Dir == Original {
		pptpFromClient(m, kind, body)
		return ""
	}
	switch pptpFromServer(m, kind, body) {
	case pptpConnected:
		return pptpExpect(p, m, expect)
	case pptpOver:
		p.Forget, p.Hangup = AllClasses, true
		m[pptpCall], m[pptpKnown] = pptpNone, 0
	}
	return ""
}

// pptpMessage returns the kind and what follows the header of the message that b
// begins with; 0 if there is none, or it is too short.
func pptpMessage(b []byte) (kind uint16, body []byte) {
	const control, magic = 1, 0x1a2b3c4d
	if len(b) < pptpHeader || binary.BigEndian.Uint16(b[2:]) != control || binary.BigEndian.Uint32(b[4:]) != magic {
		return 0, nil
	}
	kind = binary.BigEndian.Uint16(b[8:])
	if int(kind) >= len(pptpLengths) || pptpLengths[kind] == 0 || len(b) < pptpLengths[kind] {
		return 0, nil
	}
	return kind, b[pptpHeader:]
}

// pptpFromClient takes note of what the client asks for and grants.
func pptpFromClient(m *Memory, kind uint16, b []byte) {
	open := m[pptpSession] == pptpOpen
	switch kind {
	case pptpStartRequest:
		if m[pptpSession] == pptpClosed {
			m[pptpSession] = pptpStarting
		}
	case pptpStopRequest:
		m[pptpSession] = pptpStopping
	case pptpOutgoingRequest:
		if open {
			m[pptpCall], m[pptpClient] = pptpAsked, pptpID(b)
		}
	case pptpIncomingReply:
		incoming := m[pptpCall] == pptpIncoming || m[pptpCall] == pptpRinging
		if open && incoming && pptpID(b[2:]) == m[pptpServer] && b[4] == pptpGranted {
			m[pptpCall], m[pptpClient] = pptpRinging, pptpID(b)
		}
	}
}

// What a message of the server means for the call.
const (
	pptpConnected = 1
	pptpOver      = 2
)

// pptpGranted is the result code of success (RFC 2637 §2.2, §2.8, §2.10).
const pptpGranted = 1

// pptpFromServer takes note of what the server grants and asks for.
func pptpFromServer(m *Memory, kind uint16, b []byte) int {
	open := m[pptpSession] == pptpOpen
	switch kind {
	case pptpStartReply:
		if m[pptpSession] >= pptpStarting {
			m[pptpSession] = pptpResult(b[2], pptpOpen, pptpRefused)
		}
	case pptpStopReply:
		if m[pptpSession] <= pptpStopping {
			m[pptpSession] = pptpResult(b[0], pptpClosed, pptpRefused)
		}
	case pptpOutgoingReply:
		if open {
			return pptpOutgoing(m, b)
		}
	case pptpIncomingRequest:
		if open {
			m[pptpCall], m[pptpServer] = pptpIncoming, pptpID(b)
		}
	case pptpIncomingConnected:
		if open && m[pptpCall] == pptpRinging && pptpID(b) == m[pptpClient] {
			return pptpConnected
		}
	case pptpDisconnect:
		return pptpOver
	}
	return 0
}

// pptpOutgoing takes note of the answer to the call that the client asked for.
func pptpOutgoing(m *Memory, b []byte) int {
	asked := m[pptpCall] == pptpAsked || m[pptpCall] == pptpAccepted
	if !asked || pptpID(b[2:]) != m[pptpClient] {
		return 0
	}
	m[pptpCall], m[pptpServer] = pptpResult(b[4], pptpAccepted, pptpNone), pptpID(b)
	if m[pptpCall] == pptpAccepted {
		return pptpConnected
	}
	return 0
}

// pptpResult returns the state that follows an answer.
func pptpResult(result byte, granted, refused uint32) uint32 {
	if result == pptpGranted {
		return granted
	}
	return refused
}

func pptpID(b []byte) uint32 { return uint32(binary.BigEndian.Uint16(b)) }

// pptpExpect expects the call, unless another one is known already.
func pptpExpect(p *Payload, m *Memory, expect func(Expectation) bool) string {
	keys := m[pptpClient]<<16 | m[pptpServer]
	if m[pptpKnown] == 1 && m[pptpKeys] != keys {
		p.Forget = AllClasses
		return ""
	}
	m[pptpKnown], m[pptpKeys] = 1, keys
	call := p.Tuples[Original]
	call.Proto, call.SrcPort, call.DstPort = protoGRE, uint16(m[pptpClient]), uint16(m[pptpServer])
	if expect(Expectation{Tuple: call}) {
		expect(Expectation{Tuple: call.inverse()})
	}
	return ""
}
