package run

import (
	"runtime"
	"sync"

	"onpath/check"
	"onpath/flow"
	"onpath/packet"
	"onpath/record"
)

// shards divide the connections among several tables, each with a goroutine of its own:
//
//	            ┌─▶ shard 0: decodes, its table ─┐
//	reader ─────┼─▶ shard 1                      ├─▶ desk: orders, numbers, writes rows
//	cuts batches└─▶ …                            ┘
//
// The reader looks at each frame as far as it takes to know whose it is, decodes those of
// which that is not plain to see, and tells all shards when a tick begins. A shard tells
// the desk, batch by batch, which records began and ended, and what is of no single
// connection. The desk takes that in the order of the frames, as one table would have
// seen it: so what is written does not depend on how many shards there are, unless a bound
// is reached, of which each has its part. A rule that must know what other connections
// have shown waits until the desk has come to its frame.
type shards struct {
	each    []*shard
	desk    *flow.Desk
	batches chan *batch
	batch   *batch // that the reader fills
	clock   flow.Clock
	seed    packet.Seed
	last    uint64 // number of the last frame
	news
}

// MaxShards is the largest number of shards.
const MaxShards = 64

// fewOctets is how much there must be to read that it is worth to divide it.
const fewOctets = 4 << 20

// shardsOf returns how many shards there are to be: one where packets are needed in
// order, one after the other, or as they come.
func (j *job[R]) shardsOf() int {
	c := &j.config
	inOrder := j.live != nil || j.waits || len(j.eyes) > 0 || j.dumps != nil || j.keeper != nil || j.scrapes != nil ||
		c.Flow.Netfilter != nil || c.Flow.Interim > 0
	switch {
	case inOrder:
		return 1
	case c.Shards > 0:
		return min(c.Shards, MaxShards)
	case j.in.Size() < fewOctets || c.Memory > 0: // more take more memory: Divide counts those that were asked for
		return 1
	}
	return min(runtime.GOMAXPROCS(0), MaxShards)
}

// newShards returns n of them. emit is called for each record.
func newShards(c *Config, n int, emit func(*record.Record)) *shards {
	s := &shards{desk: flow.NewDesk(c.Flow, emit), seed: drawSeed(), batches: make(chan *batch, batchesAhead+2)}
	for i := range n {
		s.each = append(s.each, newShard(i, c, n, s.desk))
	}
	for range cap(s.batches) {
		s.batches <- newBatch(n)
	}
	s.batch = <-s.batches
	return s
}

// tables returns those of all shards.
func (s *shards) tables() (all []*flow.Table) {
	for _, w := range s.each {
		all = append(all, w.table)
	}
	return all
}

// readShards gives every packet to the shard that has its connection. It returns when all
// is written.
func (j *job[R]) readShards() {
	s := j.shards
	var working sync.WaitGroup
	for _, w := range s.each {
		working.Go(func() { w.work(s.takeBack) })
	}
	working.Go(s.listen)
	for j.more() {
		if j.sieve.selects(&j.frame) {
			s.add(&j.frame, j.decoder, &j.tally)
		}
	}
	j.health = j.in.Health()
	s.over, s.at = true, j.tally.before
	if j.health.Dropped > j.dropped {
		s.dropped, s.lost = j.health.Dropped-j.dropped, check.Moment{Frame: j.tally.packets, At: j.tally.last}
		j.dropped = j.health.Dropped
	}
	s.send()
	for _, w := range s.each {
		close(w.in)
	}
	working.Wait()
}

// add puts a frame into the batch. Behind that, f is in use until the batch comes back.
func (s *shards) add(f *packet.Frame, d *packet.Decoder, t *tally) {
	if !s.batch.fits(f) {
		s.send()
	}
	b := s.batch
	b.keep(f)
	s.last = f.Number
	if s.clock.Pass(f.At) {
		for i := range s.each {
			b.add(i, item{Frame: *f, what: tickIt})
		}
	}
	spread, plain := packet.PlainSpread(f, &s.seed)
	if plain {
		t.frame(f)
		s.begin(f.At)
		b.add(s.of(spread), item{Frame: *f, what: decodeIt})
		return
	}
	v, n := b.view()
	d.Decode(f, v)
	detach(v)
	t.packet(v, f.Link)
	s.count(v, n)
}

// count puts what the reader has decoded into the batch.
func (s *shards) count(v *packet.View, n int32) {
	b, to := s.batch, 0
	if v.IsTCP() {
		s.begin(v.At)
	}
	if v.Why == packet.Decoded {
		to = s.of(v.Key.Spread(&s.seed))
	}
	b.add(to, item{view: n, what: countIt})
	if q, ok := v.Quote(); ok {
		if of := s.of(q.Key.Spread(&s.seed)); of != to {
			b.add(of, item{Frame: packet.Frame{Number: v.Number}, view: n, what: quoteIt})
		}
	}
}

// begin notes when the first TCP segment passed.
func (s *shards) begin(at int64) {
	if !s.hasTCP {
		s.began, s.hasTCP = at, true
	}
}

// of returns which shard has the connections of that spread.
func (s *shards) of(spread uint32) int { return int(uint64(spread) * uint64(len(s.each)) >> 32) }

// send gives the batch to all shards, and takes another one.
func (s *shards) send() {
	s.batch.news, s.batch.last = s.news, s.last
	s.batch.left.Store(int32(len(s.each)))
	for _, w := range s.each {
		w.in <- s.batch
	}
	s.batch = <-s.batches
}

// takeBack is called by each shard that is done with a batch.
func (s *shards) takeBack(b *batch) {
	if b.left.Add(-1) == 0 {
		b.reset()
		s.batches <- b
	}
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
		return j.shards.desk.OldStrays()
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
