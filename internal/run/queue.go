package run

import (
	"fmt"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// blockSize is how many octets of rows are handed over at once.
	blockSize = 64 << 10

	// queueBlocks is how many blocks of an output may wait: 16 MiB of rows.
	queueBlocks = 256

	// hesitation is for how long all in all the capture waits for an output whose queue
	// fills up before rows are lost; half of the queue must be empty for it to begin anew.
	// The kernel's ring holds what comes meanwhile.
	hesitation = 50 * time.Millisecond

	// settleEndurance is for how long, at the end, the disk may take to confirm what is written.
	settleEndurance = 30 * time.Second

	// endurance is for how long, at the end, an output may take nothing before it is given up.
	endurance = 3 * time.Second
)

// queue is the way of the rows of a capture to a target: a goroutine of its own writes
// them, so that a disk that is full and a pipe that nobody reads never hold up the capture.
// What finds no room is lost and counted.
type queue struct {
	name string // FORMAT=PATH
	to   *target
	say  func(string)
	head func(n uint64, line []byte) bool // whether the n-th line, from 0, is one of the head

	full  chan *block // to the writer
	free  chan *block // from it
	again chan bool   // the file may have been renamed
	stop  chan bool   // closed: what is not written is given up
	done  chan bool   // closed: the writer has ended
	notes chan string // of the writer, to be said

	// Of the goroutine that captures.
	most    int    // blocks that there may be; queueBlocks is the largest
	made    int    // blocks
	lines   uint64 // with those of the head
	block   *block // that is being filled; nil: none
	heading []byte // what stands at the head of each file
	offered volume
	lost    volume // of offered, what found no room
	told    volume // of lost, that it was said to be lost
	spared  uint64 // rows of lost that could be spared
	losing  bool
	loss    trouble
	sparing trouble
	waited  time.Duration
	ending  bool

	gone         atomic.Bool // its reader has closed the pipe
	rows, octets atomic.Uint64
	writes       writes  // how long a block takes
	failure      trouble // of the writer
}

// volume is how much of an output.
type volume struct{ rows, octets uint64 }

func (v volume) minus(w volume) volume { return volume{v.rows - w.rows, v.octets - w.octets} }

func (v volume) String() string {
	return plural(v.rows, "row") + " (" + plural(v.octets, "octet") + ")"
}

// queueBlocks returns how many blocks of an output may wait.
func (c *Config) queueBlocks() int {
	if c.queued == 0 {
		return queueBlocks
	}
	return max(c.queued/blockSize, 2)
}

func newQueue(name string, to *target, head func(uint64, []byte) bool, say func(string)) *queue {
	return &queue{
		name: name, to: to, head: head, say: say, most: queueBlocks,
		full: make(chan *block, queueBlocks), free: make(chan *block, queueBlocks),
		again: make(chan bool, 1), stop: make(chan bool), done: make(chan bool), notes: make(chan string, 16),
	}
}

// Write takes a line, which is a row or belongs to the head. The only error is that nobody
// reads any more.
func (q *queue) Write(line []byte) (int, error) {
	if q.gone.Load() {
		return 0, syscall.EPIPE
	}
	q.lines++
	if q.head != nil && q.head(q.lines-1, line) {
		q.heading = append(q.heading, line...)
		return len(line), nil
	}
	q.offered.add(line)
	if q.block == nil || len(q.block.octets)+len(line) > blockSize {
		q.hand()
		q.block = q.room(len(line))
	}
	if q.block == nil {
		q.lost.add(line)
		return len(line), nil
	}
	b := q.block
	b.head, b.octets = q.heading, append(b.octets, line...)
	b.ends = append(b.ends, len(b.octets))
	return len(line), nil
}

func (v *volume) add(line []byte) {
	v.rows++
	v.octets += uint64(len(line))
}

// hand hands the block over to the writer. There is room for all blocks there are.
func (q *queue) hand() {
	if q.block != nil && len(q.block.ends) > 0 {
		q.full <- q.block
		q.block = nil
	}
}

// room returns an empty block for a row of n octets, or nil if there is none and waiting
// is no use. Rows that are longer than a block take no more memory all in all, either.
func (q *queue) room(n int) *block {
	q.recover()
	if q.losing {
		q.mourn()
		return nil
	}
	var b *block
	if n <= blockSize || q.queued()+n <= q.most*blockSize {
		b = q.take()
	}
	if b == nil {
		q.losing = true
		q.mourn()
		return nil
	}
	b.reset()
	return b
}

// mourn says that rows are lost.
func (q *queue) mourn() {
	if q.loss.begins() {
		q.say(q.name + ": takes nothing: rows are lost from here on")
	}
}

// take returns a block that is free, or a new one while there may be more, or waits a bit.
func (q *queue) take() *block {
	select {
	case b := <-q.free:
		return b
	default:
	}
	if q.made < q.most {
		q.made++
		return &block{}
	}
	return q.await()
}

// await waits for a block to come back, as long as there is patience left.
func (q *queue) await() *block {
	patience := hesitation - q.waited
	if q.ending {
		patience = endurance
	}
	began := time.Now()
	select {
	case b := <-q.free:
		q.waited += time.Since(began)
		return b
	case <-time.After(patience):
		q.waited += patience
		return nil
	}
}

// crowded reports whether more than half of the queue waits to be written.
func (q *queue) crowded() bool {
	return max(len(q.full)*blockSize, q.queued()) > q.most*blockSize/2
}

// spares reports whether a row that can be spared must be: it is lost then. That of a row
// which was never written out is not counted in octets.
func (q *queue) spares() bool {
	if q == nil || q.ending || !q.crowded() {
		return false
	}
	q.offered.rows++
	q.lost.rows++
	q.spared++
	if q.sparing.begins() {
		q.say(q.name + ": does not keep up: rows of connections with one end that were pushed out are lost from here on")
	}
	return true
}

// recover ends a loss when half of the queue is empty.
func (q *queue) recover() {
	if q.crowded() {
		return
	}
	q.waited, q.losing = 0, false
	if lost, spared := q.loss.ends(), q.sparing.ends(); lost || spared {
		q.say(fmt.Sprintf("%s: is written again, %v are lost", q.name, q.lost.minus(q.told)))
		q.told = q.lost
	}
}

// flush hands over what there is if the writer has nothing to do, and says what befell it.
func (q *queue) flush() error {
	if len(q.full) == 0 {
		q.hand()
	}
	for len(q.notes) > 0 {
		q.say(<-q.notes)
	}
	q.recover()
	if q.gone.Load() {
		return syscall.EPIPE
	}
	return nil
}

// reopen has the writer begin a new file, or the file of that name anew.
func (q *queue) reopen() {
	q.hand()
	select {
	case q.again <- true:
	default: // it has not come to the last one
	}
}

// end hands over what is left.
func (q *queue) end() {
	q.hand()
	close(q.full)
}

// finish hands over what is left and waits for it as wait does; nil has nothing.
func (q *queue) finish() (ended bool) {
	if q == nil {
		return true
	}
	q.end()
	return q.wait()
}

// wait returns when all is written, or when nothing could be for too long: then what is
// left is given up, and it returns false if the writer hangs.
func (q *queue) wait() (ended bool) {
	before, still := q.octets.Load(), time.Duration(0)
	for {
		select {
		case <-q.done:
			return true
		case <-time.After(endurance):
		}
		now := q.octets.Load()
		if still += endurance; now != before {
			before, still = now, 0
		}
		if still > 0 && (q.queued() > 0 || still >= settleEndurance) {
			return q.giveUp()
		}
	}
}

// giveUp ends the writer. If it hangs in a file system, it is left alone until the program
// exits.
func (q *queue) giveUp() (ended bool) {
	close(q.stop)
	if f := q.to.file.Load(); f != nil {
		f.SetWriteDeadline(time.Now()) // of pipes; others have none
	}
	select {
	case <-q.done:
		return true
	case <-time.After(hesitation):
		return false
	}
}

// missing returns what was not written, at the end.
func (q *queue) missing() volume {
	if q.gone.Load() {
		return volume{}
	}
	return q.offered.minus(q.written())
}

func (q *queue) written() volume { return volume{q.rows.Load(), q.octets.Load()} }

// queued returns how many octets wait to be written.
func (q *queue) queued() int {
	if q.gone.Load() {
		return 0
	}
	return int(q.offered.octets - q.lost.octets - q.octets.Load())
}
