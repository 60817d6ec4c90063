package flow

// embryos are a slab of them. Their numbers have the bit lone; embryo 0 is never used.
// Most are given back soon, as their connections grow; then the last ones move to
// the free places, and the memory behind them is given back too.
type embryos struct {
	chunks []*[chunk]embryo
	used   uint32 // places that were handed out, and not given back with their chunk; embryo 0 included
	free   uint32 // first of the free list, which place links both ways
	live   uint32
}

func (s *embryos) at(i uint32) *embryo { i &^= lone; return &s.chunks[i/chunk][i%chunk] }

// take returns one, of which all is to be set.
func (s *embryos) take() uint32 {
	s.live++
	if i := s.free; i != 0 {
		s.unlink(i)
		return i
	}
	s.used = max(s.used, 1)
	if int(s.used)/chunk == len(s.chunks) {
		s.chunks = append(s.chunks, new([chunk]embryo))
	}
	s.used++
	*s.at(s.used - 1) = embryo{} // written before it is read: see written
	return lone | s.used - 1
}

// give takes one back; what was given back counts as written.
func (s *embryos) give(i uint32) {
	m := s.at(i)
	m.place, m.marks, m.class = place{next: s.free}, ended, vacant
	if s.free != 0 {
		s.at(s.free).place.prev = i
	}
	s.free = i
	s.live--
}

// unlink takes one out of the free list.
func (s *embryos) unlink(i uint32) {
	p := s.at(i).place
	if p.prev == 0 {
		s.free = p.next
	} else {
		s.at(p.prev).place.next = p.next
	}
	if p.next != 0 {
		s.at(p.next).place.prev = p.prev
	}
}

// sparse reports whether more than a chunk and a fifth are free.
func (s *embryos) sparse() bool { return s.used > s.live+s.live/4+chunk }

// cut gives the last place back, which is in no list, and its chunk if it was the first
// there.
func (s *embryos) cut() {
	s.used--
	if n := len(s.chunks) - 1; int(s.used) <= n*chunk {
		s.chunks[n] = nil
		s.chunks = s.chunks[:n]
	}
}

// moves bounds how many places are looked at when an embryo is given back.
const moves = 2

// giveEmbryo gives embryo i back.
func (t *Table) giveEmbryo(i uint32) {
	s := &t.slab.embryos
	s.give(i)
	t.slab.live--
	for n := 0; n < moves && s.sparse(); n++ {
		t.moveLast()
	}
}

// moveLast lets the last embryo have a free place, if it is not free itself.
func (t *Table) moveLast() {
	s := &t.slab.embryos
	last := lone | (s.used - 1)
	m := s.at(last)
	if m.class == vacant {
		s.unlink(last)
		s.cut()
		return
	}
	i := s.free
	s.unlink(i)
	*s.at(i) = *m
	t.replace(last, i)
	t.index.replace(t.hash(&m.key), last, i)
	s.cut()
}
