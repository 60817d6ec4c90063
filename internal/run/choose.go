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
}

// order puts the worst findings first, then the lowest numbers.
func order(a, b candidate) int {
	return cmp.Or(cmp.Compare(b.worst, a.worst), cmp.Compare(a.conn, b.conn))
}

// chosen keeps which connections deserve to be told of: never more than maxStories,
// however many it hears of. The zero chosen has heard of none.
type chosen struct {
	want  uint64      // number of the only one that is wanted; 0: any
	other bool        // that one is not TCP
	best  []candidate // in their order
	tcp   uint64      // how many are TCP
	last  uint64      // the highest number
}

// add hears of a connection whose record has ended.
func (k *chosen) add(r *record.Record) {
	k.last = max(k.last, r.Conn)
	switch {
	case k.want != 0 && r.Conn != k.want:
		return
	case !r.IsTCP():
		k.other = true
		return
	}
	k.tcp++
	x := candidate{conn: r.Conn}
	if f := r.Worst(); f != nil {
		x.worst = f.Severity
	}
	i, _ := slices.BinarySearchFunc(k.best, x, order)
	k.best = slices.Insert(k.best, i, x)
	k.best = k.best[:min(len(k.best), maxStories)]
}

// conns returns their numbers.
func (k *chosen) conns() (list []uint64, err error) {
	switch {
	case k.want != 0 && k.other:
		return nil, fmt.Errorf("connection %d is not TCP: only TCP has a story", k.want)
	case k.want != 0 && k.tcp == 0:
		return nil, fmt.Errorf("--conn %d: there is none of that number; onpath read numbers them, up to %d here", k.want, k.last)
	case k.tcp == 0:
		return nil, errors.New("there is no TCP connection in it")
	case k.tcp > maxStories:
		fmt.Fprintf(stderr, "%d of %s are told of, those with the worst findings; --conn N names another\n", maxStories, plural(k.tcp, "TCP connection"))
	}
	for _, x := range k.best {
		list = append(list, x.conn)
	}
	return list, nil
}

// choose reads the captures once, and returns the connections that are told of, and how
// many packets were read: captures grow, and a signal ends the reading.
func choose(c Config, w Wanted) (conns []uint64, packets uint64, err error) {
	job, err := newJob[record.Packet](onlyReading(c), nil)
	if err != nil {
		return nil, 0, err
	}
	k := &chosen{want: w.Conn}
	var what string // what the wanted frame is, if no connection's
	job.table = flow.New(job.config.Flow, k.add)
	err = job.drive(func() {
		job.packets(func(p *record.Packet) {
			if p.View.Number == w.Frame { // its record ends later
				*k, what = chosen{want: cmp.Or(p.About, p.Conn)}, p.View.Why.Doc()
			}
		})
	}, false)
	switch {
	case err != nil:
		return nil, 0, err
	case w.Frame != 0 && k.want == 0:
		return nil, 0, noFrame(w.Frame, job.tally.packets+job.sieve.others, what)
	}
	conns, err = k.conns()
	return conns, job.tally.packets, err
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
