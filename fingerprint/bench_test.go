package fingerprint_test

import (
	"testing"

	"onpath/fingerprint"
	"onpath/packet"
)

// BenchmarkHold is what a flood of SYNs costs: all alike, and of 200 kinds by turns.
func BenchmarkHold(b *testing.B) {
	for name, kinds := range map[string]int{"alike": 1, "kinds=200": 200} {
		b.Run(name, func(b *testing.B) {
			views := make([]*packet.View, kinds)
			for i := range views {
				s := linux()
				s.ttl = byte(i + 1)
				views[i] = s.view()
			}
			table := fingerprint.Table{Database: fingerprint.Own()}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				var s fingerprint.Signature
				if !s.Read(views[i%kinds], 0) || table.Hold(&s) == 0 {
					b.Fatal("no signature")
				}
			}
		})
	}
}
