package run

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"time"

	"onpath/flow"
	"onpath/packet"
	"onpath/record"
	"onpath/source"
)

// Bits of job.asked: what the other goroutine asks of the one that works.
const (
	askStop   uint32 = 1 << iota // read no more, finish
	askDraw                      // draw the progress bar
	askLook                      // say what is counted
	askTurn                      // let the other one work for a moment
	askReopen                    // begin the files of the outputs anew
	askTable                     // print what is open
	askKeep                      // go on with a checkpoint
)

// drawEvery is how often the progress bar is drawn; the first time after
// drawAfter, so that short work shows none.
const (
	drawAfter = 500 * time.Millisecond
	drawEvery = 200 * time.Millisecond
)

// job is one run over captures. Rows of type R go out.
type job[R any] struct {
	config  Config
	in      input
	live    *live // in, if it captures; else nil
	sieve   sieve
	decoder *packet.Decoder
	table   *flow.Table
	shards  *shards // instead of table; nil: one has all connections
	outs    []*sink[R]
	eyes    []eyes
	tellers []*sink[record.Finding] // as records end
	dumps   *dumps                  // nil: none are wanted
	shelf   *shelf                  // of dumps; nil: none is needed
	files   []*out                  // of all
	notes   *queue                  // to standard error, where what is said must not wait; else nil
	saying  sync.Mutex              // on what goes to standard error: with shards, who reads and who writes rows say something

	frame   packet.Frame
	views   [flow.Batch]packet.View // in use: one, or a batch
	tally   tally
	finding record.Finding // that is told
	spare   bool           // the record that ended can be spared
	limit   uint64         // packets to read
	began   time.Time
	bar     bar
	hear    func(string)  // is told what say says; nil: standard error is
	turn    func()        // answers the screen, if there is one
	err     error         // the first of an output
	failed  atomic.Bool   // err is set
	lost    []error       // files that could not be read, or not to their end
	waits   bool          // a read may have to wait: not all captures are files
	dropped uint64        // of health, what the table was told
	losses  uint64        // of live, the same
	health  source.Health // of the captures, before a read that may wait and at the end

	scrapes *scrapes // nil: nobody asks for metrics

	keeper   *keeper            // nil: no checkpoints are wanted
	before   *before            // that an earlier run has left; nil: none, or it is in the table
	newTable func() *flow.Table // of Read
	earlier  uint64             // packets of the runs that this one goes on from
	kept     bool               // a state has what is open

	seen  bool // standard error was a terminal in the beginning
	asked atomic.Uint32
	gate  chan struct{} // holds a token while somebody works on what is above
}

// drive runs work until the captures end or a signal comes, then finishes.
func (j *job[R]) drive(work func(), summary bool) error {
	signals := j.listen()
	defer close(signals)
	defer signal.Stop(signals)
	done := make(chan struct{})
	j.gate <- struct{}{}
	j.scrapes.serve(&j.config)
	j.startQueues()
	go func() {
		work()
		close(done)
	}()
	ended := j.wait(done, signals)
	j.lose(j.scrapes.stop())
	if ended {
		defer j.in.Close()
		j.health = j.in.Health()
	}
	return j.finish(summary)
}

// wait returns when the work is done, or when a signal has come and the work
// stands still. ended is false if it is stuck in a read that may never end: then
// its goroutine and its captures are left alone until the program exits. Without
// the gate's token it touches nothing else.
func (j *job[R]) wait(done <-chan struct{}, signals chan os.Signal) (ended bool) {
	draw := time.NewTimer(drawAfter)
	defer draw.Stop()
	for {
		select {
		case <-done:
			go j.second(signals)
			return true
		case <-draw.C:
			j.asked.Or(askDraw)
			draw.Reset(drawEvery)
		case s := <-signals:
			if !j.ask(s) {
				continue
			}
			j.deafen(s, signals)
			return j.halt(done)
		}
	}
}

// halt stops the work, and returns as wait does.
func (j *job[R]) halt(done <-chan struct{}) (ended bool) {
	j.asked.Or(askStop)
	if j.live != nil { // it is never stuck
		<-done
		return true
	}
	select {
	case <-done:
		return true
	case j.gate <- struct{}{}:
		return false
	}
}

// read gives every packet to the table, which writes the connections. They go
// in batches, so that the table's waits for memory overlap.
func (j *job[R]) read() {
	each := j.keepEach()
	for n := j.batch(); n > 0; n = j.batch() {
		j.table.ObserveEach(j.views[:n], each)
	}
}

// batch fills views with the next packet, waiting for it if need be, and then
// until they are full or what they share memory with would move: at the end of
// what was read, and behind a datagram put together from fragments.
func (j *job[R]) batch() (n int) {
	for n < len(j.views) && (n == 0 || j.in.Buffered() && j.views[n-1].Fragments == 0) && j.more() {
		if !j.sieve.selects(&j.frame) {
			continue
		}
		j.take(&j.views[n])
		if j.dumps != nil {
			j.dumps.frames[n] = j.frame
		}
		n++
	}
	return n
}

// packets gives every packet to the table and writes it.
func (j *job[R]) packets(write func(*record.Packet)) {
	for v := &j.views[0]; j.next(v); {
		p := j.table.Observe(v)
		write(&p)
	}
}

// next reads and decodes a packet that the filter selects, or says that there is none.
func (j *job[R]) next(v *packet.View) bool {
	for j.more() {
		if j.sieve.selects(&j.frame) {
			j.take(v)
			return true
		}
	}
	return false
}

// more reads a frame, or says that there is no more to do: the captures have ended, or
// -c is reached, or an output failed, or a signal came.
func (j *job[R]) more() bool {
	if j.asked.Load() != 0 && !j.answer() {
		return false
	}
	return j.tally.packets != j.limit && !j.failed.Load() && j.nextFrame()
}

// take shows the frame to everybody and decodes it.
func (j *job[R]) take(v *packet.View) {
	for _, e := range j.eyes {
		e.observe(&j.frame)
	}
	j.decoder.Decode(&j.frame, v)
	j.tally.packet(v, j.frame.Link)
}

// nextFrame reads a frame, or reports that there is none. A file that cannot be
// read is noted, and those after it are read.
func (j *job[R]) nextFrame() bool {
	for {
		switch err := j.readFrame(); {
		case err == nil:
			return true
		case err == errIdle:
			if !j.idle() {
				return false
			}
		case err == io.EOF || j.failed.Load():
			return false
		default:
			j.lose(err)
		}
	}
}

// lose notes what could not be done, and does not end the work; nil is nothing.
func (j *job[R]) lose(err error) {
	if err != nil {
		j.lost = append(j.lost, err)
	}
}

// readFrame reads once. Before a read that may wait, what is written must get
// out, and the gate is left.
func (j *job[R]) readFrame() error {
	if !j.waits || j.in.Buffered() {
		return j.in.Next(&j.frame)
	}
	if j.hush(); j.failed.Load() {
		return j.err
	}
	j.health = j.in.Health()
	if j.live != nil {
		return j.readLive()
	}
	<-j.gate
	err := j.in.Next(&j.frame)
	j.gate <- struct{}{}
	return err
}

// readLive reads once from interfaces, which never takes long. Who judges the frame must
// know what was dropped before it.
func (j *job[R]) readLive() error {
	err := j.in.Next(&j.frame)
	if n := j.live.losses(); n != j.losses {
		j.losses = n
		j.health = j.in.Health()
		j.tellDropped()
	}
	return err
}

// answer does what was asked, and reports whether to go on.
func (j *job[R]) answer() bool {
	asked := j.asked.And(^(askDraw | askLook | askReopen | askTable | askKeep))
	if asked&(askLook|askReopen|askTable) != 0 {
		j.standStill()
	}
	if asked&askDraw != 0 && j.mayDraw() {
		j.draw()
	}
	if asked&askReopen != 0 {
		j.reopen()
	}
	if asked&askTable != 0 {
		j.printOpen()
		j.flush() // while all stand still
	}
	if asked&askLook != 0 {
		j.health = j.in.Health()
		j.scrapes.answer(j.snapshot())
	}
	if asked&askTurn != 0 {
		j.turn()
	}
	if j.keeper != nil {
		j.checkpoint(j.keeper.share())
	}
	if asked&askStop != 0 && j.live != nil { // once: what has come is still read
		j.asked.And(^askStop)
		j.live.drain()
		return true
	}
	return asked&askStop == 0
}

// idle lets time go on while nothing comes, and reports whether to go on.
func (j *job[R]) idle() bool {
	j.pass(j.live.silent())
	j.checkpoint(keptQuiet)
	return j.asked.Load() == 0 || j.answer()
}

// drain writes all that is open, and tells what was found that belongs to no record.
func (j *job[R]) drain() {
	switch {
	case j.shards != nil:
	case j.live != nil:
		j.table.Drain()
	default:
		j.table.Flush()
	}
	j.tellEach(j.strays())
}

// finish writes what is left, or keeps it, closes the outputs and sums up.
func (j *job[R]) finish(summary bool) error {
	if j.shards == nil {
		j.tellLast()
		j.unhurried()
		j.kept = j.keep()
	}
	if !j.kept {
		j.drain()
	}
	failed := j.dumps.flush()
	j.end()
	j.bar.clear(j.errors())
	hangs := !j.notes.finish()
	if j.err == errNobodyReads {
		return j.verdict()
	}
	if !j.config.Quiet && !hangs {
		j.report(summary)
	}
	if err := errors.Join(append(j.lost, j.sieve.err(), j.err, failed)...); err != nil {
		return err
	}
	return j.verdict()
}
