package kernel

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestScenario: what a scenario says of a dialogue is the dialogue. ctcraft makes
// the same packets of it, but for the identification in IPv4 headers.
func TestScenario(t *testing.T) {
	source := filepath.Join("..", "..", "..", "shared", "oracle", "ctcraft")
	if _, err := os.Stat(source); err != nil {
		t.Skip("no ctcraft at " + source)
	}
	dir := t.TempDir()
	program, script, capture := filepath.Join(dir, "ctcraft"), filepath.Join(dir, "s.txt"), filepath.Join(dir, "s.pcap")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = source
	if out, err := build.CombinedOutput(); err != nil {
		t.Skipf("ctcraft cannot be built: %v: %s", err, out)
	}
	for seed := range uint64(20) {
		d := sayable(Make(seed, Plan{Others: true, V6: seed%2 == 1}, 150))
		ends, lines := d.Lines()
		text := strings.Join(append(ends, lines...), "\n") + "\n"
		if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(program, script, capture).CombinedOutput(); err != nil {
			t.Fatalf("ctcraft: %v: %s", err, out)
		}
		made, err := os.ReadFile(capture)
		if err != nil {
			t.Fatal(err)
		}
		sameCapture(t, d, made, lines)
	}
}

// sayable are the packets of d that a scenario can say.
func sayable(d Dialogue) (said Dialogue) {
	kept := map[*Packet]bool{}
	for _, p := range d {
		if p.words != "" && (p.quotes == nil || kept[p.quotes]) {
			kept[p] = true
			said = append(said, p)
		}
	}
	return said
}

// sameCapture compares packet by packet, from the IP protocol's octets on.
func sameCapture(t *testing.T, d Dialogue, made []byte, lines []string) {
	t.Helper()
	want := d.Capture()
	if len(want) != len(made) {
		t.Fatalf("ctcraft's capture has %d octets, not %d", len(made), len(want))
	}
	for at, i := 24, 0; at < len(made); i++ {
		n := 16 + len(d[i].IP)
		a, b := bytes.Clone(want[at:at+n]), bytes.Clone(made[at:at+n])
		unidentified(a[16:])
		unidentified(b[16:])
		if d[i].quotes == nil && !bytes.Equal(a, b) {
			t.Fatalf("%s\nours    %x\nctcraft %x", lines[i], a, b)
		}
		at += n
	}
}

// unidentified takes the identification out of an IPv4 header, and the checksum.
func unidentified(ip []byte) {
	if ip[0]>>4 == 4 {
		clear(ip[4:6])
		clear(ip[10:12])
	}
}
