package run

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/term"

	"onpath/check"
	"onpath/flow"
	"onpath/packet"
	"onpath/record"
	"onpath/sink/top"
	"onpath/tcp"
)

// Screen says how Top looks, and how fast it replays.
type Screen struct {
	Speed float64 // of captures: how much faster than their own time; 0: as fast as it goes
	ASCII bool    // the terminal has no UTF-8
	Plain bool    // no colour
}

// Top shows the open connections on the terminal, of captures or interfaces, until it
// is told to end. Then it writes the summary.
func Top(c Config, look Screen) error {
	if !term.IsTerminal(int(os.Stdout.Fd())) {
		return errors.New("top draws on a terminal, and standard output is none; onpath read or live write to files")
	}
	job, err := newJob[record.Packet](c, nil)
	if err != nil {
		return err
	}
	if err = job.confine(); err != nil {
		job.close()
		return err
	}
	job.table = flow.New(job.config.Flow, job.ended)
	s := newScreen(job, look.Speed)
	config := top.Config{Ask: s.ask, ASCII: look.ASCII, Plain: look.Plain}
	if job.live == nil {
		config.Hold = s.pace.held.Store
	}
	return s.show(tea.NewProgram(top.New(config), tea.WithFPS(10)))
}

// screen is what works for the view: a goroutine that reads packets, and between two of
// them answers what the view's asks.
type screen struct {
	*job[record.Packet]
	where  string
	pace   pace
	board  board
	recent *recent
	over   chan struct{} // closed when the view has ended
	one    sync.Mutex    // one question at a time
	query  chan top.Query
	shots  chan top.Snapshot // the answer
	ended  bool              // the captures have
	spent  time.Duration     // until then

	octets uint64    // of frames, on the wire
	notice string    // what befell an interface last
	before [2]uint64 // packets, octets at the last sample
	at     int64     // its time
	rate   [2]float64
}

func newScreen(j *job[record.Packet], speed float64) *screen {
	s := &screen{job: j, where: place(&j.config), recent: newRecent(), over: make(chan struct{})}
	s.pace.speed = speed
	s.query, s.shots = make(chan top.Query, 1), make(chan top.Snapshot, 1)
	j.hear, j.turn = func(what string) { s.notice = what }, s.reply
	return s
}

// place names what is watched.
func place(c *Config) string {
	if len(c.Capture.Interfaces) > 0 {
		return strings.Join(c.Capture.Interfaces, ", ")
	}
	return strings.Join(c.Files, ", ")
}

// show runs the view while packets are read, and finishes.
func (s *screen) show(view *tea.Program) error {
	done := make(chan struct{})
	s.gate <- struct{}{}
	go func() {
		s.watch()
		close(done)
	}()
	_, failed := view.Run()
	close(s.over)
	if s.halt(done) {
		defer s.in.Close()
		s.health = s.in.Health()
	}
	s.hear = nil
	if s.ended { // looking at what is left is no work
		s.began = time.Now().Add(-s.spent)
	}
	if errors.Is(failed, tea.ErrInterrupted) {
		failed = nil
	}
	return errors.Join(failed, s.finish(true))
}

// watch gives every packet to the table, when its time has come. Behind the last one it
// stays for who looks.
func (s *screen) watch() {
	for v := &s.views[0]; s.next(v); {
		if s.live == nil {
			s.pace.wait(v.At, s.rest)
		}
		p := s.table.Observe(v)
		s.octets += uint64(v.WireLen)
		s.recent.keep(&s.frame, &p)
	}
	s.ended, s.spent = true, time.Since(s.began)
	if s.asked.Load()&askStop == 0 {
		s.rest(1<<63 - 1)
	}
}

// rest lets others work, for a while or until the view has ended.
func (s *screen) rest(d time.Duration) {
	wake := time.NewTimer(d)
	defer wake.Stop()
	<-s.gate
	select {
	case <-wake.C:
	case <-s.over:
		s.pace.held.Store(false)
		s.pace.speed = 0
	}
	s.gate <- struct{}{}
}

// ask has the view's question answered by the goroutine that works, or by this one if
// the other waits.
func (s *screen) ask(q top.Query) top.Snapshot {
	s.one.Lock()
	defer s.one.Unlock()
	s.query <- q
	s.asked.Or(askTurn)
	select {
	case shot := <-s.shots:
		return shot
	case s.gate <- struct{}{}:
		s.reply()
		<-s.gate
		return <-s.shots
	}
}

// reply answers the question that waits, if there is one.
func (s *screen) reply() {
	select {
	case q := <-s.query:
		s.shots <- s.shot(&q)
	default:
	}
}

// now is the time of the capture.
func (s *screen) now() int64 {
	if s.live != nil {
		return max(s.tally.last, s.live.silent())
	}
	return max(s.tally.last, s.pace.at)
}

// shot answers a query.
func (s *screen) shot(q *top.Query) top.Snapshot {
	now, stats := s.now(), s.table.Stats()
	s.sample(now)
	shot := top.Snapshot{
		Where: s.where, Ended: s.ended, Notice: s.notice, Packets: s.tally.packets, Octets: s.octets, Rate: s.rate,
		Dropped: s.in.Health().Dropped, Undecoded: s.tally.packets - s.tally.why[packet.Decoded],
		Open: stats.Live, Begun: stats.Begun,
	}
	if s.tally.packets == 0 {
		return shot
	}
	shot.At = now
	shot.Rows = s.board.look(s.table, q, now)
	shot.Partly = !s.board.whole
	if q.Conn != 0 {
		shot.Detail = s.detail(q.Conn, now)
	}
	return shot
}

// sample updates the rates of all packets.
func (s *screen) sample(now int64) {
	if s.at == 0 {
		s.at = s.tally.first
	}
	passed := float64(now-s.at) / 1e9
	if passed < 0 { // a clock that was set back
		s.at = now
	}
	if passed < 1 {
		return
	}
	sum := [2]uint64{s.tally.packets, s.octets}
	for i := range sum {
		s.rate[i] = float64(sum[i]-s.before[i]) / passed
	}
	s.before, s.at = sum, now
}

// detail tells of an open connection; nil if it is none any more. It is looked for where
// it was shown last.
func (s *screen) detail(conn uint64, now int64) *top.Detail {
	o, ok := s.board.find(s.table, conn)
	if !ok {
		return nil
	}
	d := &top.Detail{Row: rowOf(o, &s.board.seen[o.Slot], now), Packets: s.recent.lines(conn)}
	r := o.Record()
	d.Findings = sentences(r.Findings)
	if stacks, ok := o.Stacks(); ok {
		var ends [2]record.StackEnd
		for end := range ends {
			at := tcp.Dir(end)
			ends[end] = record.StackEnd{Stack: stacks[end], Addr: r.Addr(at), Port: r.Port(at)}
		}
		table := strings.TrimSuffix(string(record.AppendStacks(nil, &ends)), "\n")
		d.Stacks = strings.Split(ofEnds.Replace(table), "\n")
	}
	return d
}

// ofEnds calls the columns of the stacks by what they are here.
var ofEnds = strings.NewReplacer("Local endpoint ", "Client         ", "Remote endpoint", "Server         ")

// sentences tells what was found, the worst first.
func sentences(found []check.Finding) (lines []string) {
	slices.SortStableFunc(found, func(a, b check.Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	for i := range found {
		f := &found[i]
		lines = append(lines, fmt.Sprintf("%v (%v), of the %v, %s, explained by: %v", f.ID, f.Severity, f.Dir, often(f.Count), f.Cause))
		if len(f.Kept) > 0 {
			o := &f.Kept[0]
			lines = append(lines, "  frame "+fmt.Sprint(o.Frame)+": "+string(check.AppendSentence(nil, f.ID, o.Numbers)))
		}
	}
	return lines
}
