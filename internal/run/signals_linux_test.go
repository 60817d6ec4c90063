package run

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"onpath/record"
)

// TestTerminalGone: SIGHUP ends a capture when the terminal is gone that it was started
// from, and else opens files again.
func TestTerminalGone(t *testing.T) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Skip("no pseudo-terminal can be made: ", err)
	}
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminal can be opened: ", err)
	}
	defer terminal.Close()
	old := stderr
	stderr = terminal
	defer func() { stderr = old }()
	j := &job[record.Record]{live: &live{}}
	defer signal.Stop(j.listen())
	if j.ask(syscall.SIGHUP) || j.asked.Load() != askReopen || j.ask(syscall.SIGUSR1) || !j.ask(syscall.SIGTERM) {
		t.Error("with a terminal")
	}
	master.Close()
	if !j.ask(syscall.SIGHUP) {
		t.Error("without its terminal it goes on")
	}
}
