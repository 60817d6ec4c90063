package tcpstates

// entry is a flow: one direction of a pair, in the list of all.
type entry struct {
	first, last int64 // ns since the Unix epoch
	newer       ref   // the entry touched just after this one; 0 for the newest
	older       ref   // the entry touched just before it; 0 for the oldest
	nextFrag    ref   // in the same chain of the fragment index
	tags        [3]uint16
	fragID      uint16 // IP identification of the datagram whose fragments are awaited
	side        side
}

// What a pair remembers of each of its entries.
const (
	isB      = 1 // the original's status bit "inverted"
	awaiting = 2 // it is in the fragment index
	tagShift = 2 // two bits from here: how many of tags are used
)

// pair is both directions of a flow; the second need not exist. They are removed
// together.
type pair struct {
	number uint64 // flowInd
	dirs   [2]entry
	key    key // of dirs[0]; dirs[1] has it reversed
	meta   [2]uint8
	next   uint32 // in the same chain of the index, or of free pairs; 0 ends both
}

// ref names an entry: its pair's place times two, plus its direction. Those of
// the first pairs are not flows but nodes of the list.
type ref uint32

// Nodes of the list that are no flows: its two ends are one, and a sentinel for
// each timeout of sentinels.
const (
	anchor        ref = 0
	firstSentinel ref = 1
	firstEntry    ref = 8
	firstPair         = uint32(firstEntry / 2)
)

func (r ref) pair() uint32  { return uint32(r >> 1) }
func (r ref) opposite() ref { return r ^ 1 }
func (r ref) isEntry() bool { return r >= firstEntry }
func refOf(pair uint32) ref { return ref(pair << 1) }

// chunkPairs is such that a chunk fills whole pages of 8 KiB, in which large
// objects are allocated.
const chunkPairs = 1 << 10

// slab holds pairs in chunks that never move. Freed pairs are used first.
type slab struct {
	chunks []*[chunkPairs]pair
	free   uint32 // first of the chain of free pairs
	used   uint32 // pairs handed out so far, those for nodes included
}

func (s *slab) pair(i uint32) *pair { return &s.chunks[i/chunkPairs][i%chunkPairs] }
func (s *slab) at(r ref) *entry     { return &s.pair(r.pair()).dirs[r&1] }

// take returns a pair that nobody uses, all zero.
func (s *slab) take() uint32 {
	if i := s.free; i != 0 {
		p := s.pair(i)
		s.free, p.next = p.next, 0
		return i
	}
	if s.used%chunkPairs == 0 {
		s.chunks = append(s.chunks, new([chunkPairs]pair))
	}
	s.used++
	return s.used - 1
}

// give takes a pair back.
func (s *slab) give(i uint32) {
	*s.pair(i) = pair{next: s.free}
	s.free = i
}
