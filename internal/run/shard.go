package run

import (
	"onpath/flow"
	"onpath/packet"
)

// shard has some of the connections. Its goroutine decodes their packets and gives them
// to its Table, and tells the desk what is not of one connection, and what ends.
type shard struct {
	number  int
	decoder *packet.Decoder // of plain frames: it holds no fragments
	table   *flow.Table
	views   [flow.Batch]packet.View
	in      chan *batch
	out     chan *message
	free    chan *message
	batch   uint64        // number of the one at hand
	begun   onset         // as it tells
	answer  chan struct{} // the desk stands still at what was asked
}

// message is what a shard tells the desk of a batch.
type message struct {
	flow.Report
	batch uint64 // its number
	heading
}

// heading says of a message what the Report does not.
type heading struct {
	through flow.Place // nothing comes any more of the batch that stands before it
	asks    bool       // the desk is to stand still at it
	whole   bool       // nothing comes any more of the batch
	news
}

// Bounds of what is under way.
const (
	batchesAhead = 4 // for each shard
	toldAhead    = 4
)

// newShard returns one without a table.
func newShard(number int, c *Config) *shard {
	w := &shard{
		number: number, decoder: packet.NewDecoder(c.Decoder),
		in: make(chan *batch, batchesAhead), out: make(chan *message, toldAhead), free: make(chan *message, toldAhead+2),
		answer: make(chan struct{}),
	}
	for range cap(w.free) {
		w.free <- new(message)
	}
	return w
}

// work does what the batches ask for until there are no more; done takes them back.
func (w *shard) work(done func(*batch)) {
	defer close(w.out)
	for b := range w.in {
		if w.batch, w.begun = b.number, b.onset; b.hasTCP {
			w.table.Began(b.began)
		}
		if b.resumes != nil {
			w.table.At(b.last)
			b.resumes(w.number)
		}
		w.take(b)
		if b.lossy {
			w.table.Dropped(b.dropped, b.lost)
		}
		w.table.Now(b.at)
		w.tell(heading{through: w.end(b), whole: true, news: b.news})
		done(b)
	}
}

// end ends what is open, if nothing comes behind the batch, and returns behind what nothing
// stands that is told of it.
func (w *shard) end(b *batch) flow.Place {
	switch {
	case !b.over:
		return flow.Behind(b.last)
	case b.drained:
		w.table.DrainAt(b.at)
	default:
		w.table.FlushAt(b.at)
	}
	return flow.Last
}

// take gives the table what is there for this shard.
func (w *shard) take(b *batch) {
	n := 0
	for i := range b.items[w.number] {
		switch it := &b.items[w.number][i]; it.what {
		case decodeIt:
			w.decoder.Decode(&it.Frame, &w.views[n])
			n++
		case countIt:
			w.views[n] = b.views[it.view]
			n++
		case quoteIt:
			n = w.observe(n)
			w.table.At(it.Number)
			w.table.Quoted(&b.views[it.view])
		case tickIt:
			n = w.observe(n)
			w.table.At(it.Number)
			w.table.Tick(it.At)
		}
		if n == len(w.views) {
			n = w.observe(n)
		}
	}
	w.observe(n)
}

// observe gives the table the first n views, and returns how many there are then.
func (w *shard) observe(n int) int {
	w.table.ObserveShared(w.views[:n])
	return 0
}

// post is the Table's Post.
func (w *shard) post(r *flow.Report, asks bool) {
	through := w.table.Place()
	if !asks {
		through = r.Place(r.Len() - 1)
	}
	w.tell(heading{through: through, asks: asks, news: news{onset: w.begun}})
	if asks {
		<-w.answer
	}
}

// tell hands over what the table has to tell.
func (w *shard) tell(t heading) {
	m := <-w.free
	m.Report.Swap(w.table.Report())
	m.batch, m.heading = w.batch, t
	w.out <- m
}
