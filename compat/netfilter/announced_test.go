package netfilter_test

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onpath/compat/netfilter"
	"onpath/packet"
)

// TestAnnounced holds what a Tracker says of announced connections, from the
// dialogue that announces them to their own packets, to what Linux said of the same
// packets: the ctstate, the direction, the entry's helper, whether it was
// expected, and why a helper dropped the packet.
func TestAnnounced(t *testing.T) {
	rules, err := netfilter.ParseHelpers("ftp,irc,tftp,sip,pptp,amanda,sane,RAS,Q.931")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/announced/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no packets", err)
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		tracker := netfilter.New(netfilter.Config{Helpers: rules})
		decoder := packet.NewDecoder(packet.Config{})
		var v packet.View
		var out netfilter.Verdict
		for n, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
			switch {
			case strings.HasPrefix(line, "#"):
			case strings.HasPrefix(line, "  "):
				if got := announced(&out); got != line[2:] {
					t.Errorf("%s:%d: %q, not %q", path, n+1, got, line[2:])
				}
			default:
				f := rawFrame(t, line, n)
				decoder.Decode(&f, &v)
				tracker.Observe(&v, &out)
			}
		}
	}
}

// rawFrame is the n-th IP packet of a file.
func rawFrame(t *testing.T, octets string, n int) packet.Frame {
	b, err := hex.DecodeString(octets)
	if err != nil {
		t.Fatal(err)
	}
	const rawIP = 101
	return packet.Frame{At: int64(n) * int64(time.Millisecond), Link: rawIP, WireLen: uint32(len(b)), Data: b}
}

// announced writes a verdict as the files have it.
func announced(out *netfilter.Verdict) string {
	s := out.State.String()
	if out.State != netfilter.StateInvalid {
		s += " " + out.Dir.String()
	}
	const gre = 47 // whose entries could not be looked at
	if e := out.Entry; e != nil && e.Status&netfilter.Confirmed != 0 && e.Orig.Proto != gre {
		if e.Helper != "" {
			s += " helper " + e.Helper
		}
		if e.Status&netfilter.Expected != 0 {
			s += " expected"
		}
	}
	if out.Why.Log != "" {
		s += " " + out.Why.Log
	}
	return s
}
