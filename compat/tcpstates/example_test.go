package tcpstates_test

import (
	"fmt"
	"os"

	"onpath/compat/tcpstates"
	"onpath/internal/segtext"
)

// A refused connection, as Tranalyzer2 writes it.
func Example() {
	segs, _ := segtext.Parse(`
		0.0000 > S  3034008467:3034008467(0) win 16384
		0.0002 < R. 0:0(0) ack 3034008468 win 0`)

	fmt.Print(tcpstates.FlowHeader[:9], "…\n")
	table := tcpstates.New(tcpstates.Config{}, func(f *tcpstates.Flow) {
		os.Stdout.Write(tcpstates.AppendFlow(nil, f))
	})
	var p tcpstates.Packet
	for _, s := range segs {
		frame := craft(s, 0)
		table.Observe(&frame, &p)
	}
	table.Flush()
	r := table.Report()
	os.Stdout.Write(r.Append(nil))
	// Output:
	// %dir	flow…
	// A	1	0.000000000	0.000000000	0.000000000		10.0.0.1	40000	10.0.0.2	80	6	0x03
	// B	1	0.000200000	0.000200000	0.000000000		10.0.0.2	80	10.0.0.1	40000	6	0x43
	// Aggregated tcpStatesAFlags=0x43
	//   0x01 malformed connection establishment: 2 of 2 flows
	//   0x02 malformed teardown: 2 of 2 flows
	//   0x40 reset from sender: 1 of 2 flows
}
