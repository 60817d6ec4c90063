package source_test

import (
	"fmt"
	"io"
	"strings"

	"onpath/packet"
	"onpath/source"
)

// A capture of two frames, cut inside the second one's record.
const capture = "\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00\x65\x00\x00\x00" +
	"\x00\xf1\x53\x65\x3f\x42\x0f\x00\x04\x00\x00\x00\x28\x00\x00\x00\x45\x00\x00\x28" +
	"\x01\xf1\x53\x65\x00\x00\x00\x00\x04\x00\x00\x00\x28"

func Example() {
	r, err := source.New("cut.pcap", strings.NewReader(capture))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	var f packet.Frame
	for err = r.Next(&f); err == nil; err = r.Next(&f) {
		fmt.Printf("frame %d at %d ns: %d of %d octets, link type %d\n", f.Number, f.At, len(f.Data), f.WireLen, f.Link)
	}
	fmt.Println(err == io.EOF)
	for _, d := range r.Health().Damages {
		fmt.Println(d)
	}
	// Output:
	// frame 1 at 1700000000999999000 ns: 4 of 40 octets, link type 101
	// true
	// cut.pcap: octet 44, frame 2: the file ends inside a record, after 13 octets of it (dropped)
}
