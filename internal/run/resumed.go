package run

import (
	"onpath/flow"
	"onpath/packet"
)

// nextTable stands for the first slot of the next shard's table.
const nextTable = 1<<32 - 1

// Begun is that of a Table.
func (s *shards) Begun() uint64 { return s.desk.Begun() }

// CheckpointAll is that of a Table.
func (s *shards) CheckpointAll(put func(part any)) {
	s.desk.CheckpointAll(s.tables(), s.clock, s.last, s.now, put)
}

// Checkpoint is that of a Table: one table after the other.
func (s *shards) Checkpoint(from uint32, n int, put func(part any)) (next uint32) {
	switch from {
	case 0:
		s.keeping = 0
	case nextTable:
		from = 0
	}
	if next = s.each[s.keeping].table.Checkpoint(from, n, put); next != 0 {
		return next
	}
	if s.keeping++; s.keeping < len(s.each) {
		return nextTable
	}
	return 0
}

// shardsRestorer fills shards, which are empty and stand still, with the parts of a state.
type shardsRestorer struct {
	*flow.SharedRestorer
	shards *shards
}

func (s *shards) restorer(ended func(num uint64) bool) restorer {
	of := func(k *packet.Key) int { return s.of(k.Spread(&s.seed)) }
	return shardsRestorer{s.desk.SharedRestorer(s.tables(), of, ended), s}
}

// end is a restorer's. Each shard makes its own table ready; then all stand still.
func (r shardsRestorer) end(resumed int64, begun, frames uint64) uint64 {
	s := r.shards
	s.clock, s.now, s.last = r.Clock, r.Now, max(frames, r.Name(begun))
	r.End(resumed)
	s.resumes = func(n int) { r.EndTable(n, resumed) }
	s.standStill()
	return s.last
}
