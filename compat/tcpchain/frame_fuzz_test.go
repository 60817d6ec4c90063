package tcpchain_test

import (
	"testing"

	"onpath/compat/tcpchain"
	"onpath/packet"
	"onpath/tcp"
)

// FuzzFrame: a frame belongs to one flow or to none, whatever it holds; its
// octets are never more than were captured; and it does so again.
func FuzzFrame(f *testing.F) {
	v4 := between(tcp.Client, tcp.SYN)
	v6 := ip6(1, 2, 44, append([]byte{6, 0, 0, 1, 0, 0, 0, 0}, segment(1, 2, tcp.SYN)...))
	ether := append(make([]byte, 12), 8, 0)
	f.Add(uint16(packet.LinkEthernet), append(ether, v4...))
	f.Add(uint16(packet.LinkRaw), v6)
	for cut := range v6 {
		f.Add(uint16(packet.LinkRaw), v6[:cut])
	}
	f.Add(uint16(packet.LinkRaw), ip4(7, 1, packet.ProtoICMP, 0, append([]byte{3, 1, 0, 0, 0, 0, 0, 0}, v4...)))
	f.Fuzz(func(t *testing.T, link uint16, data []byte) {
		frame := packet.Frame{Data: data, Link: packet.LinkType(link)}
		table := tcpchain.New(tcpchain.Config{}, tcpchain.Chain{Done: func(f *tcpchain.Flow) {
			if n := f.Packets[0] + f.Packets[1]; n != 2 || f.Segments != 2 || f.Octets[0]+f.Octets[1] > 2*uint64(len(data)) {
				t.Errorf("%+v", f)
			}
		}})
		table.Observe(&frame)
		table.Observe(&frame)
		if s := table.Stats(); s.Flows > 1 || s.Flows*2+s.NoFlow != 2 {
			t.Errorf("%+v", s)
		}
		table.Flush()
	})
}
