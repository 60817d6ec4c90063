package filter_test

import (
	"fmt"

	"onpath/filter"
	"onpath/packet"
)

func Example() {
	f, err := filter.Parse("udp port 53")
	if err != nil {
		fmt.Println(err)
		return
	}
	program, err := f.Compile(packet.LinkIPv4)
	if err != nil {
		fmt.Println(err)
		return
	}
	query := []byte{
		0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 53, // IPv4
		0xc0, 0x00, 0, 53, 0, 8, 0, 0, // UDP
	}
	fmt.Println(program.Match(query, uint32(len(query))))

	_, err = filter.Parse("udp port 53 and host ns.example.net")
	fmt.Println(err)
	// Output:
	// true
	// filter "udp port 53 and host ns.example.net": "ns.example.net" at character 22: names of hosts are not looked up; give an address
}
