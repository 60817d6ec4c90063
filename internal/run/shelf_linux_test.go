package run

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"onpath/anomaly"
)

// refuse lets n connections on lo be refused.
func refuse(t *testing.T, n int) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Error(err)
		return
	}
	to := l.Addr().String()
	l.Close()
	for range n {
		if _, err := net.Dial("tcp4", to); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Error(err)
		}
	}
}

// TestLiveBesideAFullDirectory: where dumps find no room on the disk, rows are complete,
// it is said while it captures, and the run fails for it.
func TestLiveBesideAFullDirectory(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent(), goleak.IgnoreTopFunction("os/signal.loop"))
	dir := t.TempDir()
	full, out, words := filepath.Join(dir, "full"), filepath.Join(dir, "rows"), filepath.Join(dir, "words")
	if err := os.Mkdir(full, 0o700); err != nil {
		t.Fatal(err)
	}
	mountSmall(t, full, 64<<10)
	c := Config{
		Evidence: Evidence{Dir: full, Memory: 1 << 20, Disk: 1 << 30, Version: "onpath test", Least: anomaly.Informational},
		Outputs:  []Output{{"jsonl", out}},
	}
	const connections = 40
	err := onLo(t, c, words, func() {
		refuse(t, connections)
		await(t, words, "no space left on device: dumps cannot be written")
		waitForLines(t, out, connections)
	})
	if err == nil || !strings.Contains(err.Error(), "--evidence "+full) || strings.Contains(err.Error(), "lost") {
		t.Error(err)
	}
	said, _ := os.ReadFile(words)
	if n := summed(string(said), "\nevidence "); n == 0 || n >= connections {
		t.Errorf("%d dumps\n%s", n, said)
	}
}
