package netfilter

import "encoding/binary"

// TFTP (RFC 1350). Watched: read and write requests, in either direction. Expected:
// UDP from the server's address, any port, to the client's address and port: the
// server answers from a new port (§4). No address is told.
//
// Source: the RFC, and measurements of Linux 6.18, which confirm every case of
// testdata/helpers/tftp.txt.

func readTFTP(p *Payload, _ *Memory, expect func(Expectation) bool) string {
	if len(p.Data) < 2 {
		return ""
	}
	const readRequest, writeRequest = 1, 2
	op := binary.BigEndian.Uint16(p.Data)
	if op != readRequest && op != writeRequest {
		return ""
	}
	from := &p.Tuples[Original] // whoever sends it
	ok := expect(Expectation{
		Tuple:    Tuple{Src: from.Dst, Dst: from.Src, DstPort: from.SrcPort, Proto: protoUDP, V6: from.V6},
		AnySport: true,
	})
	if !ok {
		return noExpectation
	}
	return ""
}
