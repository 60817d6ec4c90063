package run

import (
	"fmt"
	"strings"
)

// queues returns those of all outputs.
func (j *job[R]) queues() (list []*queue) {
	for _, o := range j.files {
		if o.queue != nil {
			list = append(list, o.queue)
		}
	}
	return list
}

// startQueues has the outputs written from now on, and what is said.
func (j *job[R]) startQueues() {
	if j.live != nil {
		j.notes = newQueue("standard error", standard(stderr), nil, func(string) {})
		j.notes.most = j.config.queueBlocks()
		go j.notes.work()
	}
	for _, q := range j.queues() {
		go q.work()
	}
	if j.shelf != nil {
		go j.shelf.work()
	}
}

// flushNotes hands over what was said.
func (j *job[R]) flushNotes() {
	j.saying.Lock()
	defer j.saying.Unlock()
	if j.notes != nil {
		j.notes.flush()
	}
}

// reopen has all files begin anew.
func (j *job[R]) reopen() {
	for _, q := range j.queues() {
		q.reopen()
	}
}

// unhurried lets rows wait for the outputs: no packets come any more.
func (j *job[R]) unhurried() {
	for _, q := range j.queues() {
		q.ending, q.losing = true, false // a loss has another chance
	}
}

// hurried lets no packet wait for the outputs: packets come.
func (j *job[R]) hurried() {
	for _, q := range j.queues() {
		q.ending = false
	}
}

// endQueues waits until all is written, or given up.
func (j *job[R]) endQueues() {
	for _, q := range j.queues() {
		q.end()
	}
	for _, q := range j.queues() {
		ended := q.wait()
		q.flush() // of what it said
		if m := q.missing(); m != (volume{}) {
			j.lost = append(j.lost, fmt.Errorf("-o %s: %v are lost: the output is incomplete", q.name, m))
		} else if !ended {
			j.lost = append(j.lost, fmt.Errorf("-o %s: the disk does not confirm what is written: a last file has no name yet, it ends in %s", q.name, partSuffix))
		}
	}
}

// reportQueues says what did not find its way out.
func (j *job[R]) reportQueues(b *strings.Builder) {
	for _, q := range j.queues() {
		if m := q.missing(); m != (volume{}) {
			line(b, "rows lost", q.name+": "+m.String()+q.ofFloods())
		}
	}
}

// ofFloods says how many of the rows that were lost could be spared.
func (q *queue) ofFloods() string {
	if q.spared == 0 {
		return ""
	}
	return fmt.Sprintf(", %s of connections with one end that were pushed out", thousands(q.spared))
}
