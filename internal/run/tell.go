package run

import (
	"onpath/compat/tcpdump"
	"onpath/flow"
	"onpath/record"
	"onpath/story"
)

// Explain reads the captures twice, to choose connections and to tell of them.
func Explain(c Config, w Wanted) error {
	in, err := spooled(c)
	if err != nil {
		return err
	}
	defer in.end()
	if err := in.rewind(); err != nil {
		return err
	}
	chosen, packets, err := choose(c, w)
	if err != nil {
		return err
	}
	c.Count = packets // their numbers are those of these packets
	if err := in.rewind(); err != nil {
		return err
	}
	return tell(c, chosen)
}

// onlyReading returns c without outputs and summary.
func onlyReading(c Config) Config {
	c.Outputs, c.Quiet = nil, true
	return c
}

// tell reads the captures again, and writes the stories of the chosen connections in
// the order of their numbers.
func tell(c Config, chosen []uint64) error {
	c.Quiet = true
	var stories []*story.Story
	job, err := newJob(c, reportFormats(&stories))
	if err != nil {
		return err
	}
	tellers := map[uint64]*story.Teller{}
	for _, n := range chosen {
		tellers[n] = &story.Teller{}
	}
	job.table = flow.New(job.config.Flow, func(r *record.Record) {
		if t := tellers[r.Conn]; t != nil {
			stories = append(stories, t.Tell(r))
		}
	})
	var line []byte
	printer := tcpdump.New(tcpdump.Config{Absolute: true})
	return job.drive(func() {
		job.packets(func(p *record.Packet) {
			if t := tellers[p.Conn]; t != nil {
				line = printer.AppendSegment(line[:0], p.View)
				t.Observe(p, line)
			}
			if t := tellers[p.About]; t != nil {
				line, _ = printer.AppendPacket(line[:0], p.View)
				t.Overhear(p, line)
			}
		})
	}, false)
}
