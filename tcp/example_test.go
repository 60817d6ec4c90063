package tcp_test

import (
	"fmt"

	"onpath/tcp"
)

// A SYN as a Linux client sends it.
func Example() {
	ipPayload := []byte("\xc0\x00\x01\xbb\x00\x00\x10\x00\x00\x00\x00\x00\xa0\x02\xfa\xf0\x00\x00\x00\x00" +
		"\x02\x04\x05\xb4\x04\x02\x08\x0a\x00\x00\x30\x39\x00\x00\x00\x00\x01\x03\x03\x07")
	h, payload, err := tcp.ParseHeader(ipPayload)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d > %d [%v] seq %d win %d len %d\n", h.SrcPort(), h.DstPort(), h.Flags(), h.Seq(), h.Window(), len(payload))
	o := h.Options()
	for o.Next() {
		info, _ := o.Kind.Info()
		fmt.Printf("%s(% x)\n", info.Name, o.Data)
	}
	if o.Err() != nil {
		fmt.Println(o.Err())
	}

	var s tcp.Segment
	s.Read(h, uint32(len(payload)))
	fmt.Printf("mss %d, shift %d, next seq %d\n", s.MSS, s.WScale, s.End())
	// Output:
	// 49152 > 443 [S] seq 4096 win 64240 len 0
	// MSS(05 b4)
	// SACK_PERM()
	// TS(00 00 30 39 00 00 00 00)
	// WS(07)
	// mss 1460, shift 7, next seq 4097
}
