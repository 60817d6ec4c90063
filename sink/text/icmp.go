package text

import (
	"encoding/binary"

	"onpath/packet"
)

// icmpHeader is how many octets stand before what View.L4Len counts.
const icmpHeader = 8

// An icmp is an ICMP type in tcpdump's words.
type icmp struct {
	words string
	query bool // has an identifier and a sequence number
}

// icmps are the common types by protocol; another one is shown as its number.
var icmps = map[uint8]map[uint8]icmp{
	packet.ProtoICMP: {
		0: {"echo reply", true}, 3: {"unreachable", false}, 4: {"source quench", false}, 5: {"redirect", false},
		8: {"echo request", true}, 9: {"router advertisement", false}, 10: {"router solicitation", false},
		11: {"time exceeded", false}, 12: {"parameter problem", false},
		13: {"time stamp query", true}, 14: {"time stamp reply", true},
	},
	packet.ProtoICMPv6: {
		1: {"destination unreachable", false}, 2: {"packet too big", false}, 3: {"time exceeded", false},
		4: {"parameter problem", false}, 128: {"echo request", true}, 129: {"echo reply", true},
		130: {"multicast listener query", false}, 131: {"multicast listener report", false},
		133: {"router solicitation", false}, 134: {"router advertisement", false},
		135: {"neighbor solicitation", false}, 136: {"neighbor advertisement", false},
		143: {"multicast listener report v2", false},
	},
}

var icmpNames = map[uint8]string{packet.ProtoICMP: "ICMP ", packet.ProtoICMPv6: "ICMP6, "}

// appendICMP appends a message; its length is that of the whole message.
func appendICMP(line []byte, v *packet.View) []byte {
	line = append(line, icmpNames[v.Key.Proto]...)
	if len(v.L4) < icmpHeader {
		return append(line, "cut"...)
	}
	kind, code := v.L4[0], v.L4[1]
	known, ok := icmps[v.Key.Proto][kind]
	switch {
	case !ok:
		line = appendCount(line, "type ", kind)
		line = appendCount(line, " code ", code)
	case known.query:
		line = append(line, known.words...)
		line = appendCount(line, ", id ", binary.BigEndian.Uint16(v.L4[4:]))
		line = appendCount(line, ", seq ", binary.BigEndian.Uint16(v.L4[6:]))
	default:
		line = append(line, known.words...)
		line = appendCount(line, ", code ", code)
	}
	return appendCount(line, ", length ", v.L4Len+icmpHeader)
}
