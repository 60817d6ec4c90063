package run

import (
	"sync/atomic"

	"onpath/check"
	"onpath/packet"
)

// Bounds of a batch: small enough to stay in a processor's cache, large enough that
// handing it over costs nothing beside what is done with it.
const (
	batchFrames = 512
	batchOctets = 256 << 10
)

// batch is some frames in their order, divided among shards, with their octets.
type batch struct {
	items  [][]item // of each shard
	octets []byte
	views  []packet.View // of the frames that the reader had to decode
	frames int
	number uint64 // from 1 on
	last   uint64 // number of the last frame
	at     int64  // time of the last packet, or until when none came
	left   atomic.Int32
	news
}

// news is what only the reader sees.
type news struct {
	onset
	lossy   bool         // packets are missing behind the last frame, as the captures say
	dropped uint64       // so many; 0: they do not know how many more
	lost    check.Moment // with lossy: until when
	quiet   bool         // nothing comes at once: what is written must get out
	stands  bool         // the reader waits until all is done
	over    bool         // nothing comes any more
	drained bool         // with over: what is watched goes on
	resumes func(n int)  // before the first frame: makes the table of a shard ready that holds a state
}

// onset is when the first TCP segment passed.
type onset struct {
	began  int64 // ns since the Unix epoch
	hasTCP bool  // began is known
}

// item is what a shard has to do for a frame.
type item struct {
	packet.Frame
	view int32 // of the batch, for what is decoded
	what task
}

// task is what is to be done.
type task uint8

const (
	decodeIt task = iota // the Frame is plain
	countIt              // it is decoded, or cannot be
	quoteIt              // it is decoded, and quotes a segment of the shard
	tickIt               // a tick begins with the Frame
)

func newBatch(shards int) *batch {
	b := &batch{items: make([][]item, shards), octets: make([]byte, 0, batchOctets), views: make([]packet.View, 0, batchFrames)}
	for i := range b.items {
		b.items[i] = make([]item, 0, 2*batchFrames/shards)
	}
	return b
}

// fits reports whether there is room for one more frame.
func (b *batch) fits(f *packet.Frame) bool {
	return b.frames < batchFrames && (b.frames == 0 || len(b.octets)+len(f.Data) <= cap(b.octets))
}

// keep copies the octets of a frame: the source overwrites them.
func (b *batch) keep(f *packet.Frame) {
	from := len(b.octets)
	b.octets = append(b.octets, f.Data...)
	f.Data = b.octets[from:len(b.octets):len(b.octets)]
	b.frames++
}

// view returns one more View, to be decoded into, and its number.
func (b *batch) view() (*packet.View, int32) {
	b.views = b.views[:len(b.views)+1]
	n := len(b.views) - 1
	return &b.views[n], int32(n)
}

func (b *batch) add(shard int, i item) { b.items[shard] = append(b.items[shard], i) }

// reset empties the batch and keeps its memory.
func (b *batch) reset() {
	for i := range b.items {
		b.items[i] = b.items[i][:0]
	}
	b.octets, b.views, b.frames, b.news = b.octets[:0], b.views[:0], 0, news{}
}
