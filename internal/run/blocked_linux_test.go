package run

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onpath/filter"
	"onpath/flow"
	"onpath/packet"
	"onpath/source"
)

// bulk sends octets over a connection on lo.
func bulk(t *testing.T, octets int64) {
	c, s := connect(t)
	if c == nil {
		return
	}
	go func() {
		io.CopyN(c, zeros{}, octets)
		c.Close()
	}()
	io.Copy(io.Discard, s)
	s.Close()
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

// await waits until there is a file that has a text.
func await(t *testing.T, path, text string) {
	for range 1000 {
		if octets, err := os.ReadFile(path); err == nil && strings.Contains(string(octets), text) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	octets, _ := os.ReadFile(path)
	t.Errorf("%q is not in\n%s", text, octets)
}

// onLo reads what passes on lo of a network of its own, with standard error in the file words,
// and does what makes it pass once it is captured. Then the run is told to end; its error is
// returned.
func onLo(t *testing.T, c Config, words string, do func()) error {
	t.Helper()
	enter := ownNetwork(t, "ip link set lo up")
	overhear(t, words)
	c.Capture.Interfaces = []string{"lo"}
	c.Filter, _ = filter.Parse("tcp")
	c.Flow.Linger = &flow.Linger{AfterReset: 100 * time.Millisecond, AfterClose: 100 * time.Millisecond}
	over := make(chan bool)
	go func() {
		defer close(over)
		enter()
		defer syscall.Kill(os.Getpid(), syscall.SIGTERM)
		await(t, words, "listening on lo")
		time.Sleep(300 * time.Millisecond)
		do()
	}()
	err := Read(c)
	finished(t, over)
	return err
}

// countFrames returns how many there are in a capture, which must be whole.
func countFrames(t *testing.T, path string) (n uint64) {
	r, err := source.Chain(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for f := (packet.Frame{}); ; n++ {
		if err := r.Next(&f); err != nil {
			if err != io.EOF || r.Health().Damaged > 0 {
				t.Error(err, r.Health())
			}
			return n
		}
	}
}

// TestLiveBesideABlockedPipe: while nobody reads one output, the others get all their
// rows and signals are answered; when it is read again it goes on, and what it lost is
// counted to the frame.
func TestLiveBesideABlockedPipe(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent(), goleak.IgnoreTopFunction("os/signal.loop"))
	dir := t.TempDir()
	pipe, out, words, copied := filepath.Join(dir, "pipe"), filepath.Join(dir, "rows"), filepath.Join(dir, "words"), filepath.Join(dir, "copy")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := os.OpenFile(pipe, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Outputs: []Output{{Pcapng, pipe}, {"jsonl", out}}}
	read := make(chan bool)
	err = onLo(t, c, words, func() {
		bulk(t, 30<<20) // more than the queue holds, and less than the ring
		await(t, words, "rows are lost from here on")
		talk(t, true)
		waitForLines(t, out, 2)
		os.Rename(out, out+".1")
		syscall.Kill(os.Getpid(), syscall.SIGHUP)
		await(t, out, "")
		talk(t, false)
		time.Sleep(300 * time.Millisecond)
		syscall.Kill(os.Getpid(), syscall.SIGUSR1)
		await(t, words, "1 connection open\n")
		go func() {
			defer close(read)
			save(reader, copied)
		}()
		await(t, words, "is written again, ")
		talk(t, true)
	})
	finished(t, read)
	if err == nil || !strings.Contains(err.Error(), "-o pcapng="+pipe) || strings.Contains(err.Error(), "jsonl") {
		t.Error(err)
	}
	waitForLines(t, out+".1", 2)
	waitForLines(t, out, 2)
	said, _ := os.ReadFile(words)
	packets, lost := summed(string(said), "\npackets "), summed(string(said), "\nrows lost    pcapng="+pipe+": ")
	if came := countFrames(t, copied); lost == 0 || came+lost != packets {
		t.Errorf("%d frames came, %d are lost of %d\n%s", came, lost, packets, said)
	}
}

// finished waits until something is over, but not for ever: what should end may hang.
func finished(t *testing.T, over chan bool) {
	t.Helper()
	select {
	case <-over:
	case <-time.After(time.Minute):
		t.Fatal("it does not end")
	}
}

// save copies what is read until the writer ends.
func save(from *os.File, path string) {
	to, err := os.Create(path)
	if err == nil {
		_, err = io.Copy(to, from)
		err = errors.Join(err, to.Close(), from.Close())
	}
	if err != nil {
		panic(err)
	}
}

// summed returns the number that stands behind a text.
func summed(said, text string) (n uint64) {
	_, rest, _ := strings.Cut(said, text)
	for _, r := range strings.TrimLeft(rest, " ") {
		switch {
		case r >= '0' && r <= '9':
			n = 10*n + uint64(r-'0')
		case r != ',':
			return n
		}
	}
	return n
}
