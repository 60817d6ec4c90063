package run

import (
	"fmt"
	"runtime"

	"onpath/check"
	"onpath/flow"
	"onpath/packet"
	"onpath/record"
)

// fewOctets is how much there must be to read that it is worth to divide it.
const fewOctets = 4 << 20

// alone says why packets are needed in their order, one after the other, so that one table
// has all connections; "": they are not.
func (c *Config) alone() string {
	switch {
	case c.Evidence.Dir != "":
		return "--evidence needs"
	case c.Netfilter != nil:
		return "--netfilter needs"
	}
	for _, o := range c.Outputs {
		if f := find(RecordFormats, o.Format); f != nil && f.look != nil {
			return "-o " + o.Format + " needs"
		}
	}
	return ""
}

// shardsOf returns how many shards there are to be of what is captured, or of so many octets
// that are to be read; 0: nobody knows how many.
func (c *Config) shardsOf(octets int64) int {
	processors := runtime.GOMAXPROCS(0)
	switch {
	case c.alone() != "":
		return 1
	case c.Shards > 0:
		return min(c.Shards, MaxShards)
	case captures(c) > 0:
		return min(max(processors/2, 1), MaxShards) // what it watches has other work
	case octets < fewOctets || c.Memory > 0: // more take more memory: Divide counts those that were asked for
		return 1
	}
	return min(processors, MaxShards)
}

// divided makes so many tables, which give emit records, and returns what gives them packets.
func (j *job[R]) divided(tables int, emit func(*record.Record)) (work func()) {
	if tables > 1 {
		j.shards = newShards(&j.config, tables, emit)
		j.shards.flush = j.flush
		if j.keeper == nil { // else what is noted of a row must fit what the desk has done
			j.shards.clerk = newClerk()
		}
		return j.readShards
	}
	j.newTable = func() *flow.Table { return flow.New(j.config.Flow, emit) }
	j.table = j.newTable()
	return func() { j.resume(); j.read() }
}

// divide returns how many shards there are to be, and says so if it is not what was asked
// for.
func (j *job[R]) divide() int {
	n, why := j.config.shardsOf(j.in.Size()), j.config.alone()
	if j.waits && j.live == nil {
		n, why = 1, "standard input and pipes need"
	}
	if n < j.config.Shards && why != "" {
		j.say(fmt.Sprintf("--shards %d: one, because %s the packets in their order", j.config.Shards, why))
	}
	return n
}

// tables returns all tables.
func (j *job[R]) tables() []*flow.Table {
	if j.shards != nil {
		return j.shards.tables()
	}
	return []*flow.Table{j.table}
}

// standing gives to a record as it stands. With shards, they stand still.
func (j *job[R]) standing(o flow.Open, to func(*record.Record)) {
	if j.shards != nil {
		j.shards.desk.Standing(o, to)
		return
	}
	to(o.Record())
}

// pass lets time go on until at, ns since the Unix epoch, without a packet.
func (j *job[R]) pass(at int64) {
	if j.shards != nil {
		j.shards.pass(at)
		return
	}
	j.table.Pass(at)
}

// hush has what is written get out: nothing comes at once.
func (j *job[R]) hush() {
	if j.shards != nil {
		j.shards.hush()
		return
	}
	j.flush()
}

// standStill waits until all is done with what was read: then who reads may touch all
// tables, and what is written.
func (j *job[R]) standStill() {
	if j.shards != nil {
		j.shards.standStill()
	}
}

func (s *shards) standStill() {
	s.stands = true
	s.send()
	<-s.still
}

// hush sends what is there, if it is not sent: nothing comes at once.
func (s *shards) hush() {
	if !s.hushed {
		s.quiet, s.hushed = true, true
		s.send()
	}
}

// pass lets time go on until at, ns since the Unix epoch, without a packet, as that of a
// Table does. A tick has a batch of its own: it comes before the next frame, and behind the
// tick before.
func (s *shards) pass(at int64) {
	if at < s.now {
		return
	}
	if s.now = at; s.clock.Pass(at) {
		s.hush()
		s.tick(&packet.Frame{Number: s.last, At: at})
		s.hushed = false
		s.hush()
	}
}

// lose says that packets are missing between the last frame and the next.
func (s *shards) lose(packets uint64, until check.Moment) {
	s.lossy, s.dropped, s.lost, s.hushed = true, packets, until, false
	s.send()
}

// strays returns what was found that belongs to no record.
func (j *job[R]) strays() []check.Stray {
	if j.shards != nil {
		return j.shards.desk.Strays()
	}
	return j.table.Strays()
}

// oldStrays returns, and forgets, those of strays that are not to be expected again.
func (j *job[R]) oldStrays() []check.Stray {
	if j.shards != nil {
		return j.shards.oldStrays()
	}
	return j.table.OldStrays()
}

// stats returns what is counted of the connections.
func (j *job[R]) stats() flow.Stats {
	if j.shards != nil {
		return j.shards.desk.Stats(j.shards.tables())
	}
	return j.table.Stats()
}
