package run

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"onpath/anomaly"
	"onpath/flow"
	"onpath/record"
)

// Wanted says which connections Explain tells of. The zero Wanted: all, and of more
// than maxStories those with the worst findings.
type Wanted struct {
	Conn  uint64 // number of a record; 0: any
	Frame uint64 // number of a frame, from 1 over all captures; 0: any
}

// maxStories is how many connections are told of that nobody named.
const maxStories = 10

// candidate is a connection that may be told of.
type candidate struct {
	conn  uint64
	worst anomaly.Severity
	count uint64
	tcp   bool
}

// choose reads the captures once, and returns the connections that are told of.
func choose(c Config, w Wanted) ([]uint64, error) {
	job, err := newJob[record.Packet](onlyReading(c), nil)
	if err != nil {
		return nil, err
	}
	var all []candidate
	var holds uint64 // the connection of the wanted frame
	var what string  // what that frame is instead
	job.table = flow.New(job.config.Flow, func(r *record.Record) { all = append(all, candidateOf(r)) })
	err = job.drive(func() {
		job.packets(func(p *record.Packet) {
			if p.View.Number == w.Frame {
				holds, what = p.Conn, p.View.Why.Doc()
			}
		})
	}, false)
	if err != nil {
		return nil, err
	}
	if w.Frame != 0 {
		if holds == 0 {
			return nil, noFrame(w.Frame, job.tally.packets+job.sieve.others, what)
		}
		w.Conn = holds
	}
	return pick(all, w.Conn)
}

// noFrame says why a frame has no story.
func noFrame(frame, frames uint64, what string) error {
	switch {
	case frame > frames:
		return fmt.Errorf("--frame %d: there are only %d", frame, frames)
	case what == "":
		return fmt.Errorf("--frame %d: the filter does not select it", frame)
	}
	return fmt.Errorf("--frame %d: it was not decoded: %s", frame, what)
}

func candidateOf(r *record.Record) candidate {
	x := candidate{conn: r.Conn, tcp: r.IsTCP()}
	if f := r.Worst(); f != nil {
		x.worst, x.count = f.Severity, f.Count
	}
	return x
}

// pick returns the connection of that number, or if it is 0 those that deserve it.
func pick(all []candidate, conn uint64) ([]uint64, error) {
	if conn != 0 {
		i := slices.IndexFunc(all, func(x candidate) bool { return x.conn == conn })
		switch {
		case i < 0:
			return nil, fmt.Errorf("--conn %d: there is none of that number; onpath read numbers them, up to %d here", conn, len(all))
		case !all[i].tcp:
			return nil, fmt.Errorf("connection %d is not TCP: only TCP has a story", conn)
		}
		return []uint64{conn}, nil
	}
	all = slices.DeleteFunc(all, func(x candidate) bool { return !x.tcp })
	if len(all) == 0 {
		return nil, errors.New("there is no TCP connection in it")
	}
	slices.SortFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.worst, a.worst), cmp.Compare(a.conn, b.conn))
	})
	if len(all) > maxStories {
		fmt.Fprintf(stderr, "%d of %s are told of, those with the worst findings; --conn N names another\n", maxStories, plural(uint64(len(all)), "TCP connection"))
		all = all[:maxStories]
	}
	var list []uint64
	for _, x := range all {
		list = append(list, x.conn)
	}
	return list, nil
}
