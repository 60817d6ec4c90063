package check

import (
	"fmt"
	"testing"

	"onpath/anomaly"
	"onpath/tcp"
)

// TestISNs: what the ISNs of a server to different peers show, and its neighbours do
// not.
func TestISNs(t *testing.T) {
	mixed := func(i int) tcp.Seq {
		x := uint32(i+1) * 0x9e3779b1
		return tcp.Seq((x ^ x>>15) * 0x85ebca6b)
	}
	for _, tt := range []struct {
		name     string
		isn      func(i int) tcp.Seq
		peers    int // different ones, in turn
		n        int
		want     anomaly.ID
		wantSome bool
	}{
		{"one for all", func(int) tcp.Seq { return 0 }, 10, 3, anomaly.IsnReused, true},
		{"one for two", func(int) tcp.Seq { return 0 }, 10, 2, anomaly.IsnReused, false},
		{"one for the same peer", func(int) tcp.Seq { return 0 }, 1, 9, anomaly.IsnReused, false},
		{"64000 more each time", func(i int) tcp.Seq { return tcp.Seq(64000 * i) }, 10, 8, anomaly.IsnPredictable, true},
		{"seven of them", func(i int) tcp.Seq { return tcp.Seq(64000 * i) }, 10, 7, anomaly.IsnPredictable, false},
		{"a clock of 4 us", func(i int) tcp.Seq { return tcp.Seq(i*i*i) * 250_000 }, 10, 8, anomaly.IsnPredictable, true},
		{"a clock and a hash of the peer", func(i int) tcp.Seq { return tcp.Seq(i*i*i)*250_000 + mixed(i) }, 10, 100, anomaly.IsnPredictable, false},
		{"random", mixed, 10, 100, anomaly.IsnPredictable, false},
	} {
		w := newCrowd(t)
		for i := range tt.n {
			w.at = int64(i*i*i) * 1e9 // the clock's time
			w.play(1000+i%tt.peers, 1, 80, fmt.Sprintf("0.00 > S 100:100(0) win 1000\n0.00 < S. %[1]d:%[1]d(0) ack 101 win 1000", uint32(tt.isn(i))))
		}
		some := false
		for _, f := range w.in.Strays() {
			some = some || f.ID == tt.want && f.From == address(1)
		}
		if some != tt.wantSome {
			t.Errorf("%s: %v found: %v", tt.name, tt.want, some)
		}
	}
}
