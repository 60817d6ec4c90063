package tcpchain_test

import (
	"encoding/binary"
	"fmt"

	"onpath/compat/tcpchain"
	"onpath/packet"
	"onpath/tcp"
)

// A chain of one's own: how many octets of window each client offered first. What
// it remembers of a flow stands at the flow's slot.
func Example() {
	const maxFlows = 1024
	offered := make([]uint16, maxFlows)
	window := tcpchain.Chain{
		NewFlow: func(f *tcpchain.Flow, ip []byte) bool {
			offered[f.Slot] = 0
			return f.Dst().Port() == 80 // of the others we want no record
		},
		TCP: func(f *tcpchain.Flow, h tcp.Header, rev bool) bool {
			if h.Flags().Has(tcpchain.SYN) && !rev {
				offered[f.Slot] = h.Window()
			}
			return true
		},
		Done: func(f *tcpchain.Flow) {
			fmt.Printf("{%s,\"window\":%d}\n", f.TCP.AppendFields(nil), offered[f.Slot])
		},
	}
	table := tcpchain.New(tcpchain.Config{MaxFlows: maxFlows}, window)
	for i, segment := range [][]byte{
		datagram(1, 2, 49152, 80, tcpchain.SEC, 64240),
		datagram(2, 1, 80, 49152, tcpchain.SAE, 28960),
		datagram(1, 2, 49152, 80, tcpchain.ACK, 502),
		datagram(1, 2, 49153, 443, tcpchain.SYN, 64240),
		datagram(1, 2, 49152, 80, tcpchain.FIN|tcpchain.ACK, 502),
	} {
		table.Observe(&packet.Frame{Data: segment, At: int64(i) * 1e6, Number: uint64(i + 1), Link: packet.LinkRaw})
	}
	table.Flush()
	// Output:
	// {"tcp_synflags_fwd":194,"tcp_synflags_rev":82,"tcp_fin_fwd":true,"tcp_fin_rev":false,"tcp_rst_fwd":false,"tcp_rst_rev":false,"tcp_connected":true,"window":64240}
}

// datagram is a segment between 10.0.0.src and 10.0.0.dst.
func datagram(src, dst byte, srcPort, dstPort uint16, flags tcp.Flags, window uint16) []byte {
	h := segment(srcPort, dstPort, flags)
	binary.BigEndian.PutUint16(h[14:], window)
	return ip4(src, dst, packet.ProtoTCP, 0, h)
}
