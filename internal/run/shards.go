package run

import (
	"sync"

	"onpath/flow"
	"onpath/packet"
	"onpath/record"
)

// shards divide the connections among several tables, each with a goroutine of its own:
//
//	            ┌─▶ shard 0: decodes, its table ─┐
//	reader ─────┼─▶ shard 1                      ├─▶ desk: orders, numbers ─▶ clerk: writes rows
//	cuts batches└─▶ …                            ┘
//
// The reader looks at each frame as far as it takes to know whose it is, decodes those of
// which that is not plain to see, and tells all shards when a tick begins. A shard tells
// the desk, batch by batch, which records began and ended, and what is of no single
// connection. The desk takes that in the order of the frames, as one table would have
// seen it: so what is written does not depend on how many shards there are, unless a bound
// is reached, of which each has its part. A rule that must know what other connections
// have shown waits until the desk has come to its frame. The clerk writes the rows of what
// the desk has numbered.
type shards struct {
	each    []*shard
	desk    *flow.Desk
	batches chan *batch
	working sync.WaitGroup

	// Of the goroutine that reads.
	batch  *batch // that it fills
	sent   uint64 // batches
	clock  flow.Clock
	seed   packet.Seed
	last   uint64 // number of the last frame
	now    int64  // time of the last packet, or until when none came
	hushed bool   // all is sent, and said to be written
	news

	keeping int // in a checkpoint: which table it has come to

	// Of the desk's, and the clerk's.
	clerk *clerk // nil: the desk itself writes
	emit  func(*record.Record)
	flush func()        // gets out what is written
	heard news          // of the batch at hand
	still chan struct{} // all shards, the desk and the clerk stand still
}

// MaxShards is the largest number of shards.
const MaxShards = 64

// spreadSeed keys how packets are divided. Nobody who sends them may know what gives one
// shard all the work; a capture is divided the same way each time, as what segments of a
// shard remember together, of others' last ones, is bounded.
func spreadSeed(c *Config) (s packet.Seed) {
	if captures(c) > 0 {
		return drawSeed()
	}
	return s
}

// newShards returns n of them. emit is called for each record.
func newShards(c *Config, n int, emit func(*record.Record)) *shards {
	s := &shards{
		emit: emit, seed: spreadSeed(c), batches: make(chan *batch, batchesAhead+2),
		hushed: true, flush: func() {}, still: make(chan struct{}, 1),
	}
	for i := range n {
		s.each = append(s.each, newShard(i, c))
	}
	s.empty(c)
	for range cap(s.batches) {
		s.batches <- newBatch(n)
	}
	s.batch = <-s.batches
	return s
}

// empty makes the tables and the desk anew, which stand still.
func (s *shards) empty(c *Config) {
	s.desk = flow.NewDesk(c.Flow, s.row)
	for _, w := range s.each {
		w.table = flow.New(c.Flow.Part(len(s.each)), nil)
		w.table.Share(s.desk, w.post)
	}
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
	s.start()
	j.resume()
	for j.more() {
		if j.sieve.selects(&j.frame) {
			s.add(&j.frame, j.decoder, &j.tally)
		}
	}
	j.health = j.in.Health()
	j.tellLast()
	j.standStill()
	j.unhurried()
	if j.kept = j.keep(); !j.kept {
		s.drain(j.live != nil)
	}
	s.end()
}

// start has all work that the batches ask for.
func (s *shards) start() {
	for _, w := range s.each {
		s.working.Go(func() { w.work(s.takeBack) })
	}
	s.working.Go(s.listen)
	if s.clerk != nil {
		s.working.Go(s.write)
	}
}

// drain writes what is open. goesOn says that what is watched does.
func (s *shards) drain(goesOn bool) {
	s.over, s.drained = true, goesOn
	s.send()
}

// end waits until all is done.
func (s *shards) end() {
	for _, w := range s.each {
		close(w.in)
	}
	s.working.Wait()
}

// add puts a frame into the batch. Behind that, f is in use until the batch comes back.
func (s *shards) add(f *packet.Frame, d *packet.Decoder, t *tally) {
	if !s.batch.fits(f) {
		s.send()
	}
	b := s.batch
	b.keep(f)
	s.last, s.now, s.hushed = f.Number, f.At, false
	if s.clock.Pass(f.At) {
		s.tick(f)
	}
	if spread, proto := packet.PlainSpread(f, &s.seed); proto != 0 {
		t.frame(f)
		if proto == packet.ProtoTCP {
			s.begin(f.At)
		}
		b.add(s.of(spread), item{Frame: *f, what: decodeIt})
		return
	}
	v, n := b.view()
	d.Decode(f, v)
	v.Detach()
	t.packet(v, f.Link)
	s.count(v, n)
}

// tick tells all shards that a tick begins with a frame.
func (s *shards) tick(f *packet.Frame) {
	for i := range s.each {
		s.batch.add(i, item{Frame: *f, what: tickIt})
	}
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
	s.sent++
	s.batch.number, s.batch.news, s.batch.last, s.batch.at = s.sent, s.news, s.last, s.now
	s.batch.left.Store(int32(len(s.each)))
	for _, w := range s.each {
		w.in <- s.batch
	}
	s.batch = <-s.batches
	s.news = news{onset: s.onset}
}

// takeBack is called by each shard that is done with a batch.
func (s *shards) takeBack(b *batch) {
	if b.left.Add(-1) == 0 {
		b.reset()
		s.batches <- b
	}
}
