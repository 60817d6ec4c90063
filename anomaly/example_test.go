package anomaly_test

import (
	"fmt"

	"onpath/anomaly"
)

// A finding takes its severity from its row, and from what may excuse it.
func Example() {
	id, _ := anomaly.Lookup("ack-of-unsent-data")
	r := id.Row()
	fmt.Println(r.Rule)
	fmt.Println("needs", r.Gates)
	for _, c := range anomaly.Causes() {
		fmt.Printf("%v: %v\n", c, id.Severity().Given(c))
	}
	// Output:
	// ACK > Y.NXT: X acknowledges what Y has not sent
	// needs two-way,no-gap,one-clock
	// none: violation
	// endpoint: suspicious
	// capture: capture-artifact
	// path: performance
}

// A Set is a value: what is found costs no allocation.
func ExampleSet() {
	s := anomaly.SetOf(anomaly.RstExact, anomaly.DataAfterFin)
	s.Add(anomaly.SynInEstablished)
	for id := range s.All() {
		fmt.Println(id, id.Severity())
	}
	fmt.Println(s.Len(), s.Strongest())
	// Output:
	// syn-in-established suspicious
	// data-after-fin violation
	// rst-exact informational
	// 3 violation
}
