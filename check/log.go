package check

import (
	"onpath/anomaly"
	"onpath/packet"
	"onpath/tcp"
)

// Log is what an Inspector without a World has to tell it, in order. Whoever owns both
// hands it over, and may put marks of his own in between. The zero Log is empty.
type Log struct {
	Marks []Mark
	all   []news
}

// Mark is one thing in a Log.
type Mark struct {
	Frame uint64 // number of the frame that is its cause
	N     uint32 // what it means depends on What
	What  What
}

// What says what a Mark is. From FreeWhat on, it means what its owner says.
type What uint8

const (
	markGood What = iota // N is mixed of an address that sent a good checksum
	markNews             // N is the place of news
	FreeWhat
)

// news is what a packet tells of its sender, or of the capture.
type news struct {
	witness
	what    newsOf
	id      anomaly.ID
	sum     tcp.Sum
	seq     tcp.Seq
	peer    uint32     // of an ISN: hash of the address and port that it answers
	key     packet.Key // of networks
	numbers [MaxNumbers]int64
}

// newsOf is what news are about.
type newsOf uint8

const (
	noteFound newsOf = iota // an occurrence of id
	noteSum
	noteISN
	noteSkew
	noteBothWays
)

// witness says who sent a packet, and when.
type witness struct {
	Moment
	from [16]byte
	v6   bool
}

func witnessOf(v *packet.View) witness {
	return witness{Moment{v.Number, v.At}, *sender(v), v.Key.V6}
}

// sender returns the address of who sent a packet.
func sender(v *packet.View) *[16]byte {
	if v.FromB {
		return &v.Key.B
	}
	return &v.Key.A
}

// Add adds a mark.
func (l *Log) Add(frame uint64, what What, n uint32) {
	l.Marks = append(l.Marks, Mark{frame, n, what})
}

func (l *Log) tell(v *packet.View, n news) {
	n.witness = witnessOf(v)
	l.Add(v.Number, markNews, uint32(len(l.all)))
	l.all = append(l.all, n)
}

// Reset empties the Log and keeps its memory.
func (l *Log) Reset() { l.Marks, l.all = l.Marks[:0], l.all[:0] }

// Take tells the World of a mark of a Log that is below FreeWhat.
func (w *World) Take(l *Log, m *Mark) {
	if m.What == markGood {
		w.sums.of(m.N).count(tcp.SumGood)
		return
	}
	n := &l.all[m.N]
	switch n.what {
	case noteFound:
		w.strays.found(n.id, &n.witness, n.numbers[:]...)
	case noteSum:
		h := w.sums.of(mixed(&n.from))
		h.count(n.sum)
		w.wrong(h, &n.witness, n.sum)
	case noteISN:
		w.isn(&n.witness, n.seq, n.peer)
	case noteSkew:
		w.skewed, w.late = true, n.At
	case noteBothWays:
		w.networks.add(&n.key)
	}
}

// Report takes the World from an Inspector that has judged nothing: what it would tell
// it goes to l, and when it must know what others told, it calls meet, which returns the
// World as all that came before the packet at hand has made it. The Inspector reads it
// until it is given the next packet, and records do not end with it: see Hand.
func (in *Inspector) Report(l *Log, meet func() *World) {
	in.world, in.log, in.meet = nil, l, meet
}

// World returns that of an Inspector which has one.
func (in *Inspector) World() *World { return in.world }

// others returns the World.
func (in *Inspector) others() *World {
	if in.world == nil {
		return in.meet()
	}
	return in.world
}

// found counts what a packet shows of its sender, and returns what is known of its kind
// by now; nil if there is no room, or if the World has to count it.
func (in *Inspector) found(id anomaly.ID, v *packet.View, numbers ...int64) *Stray {
	if in.world == nil {
		n := news{what: noteFound, id: id}
		copy(n.numbers[:], numbers)
		in.log.tell(v, n)
		return nil
	}
	o := witnessOf(v)
	return in.world.strays.found(id, &o, numbers...)
}

// skew notes that ACKs were recorded before what they acknowledge.
func (in *Inspector) skew(v *packet.View) {
	if in.world == nil {
		in.log.tell(v, news{what: noteSkew})
		return
	}
	in.world.skewed, in.world.late = true, v.At
}

// bothWays notes that a connection was captured in both directions.
func (in *Inspector) bothWays(v *packet.View) {
	switch {
	case in.world != nil:
		in.world.networks.add(&v.Key)
	case !in.pairs.has(&v.Key):
		in.pairs.add(&v.Key)
		in.log.tell(v, news{what: noteBothWays, key: v.Key})
	}
}
