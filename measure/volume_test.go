package measure

import "testing"

// TestVolume: what does not fit is not counted, and nothing is lost on the way to a
// Total.
func TestVolume(t *testing.T) {
	var v Volume
	var sum Total
	const n, ip, octets = 10_000, 1 << 20, 1<<20 - 40
	for range n {
		if !v.Add(ip, octets) {
			sum.Take(&v)
			if !v.Empty() || !v.Add(ip, octets) {
				t.Fatal("an empty volume takes nothing")
			}
		}
	}
	if sum.Packets == 0 || v.Empty() {
		t.Error("10 GiB fit into one volume")
	}
	if sum.Take(&v); sum != (Total{n, n * ip, n * octets}) {
		t.Errorf("%+v", sum)
	}
}
