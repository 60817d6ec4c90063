package run

import (
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"
)

// listen returns where signals come.
func (j *job[R]) listen() chan os.Signal {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if j.live != nil {
		for s := range asks {
			signal.Notify(signals, s)
		}
	}
	signal.Ignore(syscall.SIGPIPE) // a closed pipe is an error of Write (sink)
	j.seen = term.IsTerminal(int(stderr.Fd()))
	return signals
}

// ask asks of the one that works what a signal wants, and reports whether it is to end.
func (j *job[R]) ask(s os.Signal) (end bool) {
	bit, known := asks[s]
	if !known || s == syscall.SIGHUP && j.hungUp() {
		return true
	}
	j.asked.Or(bit)
	return false
}

// hungUp reports whether the terminal is gone from which onpath was started: then SIGHUP
// means what it meant at first.
func (j *job[R]) hungUp() bool { return j.seen && !term.IsTerminal(int(stderr.Fd())) }

// echo is for how long a signal that ends is the same one: timeout(1) sends its own to the
// program and then to the group that the program is of.
const echo = 500 * time.Millisecond

// deafen lets the signal kill that comes after s and its echo; those that ask for something
// ask in vain from now on.
func (j *job[R]) deafen(s os.Signal, signals chan os.Signal) {
	time.AfterFunc(echo, func() { signal.Stop(signals) })
	if s == syscall.SIGTERM && j.live == nil {
		go j.insist(signals)
	}
	if j.live != nil {
		for s := range asks {
			signal.Ignore(s)
		}
	}
}

// second lets the second signal kill that comes while the end is under way: what the first
// one asks for is being done. It ends with the first one, or when signals is closed.
func (j *job[R]) second(signals chan os.Signal) {
	for s := range signals {
		if j.ask(s) {
			j.deafen(s, signals)
			return
		}
	}
}

// insist has SIGTERM end the program though a pipe is full that nobody reads: who sends it
// need not send another. (Who types ^C may type it again; a capture gives its outputs up by
// itself.) It ends when signals is closed.
func (j *job[R]) insist(signals chan os.Signal) {
	for {
		select {
		case _, echoed := <-signals:
			if !echoed {
				return
			}
		case <-time.After(hesitation):
		}
		if stuck := j.stuck(endurance); len(stuck) > 0 {
			fmt.Fprintf(stderr, "onpath: %s: it is given up, and incomplete\n", strings.Join(stuck, ", "))
			signal.Stop(signals)
			again()
			return
		}
	}
}

// again sends SIGTERM to this process, which deafen has let kill.
func again() {
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		self.Signal(syscall.SIGTERM)
	}
}
