package fingerprint_test

import (
	"path/filepath"
	"strings"
	"testing"

	"onpath/fingerprint"
)

// TestTruth: in captures of real Linux 6.18, whatever has Linux's options with its TTL
// is called Linux, nothing is called anything else, and most fits exactly.
func TestTruth(t *testing.T) {
	paths, _ := filepath.Glob(filepath.Join("..", "..", "shared", "truth", "*.pcap.gz"))
	if len(paths) == 0 {
		t.Skip("../shared/truth is not here")
	}
	exact, all := 0, 0
	for _, path := range paths {
		for _, segments := range signatures(t, path, fingerprint.Own()) {
			for _, s := range segments {
				linux := strings.Contains(s.raw, ":64+0:0:") && strings.Contains(s.raw, ":mss,sok,ts,nop,ws:df")
				strange := strings.Contains(s.raw, ":+") || strings.Contains(s.raw, "seq-") || strings.Contains(s.raw, "ack-") || strings.Contains(s.raw, "ts2+")
				if !linux || strange { // made by a script, or with data of Fast Open
					continue
				}
				all++
				switch s.os {
				case "Linux 6.x":
					exact++
				case "Linux":
				default:
					t.Errorf("%s: %v", path, s)
				}
			}
		}
	}
	t.Logf("%d of %d exactly", exact, all)
	if exact*100 < all*97 {
		t.Error("too few")
	}
}
