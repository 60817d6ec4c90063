package run

import (
	"fmt"
	"time"

	"onpath/internal/metrics"
)

// scrapes lets who scrapes ask the goroutine that works. nil: nobody can.
type scrapes struct {
	server  *metrics.Server
	answers chan *metrics.Snapshot
	over    chan struct{} // closed when nobody answers any more
	served  chan error    // nil: Serve was not called
}

// answerTime is how long who scrapes waits for an answer.
const answerTime = 2 * time.Second

// openScrapes listens, if c says where. look and stuck are a job's.
func openScrapes(c *Config, look func() *metrics.Snapshot, stuck func(time.Duration) []string) (*scrapes, error) {
	if c.Metrics.Addr == "" {
		return nil, nil
	}
	server, err := metrics.Open(c.Metrics, metrics.Source{Take: look, Stuck: stuck})
	if err != nil {
		return nil, err
	}
	return &scrapes{server: server, answers: make(chan *metrics.Snapshot, 1), over: make(chan struct{})}, nil
}

// serve serves until stop, and says where.
func (s *scrapes) serve(c *Config) {
	if s == nil {
		return
	}
	if !c.Quiet {
		fmt.Fprintf(stderr, "%-*s%s\n", summaryIndent, "metrics", s.server.URL())
	}
	s.served = make(chan error, 1)
	go func() { s.served <- s.server.Serve() }()
}

// stop ends the serving, and returns what went wrong with it.
func (s *scrapes) stop() error {
	if s == nil {
		return nil
	}
	close(s.over)
	s.server.Close()
	if s.served == nil {
		return nil
	}
	return <-s.served
}

// answer hands a Snapshot to who asked, if he still waits.
func (s *scrapes) answer(shot *metrics.Snapshot) {
	select {
	case s.answers <- shot:
	default:
	}
}

// look returns what is counted now: what the goroutine that works answers between two
// packets, or what can be seen while it waits for one. nil: it does neither in time. It
// is called by one goroutine at a time.
func (j *job[R]) look() *metrics.Snapshot {
	select {
	case <-j.scrapes.answers: // to one who waits no more
	default:
	}
	late := time.NewTimer(answerTime)
	defer late.Stop()
	j.asked.Or(askLook)
	defer j.asked.And(^askLook)
	select {
	case s := <-j.scrapes.answers:
		return s
	case j.gate <- struct{}{}:
		defer func() { <-j.gate }()
		return j.snapshot()
	case <-j.scrapes.over:
	case <-late.C:
	}
	return nil
}

// stuck names the outputs to which one write lasts for longer. Any goroutine may ask.
func (j *job[R]) stuck(longer time.Duration) (outputs []string) {
	for _, o := range j.files {
		if last := o.writes.last(); last > longer {
			outputs = append(outputs, fmt.Sprintf("output %s=%s: a write lasts for %s", o.format, o.path, last.Round(time.Second)))
		}
	}
	return append(outputs, j.shelf.stuck(longer)...)
}
