package netfilter

// control is what is kept of a connection that a helper reads.
type control struct {
	memory    Memory
	children  [4]child // the newest entries that it announced
	calls     [2]call  // the directions of its newest PPTP call
	announced uint32   // its expectations: the newest
	next      uint32   // of those not in use
	helper    uint8    // 1 + index in helpers.all
}

// child is an entry that was announced; its slot may hold another one by now.
type child struct{ slot, id uint32 }

// controlBlock is how many controls are made at once: 9 KiB.
const controlBlock = 64

// controls lie in blocks that never move. Slot 0 stands for none; the next ones, one for
// each helper, are shared by all of its connections of which there is nothing to
// remember yet, so that floods to a helper's port cost nothing.
type controls struct {
	blocks []*[controlBlock]control
	shared uint32 // slots up to this one are
	next   uint32 // the first slot never used
	free   uint32 // slots not in use, chained by control.next
}

// newControls returns those of n helpers.
func newControls(n int) controls {
	s := controls{shared: uint32(n), next: 1}
	for i := range n {
		s.slot(s.take()).helper = uint8(i + 1)
	}
	return s
}

// slot returns the control in slot i.
func (s *controls) slot(i uint32) *control { return &s.blocks[i/controlBlock][i%controlBlock] }

// take returns a slot with a zero control in it.
func (s *controls) take() uint32 {
	if i := s.free; i != 0 {
		s.free = s.slot(i).next
		*s.slot(i) = control{}
		return i
	}
	if int(s.next/controlBlock) == len(s.blocks) {
		s.blocks = append(s.blocks, new([controlBlock]control))
	}
	s.next++
	return s.next - 1
}

// give returns a slot that is not shared.
func (s *controls) give(i uint32) { s.slot(i).next, s.free = s.free, i }

// nameOf returns the name of the helper that a control belongs to; empty for none.
func (h *helpers) nameOf(c uint32) string {
	if c == 0 {
		return ""
	}
	return h.all[h.slot(c).helper-1].Name()
}

// controlOf returns what is kept of the control connection in slot i. It is to be read only:
// it may be shared.
func (t *Tracker) controlOf(i uint32) *control { return t.helpers.slot(t.table.at(i).control) }

// ownControl returns the same to be written.
func (t *Tracker) ownControl(i uint32) *control {
	e, h := t.table.at(i), &t.helpers
	if e.control <= h.shared {
		helper := h.slot(e.control).helper
		e.control = h.take()
		h.slot(e.control).helper = helper
	}
	return h.slot(e.control)
}

// helperOf returns the helper of the control connection in slot i.
func (t *Tracker) helperOf(i uint32) Helper { return t.helpers.all[t.controlOf(i).helper-1] }

// forgetControl ends what a helper keeps of an entry, with all that it
// announced.
func (t *Tracker) forgetControl(e *entry) {
	if e.control > t.helpers.shared {
		c := t.ownControl(e.slot)
		for c.announced != 0 {
			t.withdraw(c.announced)
		}
		t.unlearn(c)
		t.helpers.give(e.control)
	}
	e.control = 0
}

// adopt notes that the entry was announced by that in slot master.
func (t *Tracker) adopt(master uint32, e *entry) {
	c := t.ownControl(master)
	copy(c.children[1:], c.children[:])
	c.children[0] = child{e.slot, e.id}
}

// hangUp deletes the entries that the one in slot i announced. Where the first packet of
// one was refused, another entry may have its slot and its ID.
func (t *Tracker) hangUp(i uint32) {
	if t.table.at(i).control <= t.helpers.shared {
		return // it announced nothing
	}
	master, control := t.table.at(i).id, t.ownControl(i)
	for _, c := range control.children {
		e := t.table.at(c.slot)
		if c.slot != 0 && e.id == c.id && e.status&Confirmed != 0 && t.masterIs(e, master) {
			t.stats.Deleted++
			t.delete(e, t.now)
		}
	}
	control.children = [4]child{}
	t.unlearn(control)
}

// masterIs reports whether the entry with that ID announced e.
func (t *Tracker) masterIs(e *entry, id uint32) bool {
	return e.status&Expected != 0 && t.table.rest(e.slot).master == id
}
