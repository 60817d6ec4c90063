package kernel

import (
	"net/netip"
	"testing"
	"time"

	"onpath/compat/netfilter"
)

// TestMulticast: Welte's slides say that multicast is INVALID. Linux says NEW, of
// every packet: what it does not forward is never confirmed, so nothing is found
// when the next one comes. The Tracker follows Linux.
func TestMulticast(t *testing.T) {
	from := netip.AddrPortFrom(hosts4[0], 5353)
	to := netip.AddrPortFrom(netip.MustParseAddr("239.1.1.1"), 5353)
	var d Dialogue
	for i := range 3 {
		p := plain(from.Addr(), to.Addr(), udp(from, to, filling(4), true, false))
		p.At = time.Duration(i) * time.Millisecond
		d = append(d, p)
	}
	Judge(netfilter.Config{}, d, func(i int, v *netfilter.Verdict, _ int) bool {
		if v.State != netfilter.StateNew {
			t.Errorf("packet %d: the Tracker says %v", i+1, v.State)
		}
		return true
	})
	answers, err := oracle(t).Ask(t.TempDir(), nil, d)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range answers[0] {
		if a.State != "NEW" || a.Conn != i+1 {
			t.Errorf("packet %d: the kernel says %s, entry %d", i+1, a.State, a.Conn)
		}
	}
}
