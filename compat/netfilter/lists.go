package netfilter

// Entries wait for their end in lists, one for each timeout and for whether they
// may go early. As an entry joins its list at the end when a packet refreshes it,
// each list is in the order of its ends, but for packets whose time stepped back, and for what
// happens within a second: an entry joins again only if its end has moved by one, which
// spares most packets the way to its neighbours. So an end is noticed up to a second
// late, unless a packet asks for the entry.
//
// lists are the timeouts that there are, in ns.
var listTimeouts = [...]int64{
	10 * second, 30 * second, 60 * second, 120 * second, 180 * second, 210 * second, 300 * second, 600 * second, 432000 * second,
}

// numLists counts the lists: of those that may go early, then of the others. List
// 0 is none.
const numLists = 1 + 2*len(listTimeouts)

// listedBits are those of a time in ns, the lowest, that an entry's place in its
// list leaves out.
const listedBits = 20

// ends are the oldest and the newest slot of a list.
type ends struct{ oldest, newest uint32 }

// listOf returns the list for a timeout. One that no list is for waits with the
// next longer one.
func listOf(timeout int64, early bool) uint8 {
	i := 0
	for i < len(listTimeouts)-1 && listTimeouts[i] < timeout {
		i++
	}
	if !early {
		i += len(listTimeouts)
	}
	return uint8(1 + i)
}

// early reports whether an entry may go before its time when the table is full.
func (e *entry) early() bool {
	return e.status&Assured == 0 || e.proto == protoTCP && e.tcp.closing()
}

// refresh lets an entry live for the timeout from now on.
func (t *Tracker) refresh(e *entry, timeout int64) {
	e.seen, e.expires = t.now, t.now+timeout
	if e.status&Confirmed != 0 {
		t.wait(e)
	}
}

// wait puts a confirmed entry at the end of the list for its timeout.
func (t *Tracker) wait(e *entry) {
	i := e.slot
	list := listOf(e.expires-e.seen, e.early())
	ends := &t.lists[list]
	place := uint32(e.expires >> listedBits)
	if e.list == list && (ends.newest == i || place-e.listed < uint32(second>>listedBits)) {
		return
	}
	t.leave(e)
	e.list, e.listed, e.older, e.newer = list, place, ends.newest, 0
	if ends.newest != 0 {
		t.table.at(ends.newest).newer = i
	} else {
		ends.oldest = i
	}
	ends.newest = i
	t.nextEnd = min(t.nextEnd, e.expires)
}

// leave takes an entry out of its list.
func (t *Tracker) leave(e *entry) {
	if e.list == 0 {
		return
	}
	ends := &t.lists[e.list]
	if e.older != 0 {
		t.table.at(e.older).newer = e.newer
	} else {
		ends.oldest = e.newer
	}
	if e.newer != 0 {
		t.table.at(e.newer).older = e.older
	} else {
		ends.newest = e.older
	}
	e.list = 0
}

// expire deletes the entries whose time is over, in the order of their ends. The
// next end is remembered, so that most packets look at one number.
func (t *Tracker) expire() {
	for t.now >= t.nextEnd {
		e := t.first(numLists)
		if e == nil {
			t.nextEnd = never
			return
		}
		if e.expires > t.now {
			t.nextEnd = e.expires
			return
		}
		t.stats.Expired++
		t.delete(e, e.expires)
	}
}

// first returns the entry that ends first in the lists before stop; nil if they
// are empty.
func (t *Tracker) first(stop int) (first *entry) {
	for _, list := range t.lists[1:stop] {
		if list.oldest == 0 {
			continue
		}
		if e := t.table.at(list.oldest); first == nil || e.expires < first.expires {
			first = e
		}
	}
	return first
}

// makeRoom deletes the entry that ends first of those that may go early, and
// reports whether there was one. The kernel takes the first it meets near the new
// one's place in its hash.
func (t *Tracker) makeRoom() bool {
	e := t.first(1 + len(listTimeouts))
	if e == nil {
		return false
	}
	t.stats.Early++
	t.delete(e, t.now)
	return true
}
