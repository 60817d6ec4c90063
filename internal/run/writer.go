package run

import (
	"errors"
	"fmt"
	"syscall"
	"time"
)

// retryEvery is how often what could not be written is tried again.
const retryEvery = 500 * time.Millisecond

// work writes what is handed over until it ends or is given up.
func (q *queue) work() {
	defer close(q.done)
	for {
		select {
		case b, more := <-q.full:
			if !more || !q.store(b) {
				q.note(errors.Join(q.to.finish(), q.to.settled()))
				return
			}
			q.free <- b
		case <-q.again:
			q.note(q.to.reopen())
		case <-q.timeUp():
			q.note(q.to.finish())
		}
	}
}

// timeUp fires when the time of the file is over.
func (q *queue) timeUp() <-chan time.Time {
	if q.to.due.IsZero() || q.to.file.Load() == nil {
		return nil
	}
	return time.After(time.Until(q.to.due))
}

// store writes a block, however long that takes, and returns false if it was given up.
func (q *queue) store(b *block) bool {
	q.writes.begin()
	defer q.writes.end()
	for from := 0; from < len(b.octets) && !q.gone.Load(); {
		to, err := q.to.write(b, from)
		q.rows.Add(uint64(b.rows(from, to)))
		q.octets.Add(uint64(to - from))
		from = to
		if !q.goesOn(err) {
			return false
		}
	}
	return true
}

// goesOn minds what became of a write. If it failed, it waits before the next one.
func (q *queue) goesOn(err error) bool {
	if errors.Is(err, syscall.EPIPE) {
		q.gone.Store(true)
		return true
	}
	q.tell(err)
	if err == nil {
		return true
	}
	select {
	case <-q.stop:
		return false
	case <-q.again:
		q.note(q.to.reopen())
	case <-time.After(retryEvery):
	}
	return true
}

// tell says that writing has begun to fail, or to succeed again.
func (q *queue) tell(err error) {
	switch {
	case err == nil && q.failure.ends():
		q.leave(q.name + ": there is room again")
	case err != nil && q.failure.begins():
		q.leave(fmt.Sprintf("%s: %v: what comes is kept for now, up to %d MiB", q.name, err, q.most*blockSize>>20))
	}
}

// note leaves an error to be said.
func (q *queue) note(err error) {
	if err != nil {
		q.leave(fmt.Sprintf("%s: %v", q.name, err))
	}
}

// leave leaves a note. Who captures says it; if nobody does, there is no room for more.
func (q *queue) leave(note string) {
	select {
	case q.notes <- note:
	default:
	}
}
