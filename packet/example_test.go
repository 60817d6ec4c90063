package packet_test

import (
	"fmt"

	"onpath/packet"
)

// A frame in, who sent what to whom out.
func Example() {
	frame := packet.Frame{Link: packet.LinkRaw, Data: []byte{
		0x45, 0, 0, 43, 0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1, // IPv4
		0x9c, 0x40, 0, 80, 0, 0, 3, 232, 0, 0, 7, 208, 0x50, 0x18, 2, 0, 0, 0, 0, 0, // TCP
		'G', 'E', 'T',
	}}
	var view packet.View
	packet.NewDecoder(packet.Config{}).Decode(&frame, &view)

	key := &view.Key
	fmt.Println(key.AddrA(), key.APort, "and", key.AddrB(), key.BPort)
	fmt.Println("from the second:", view.FromB)
	fmt.Println(view.Seg.Flags, view.Seg.Seq, view.Seg.Len, string(view.Payload))
	// Output:
	// 10.0.0.1 80 and 10.0.0.2 40000
	// from the second: true
	// P. 1000 3 GET
}
