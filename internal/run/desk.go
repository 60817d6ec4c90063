package run

import "onpath/flow"

// ear listens to one shard: what it tells, and how far the desk has come.
type ear struct {
	*shard
	*message     // nil: it tells nothing any more
	at       int // of its parts
}

// place returns where what comes next stands, or behind what nothing is missing.
func (h *ear) place() flow.Place {
	if h.at < h.Len() {
		return h.Place(h.at)
	}
	return h.through
}

// listen gives the desk what all shards tell, in the order in which one table would have
// seen it, until they tell nothing any more.
func (s *shards) listen() {
	var all []*ear
	for _, w := range s.each {
		h := &ear{shard: w}
		s.hear(h)
		all = append(all, h)
	}
	for len(all) > 0 {
		first, limit := earliest(all)
		h := all[first]
		for h.at < h.Len() && !limit.Before(h.place()) {
			s.desk.Take(&h.Report, h.at)
			h.at++
		}
		if h.at < h.Len() || limit.Before(h.through) {
			continue
		}
		if s.done(h); !s.hear(h) {
			all = append(all[:first], all[first+1:]...)
		}
	}
}

// earliest returns whose turn it is, and until where: where the next one stands.
func earliest(all []*ear) (first int, limit flow.Place) {
	limit = flow.Last
	at := all[0].place()
	for i, h := range all[1:] {
		switch p := h.place(); {
		case p.Before(at):
			first, at, limit = i+1, p, at
		case p.Before(limit):
			limit = p
		}
	}
	return first, limit
}

// hear goes on with what a shard tells next, and reports whether there is anything.
func (s *shards) hear(h *ear) bool {
	var more bool
	if h.message, more = <-h.out; !more {
		return false
	}
	if h.at = 0; h.hasTCP {
		s.desk.Began(h.began)
	}
	return true
}

// done gives back what is ear, and lets a shard go on that has asked.
func (s *shards) done(h *ear) {
	asks := h.asks
	if h.dropped > 0 {
		s.desk.Dropped(h.dropped, h.lost)
	}
	h.Reset()
	h.free <- h.message
	if asks {
		h.answer <- struct{}{}
	}
}
