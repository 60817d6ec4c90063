package run

import (
	"os"
	"os/signal"
	"syscall"

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

// deafen lets the next signal kill; those that ask for something ask in vain from now on.
func (j *job[R]) deafen(signals chan os.Signal) {
	signal.Stop(signals)
	if j.live != nil {
		for s := range asks {
			signal.Ignore(s)
		}
	}
}
