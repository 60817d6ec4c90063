package packet_test

import (
	"path/filepath"
	"testing"

	"onpath/packet"
)

// TestAgainstIndex: every capture has as many frames, and frames with TCP, as
// its row in the index says. Damaged files are source's matter.
func TestAgainstIndex(t *testing.T) {
	dir, rows := corpus(t, 1)
	known := newAllowance("i")
	defer known.stale(t)
	for _, row := range rows {
		if row.damaged() {
			continue
		}
		frames, segments := 0, 0
		decode(t, filepath.Join(dir, row.path), func(_ *packet.Frame, v *packet.View) {
			frames++
			if v.IsTCP() {
				segments++
			}
		})
		if frames != row.packets || segments != row.tcp+known.beyond(row.path) {
			t.Errorf("%s: %d frames, %d with TCP; the index has %d and %d", row.path, frames, segments, row.packets, row.tcp)
		}
	}
}
