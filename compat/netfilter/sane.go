package netfilter

import "encoding/binary"

// SANE, scanners on the network (its Network Protocol, sections on SANE_NET_START).
// Watched: a request of 8 octets that starts a scan, and the first packet that
// answers it. Expected: TCP from the client, any port, to the server at the port told.
// No address is told.
//
// Source: the protocol's document, and measurements of Linux 6.18, which confirm every
// case of testdata/helpers/sane.txt.

func readSANE(p *Payload, m *Memory, expect func(Expectation) bool) string {
	asked := &m[0] // 1 after a request to start
	if len(p.Data) == 0 {
		return ""
	}
	if p.Dir == Original {
		if len(p.Data) == 8 {
			const start = 7
			*asked = 0
			if binary.BigEndian.Uint32(p.Data) == start {
				*asked = 1
			}
		}
		return ""
	}
	if *asked == 0 {
		return ""
	}
	*asked = 0
	// Status, which is 0 for success, and the port, both of 32 bits.
	if len(p.Data) < 8 || binary.BigEndian.Uint32(p.Data) != 0 || binary.BigEndian.Uint16(p.Data[4:]) != 0 {
		return ""
	}
	if !expect(p.toSender(protoTCP, binary.BigEndian.Uint16(p.Data[6:]))) {
		return noExpectation
	}
	return ""
}
