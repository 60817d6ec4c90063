package run

import (
	"onpath/check"
	"onpath/flow"
	"onpath/record"
)

// ear listens to one shard: what it tells, and how far the desk has come.
type ear struct {
	*shard
	*message        // nil: nothing of the next batch was heard yet
	at       int    // of its parts
	after    uint64 // without a message: number of the batch that it tells of next
}

// spot is where something stands among all that shards tell: batches follow one another.
type spot struct {
	batch uint64
	place flow.Place
}

func (a spot) before(b spot) bool {
	return a.batch < b.batch || a.batch == b.batch && a.place.Before(b.place)
}

// spot returns where what comes next stands, or behind what nothing is missing.
func (h *ear) spot() spot {
	switch {
	case h.message == nil:
		return spot{batch: h.after}
	case h.at < h.Len():
		return spot{h.message.batch, h.Place(h.at)}
	}
	return spot{h.message.batch, h.through}
}

// listen gives the desk what all shards tell, in the order in which one table would have
// seen it, until they tell nothing any more.
func (s *shards) listen() {
	var all []*ear
	for _, w := range s.each {
		all = append(all, &ear{shard: w, after: 1})
	}
	for len(all) > 0 {
		first, limit := earliest(all)
		h := all[first]
		if h.message == nil {
			if s.rest(all); !s.hear(h) {
				all = append(all[:first], all[first+1:]...)
			}
			continue
		}
		for h.at < h.Len() && !limit.before(h.spot()) {
			s.desk.Take(&h.Report, h.at)
			h.at++
		}
		if h.at == h.Len() && !limit.before(h.spot()) {
			s.done(h)
		}
	}
	if s.clerk != nil {
		s.clerk.end()
	}
}

// row is given what the desk has numbered.
func (s *shards) row(r *record.Record) {
	switch {
	case s.clerk == nil:
		s.emit(r)
	case r.Interim:
		s.clerk.take(r, nil)
	default:
		s.clerk.take(r, s.desk.OldStrays())
	}
}

// oldStrays are those that are told with the row that is being written.
func (s *shards) oldStrays() []check.Stray {
	if s.clerk == nil {
		return s.desk.OldStrays()
	}
	return s.clerk.old
}

// earliest returns whose turn it is, and until where: where the next one stands.
func earliest(all []*ear) (first int, limit spot) {
	limit = spot{1<<64 - 1, flow.Last}
	at := all[0].spot()
	for i, h := range all[1:] {
		switch p := h.spot(); {
		case p.before(at):
			first, at, limit = i+1, p, at
		case p.before(limit):
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
	s.desk.Expect(&h.Report)
	return true
}

// done gives back what was heard, and lets a shard go on that has asked: the desk stands
// still until it tells more.
func (s *shards) done(h *ear) {
	m, asks, whole := h.message, h.asks, h.whole
	s.heard = m.news
	h.after, h.message = m.batch+1, nil
	m.Reset()
	h.free <- m
	if asks {
		h.answer <- struct{}{}
	}
	if !whole {
		s.hear(h)
	}
}

// rest does what is to be done behind a batch, if all shards have told all of it.
func (s *shards) rest(all []*ear) {
	for _, h := range all {
		if h.message != nil {
			return
		}
	}
	n := s.heard
	s.heard = news{}
	if n.lossy {
		s.desk.Dropped(n.dropped, n.lost)
	}
	switch {
	case s.clerk == nil:
		s.behind(n.quiet, n.stands)
	case n.quiet || n.stands:
		s.clerk.hand(n.quiet, n.stands)
	}
}

// behind does what is to be done behind rows.
func (s *shards) behind(flush, stands bool) {
	if flush {
		s.flush()
	}
	if stands {
		s.still <- struct{}{}
	}
}
