package source

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// TestTshark lets tshark read captures made by hand: the forms that hardly occur
// in the wild are where one could believe anything of oneself. (A fraction of
// 2³²−1 it wraps around in 32 bits, and a length on the wire below the captured
// one it believes; there we differ.)
func TestTshark(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("no tshark here")
	}
	swapped := le.pcapRecord(1, 2, 100, 60, small)
	for name, file := range map[string][]byte{
		"pcapng":          ngForms(le, be),
		"pcapng, big":     ngForms(be, le),
		"version 2.2":     join(le.pcapHeader(magicMicro, 2, 2, 1), swapped),
		"version 2.3":     join(le.pcapHeader(magicMicro, 2, 3, 1), swapped, le.whole(2, 3, medium)),
		"version 543":     join(le.pcapHeader(magicMicro, 543, 0, 1), swapped),
		"version 2.9":     join(be.pcapHeader(magicNano, 2, 9, 1), be.pcapRecord(4_294_967_295, 999_999_999, 60, 90, small)),
		"FCS":             join(le.pcapHeader(magicMicro, 2, 4, 0x24000001), le.whole(1, 2, small)),
		"zeros":           join(le.pcapHeader(magicMicro, 2, 4, 1), le.whole(1, 2, small), make([]byte, 48)),
		"unpadded length": join(le.section(), le.iface(1, 0), with(with(le.enhanced(0, 1, 61, payload(61, 1)), 4, 93), -4, 93)),
		"too long":        join(le.pcapHeader(magicMicro, 2, 4, 1), le.whole(1, 2, payload(maxCapture, 1))),
	} {
		all, _ := read(t, file)
		want := tsharkFrames(t, file)
		if got := asTshark(all, want); got != want {
			t.Errorf("%s:\n%s\ntshark:\n%s", name, got, want)
		}
	}
}

// tsharkFrames are time, captured length and length of each frame.
func tsharkFrames(t *testing.T, file []byte) string {
	cmd := exec.Command("tshark", "-r", onDisk(t, file), "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.cap_len", "-e", "frame.len")
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("tshark: %v", err)
	}
	return string(out)
}

// asTshark writes frames as tsharkFrames does, without a time where tshark has
// none: it gives none to a simple packet.
func asTshark(all []got, want string) string {
	var b strings.Builder
	lines := strings.Split(want, "\n")
	for i, g := range all {
		if i >= len(lines) || !strings.HasPrefix(lines[i], "\t") {
			fmt.Fprintf(&b, "%d.%09d", g.at/1e9, g.at%1e9)
		}
		fmt.Fprintf(&b, "\t%d\t%d\n", len(g.data), g.wirelen)
	}
	return b.String()
}
