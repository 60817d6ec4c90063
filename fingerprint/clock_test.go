package fingerprint_test

import (
	"testing"
	"time"

	"onpath/fingerprint"
)

// told is a SYN with a timestamp: after so many milliseconds, to a peer.
type told struct {
	ms    int64
	peer  byte
	stamp uint32
}

func address(n int) *[16]byte { return &[16]byte{10, byte(n >> 16), byte(n >> 8), byte(n), 15: 1} }

// TestUptime: a host's clock is believed if the timestamps to two peers lie on one line.
func TestUptime(t *testing.T) {
	const unknown = -1
	for name, c := range map[string]struct {
		syns []told
		want int64 // ms at 10 s
	}{
		"1,000 ticks a second":      {[]told{{0, 1, 500000}, {2000, 2, 502000}}, 510000},
		"250":                       {[]told{{0, 1, 500000}, {2000, 2, 500500}}, 2010000},
		"100, with jitter":          {[]told{{0, 1, 500000}, {2000, 2, 500204}}, 5010000},
		"10":                        {[]told{{0, 1, 500000}, {2000, 2, 500020}}, 50010000},
		"wrapped":                   {[]told{{0, 1, 1<<32 - 1000}, {2000, 2, 1000}}, 9000},
		"one SYN":                   {[]told{{0, 1, 500000}}, unknown},
		"one peer":                  {[]told{{0, 1, 500000}, {2000, 1, 502000}, {4000, 1, 504000}}, unknown},
		"too soon":                  {[]told{{0, 1, 500000}, {900, 2, 500900}}, unknown},
		"an offset for each":        {[]told{{0, 1, 500000}, {2000, 2, 77777777}}, unknown},
		"an offset for the third":   {[]told{{0, 1, 500000}, {2000, 2, 502000}, {3000, 3, 77777777}}, unknown},
		"another rate":              {[]told{{0, 1, 500000}, {2000, 2, 502000}, {3000, 3, 500750}}, unknown},
		"no usual rate":             {[]told{{0, 1, 500000}, {2000, 2, 501400}}, unknown},
		"back":                      {[]told{{0, 1, 500000}, {2000, 2, 498000}}, unknown},
		"an earlier SYN afterwards": {[]told{{0, 1, 500000}, {-5000, 2, 1}, {2000, 3, 502000}}, 510000},
	} {
		var clocks fingerprint.Clocks
		start := int64(1e18)
		for _, s := range c.syns {
			clocks.Observe(address(9), address(int(s.peer)), s.stamp, start+s.ms*1e6)
		}
		ns, ok := clocks.Uptime(address(9), start+10e9)
		if got := ns / 1e6; ok != (c.want != unknown) || ok && got != c.want {
			t.Errorf("%s: %d ms, %v", name, got, ok)
		}
		if _, ok := clocks.Uptime(address(8), start+10e9); ok {
			t.Errorf("%s: another host is up, too", name)
		}
	}
}

// TestClocksAreFew: a flood finds no room in the end, and pushes nobody out who speaks;
// after a minute's silence it makes room.
func TestClocksAreFew(t *testing.T) {
	var clocks fingerprint.Clocks
	now := int64(1e18)
	clocks.Observe(address(9), address(1), 500000, now)
	now += 2e9
	clocks.Observe(address(9), address(2), 502000, now)
	for n := range 100000 {
		clocks.Observe(address(1000+n), address(1), uint32(n), now)
	}
	if _, ok := clocks.Uptime(address(9), now); !ok || clocks.GivenUp() < 90000 {
		t.Errorf("%v, %d given up", ok, clocks.GivenUp())
	}
	before := clocks.GivenUp()
	for n := range 1000 {
		clocks.Observe(address(1<<20+n), address(1), uint32(n), now+int64(2*time.Minute))
	}
	if clocks.GivenUp()-before > 500 {
		t.Errorf("%d of 1,000 hosts found no room that nobody needs", clocks.GivenUp()-before)
	}
}

// FuzzUptime: whatever the clocks show, an uptime is none that they cannot count.
func FuzzUptime(f *testing.F) {
	f.Add(int64(0), uint32(500000), int64(2e9), uint32(502000), int64(10e9))
	f.Add(int64(-1<<62), uint32(1), int64(1<<62), uint32(0), int64(1<<62))
	f.Fuzz(func(t *testing.T, first int64, a uint32, second int64, b uint32, at int64) {
		var clocks fingerprint.Clocks
		clocks.Observe(address(9), address(1), a, first)
		clocks.Observe(address(9), address(2), b, second)
		if ns, ok := clocks.Uptime(address(9), at); ok && (ns < 0 || ns > 1<<32/2*int64(time.Second)) {
			t.Fatalf("up for %v", time.Duration(ns))
		}
	})
}
