package netfilter

import "onpath/packet"

// maxExpectations bounds those of all connections together:
// nf_conntrack_expect_max of a kernel with 262,144 buckets.
const maxExpectations = 4096

// expectation is an Expectation that waits.
type expectation struct {
	Expectation
	expires int64  // ns since the Unix epoch
	master  uint32 // slot of the entry that announced it
	chain   uint32 // next of the same bucket
	sibling uint32 // next of the same master; the newest is the first
}

// expectations are all that wait. Slot 0 stands for none.
type expectations struct {
	slots   []expectation
	free    uint32
	count   int
	buckets [256]uint32 // by where the announced packet goes to
}

// bucket returns the chain for what goes to the tuple's destination; those that
// may go to any port have one of their own for each protocol.
func (x *expectations) bucket(hash uint64, proto uint8, anyPort bool) *uint32 {
	if anyPort {
		hash = uint64(proto)
	}
	return &x.buckets[hash%uint64(len(x.buckets))]
}

// bucketOf returns the chain that the expectation belongs to.
func (t *Tracker) bucketOf(x *Expectation) *uint32 {
	return t.expects.bucket(t.hashEnd(&x.Tuple.Dst, x.Tuple.DstPort, x.Tuple.V6), x.Tuple.Proto, x.AnyDport)
}

// meet makes a new entry an expected one, if it was announced.
func (t *Tracker) meet(e *entry, u *Tuple) {
	x := t.announced(*t.expects.bucket(t.hashEnd(&u.Dst, u.DstPort, u.V6), u.Proto, false), u)
	if x == 0 {
		x = t.announced(*t.expects.bucket(0, u.Proto, true), u)
	}
	if x == 0 {
		return
	}
	told := t.expects.slots[x]
	e.status |= Expected
	t.table.rest(e.slot).master = t.table.at(told.master).id
	t.stats.Expected++
	t.adopt(told.master, e)
	if told.Helper != "" {
		t.control(e, t.helpers.byName[told.Helper])
	}
	if !told.Many {
		t.withdraw(x)
	}
	if u.Proto == packet.ProtoGRE {
		t.useUp(told.master, &told.Expectation)
	}
}

// announced returns the expectation in a chain that u fits; 0 if there is none.
// Those whose time is over go.
func (t *Tracker) announced(x uint32, u *Tuple) uint32 {
	for x != 0 {
		at := &t.expects.slots[x]
		next := at.chain
		switch {
		case at.expires <= t.now:
			t.withdraw(x)
		case at.fits(u) && t.table.at(at.master).status&Confirmed != 0:
			return x
		}
		x = next
	}
	return 0
}

// fits reports whether u is a tuple that was announced.
func (x *Expectation) fits(u *Tuple) bool {
	w := &x.Tuple
	return w.Proto == u.Proto && w.V6 == u.V6 && w.Dst == u.Dst &&
		(x.AnyDport || w.DstPort == u.DstPort) && (x.AnySport || w.SrcPort == u.SrcPort) &&
		agree(&w.Src, &u.Src, x.sourceBits())
}

// sourceBits returns how many leading bits of the source count, of 128.
func (x *Expectation) sourceBits() int {
	if !x.AnySrc {
		return 128
	}
	return int(min(x.SrcBits, 128))
}

// agree reports whether the first bits of a and b are the same.
func agree(a, b *[16]byte, bits int) bool {
	n := bits / 8
	if [16]byte(*a) == *b {
		return true
	}
	for i := range n {
		if a[i] != b[i] {
			return false
		}
	}
	return bits%8 == 0 || (a[n]^b[n])>>(8-bits%8) == 0
}

// same reports whether two announcements are of the same connections.
func (x *Expectation) same(y *Expectation) bool {
	return x.Tuple == y.Tuple && x.AnySrc == y.AnySrc && x.SrcBits == y.SrcBits && x.AnySport == y.AnySport && x.AnyDport == y.AnyDport
}

// overlaps reports whether a connection can fit both.
func (x *Expectation) overlaps(y *Expectation) bool {
	a, b := &x.Tuple, &y.Tuple
	return a.Proto == b.Proto && a.V6 == b.V6 && a.Dst == b.Dst &&
		(x.AnyDport || y.AnyDport || a.DstPort == b.DstPort) && (x.AnySport || y.AnySport || a.SrcPort == b.SrcPort) &&
		agree(&a.Src, &b.Src, min(x.sourceBits(), y.sourceBits()))
}

// expect takes what the helper of the entry in t.helping announces, and reports
// whether it could: it is what Helper.Read calls.
func (t *Tracker) expect(x Expectation) bool {
	t.forget(t.payload.Forget)
	if !t.clear(&x) || !t.withinBounds(x.Class) {
		t.stats.Refused++
		return false
	}
	policy := t.helperOf(t.helping).Policy(x.Class)
	life := x.Timeout
	if life == 0 {
		life = policy.Timeout
	}
	i := t.expects.take()
	control := t.ownControl(t.helping)
	head := t.bucketOf(&x)
	t.expects.slots[i] = expectation{
		Expectation: x, expires: t.now + life, master: t.helping,
		chain: *head, sibling: control.announced,
	}
	*head, control.announced = i, i
	t.learn(control, &x.Tuple)
	return true
}

// clear makes place for x in its chain: the same one announced before goes. It
// reports whether none of another kind or connection is in the way.
func (t *Tracker) clear(x *Expectation) bool {
	for i := *t.bucketOf(x); i != 0; {
		at := &t.expects.slots[i]
		next := at.chain
		switch {
		case at.expires <= t.now:
			t.withdraw(i)
		case at.same(x):
			if at.master != t.helping || at.Class != x.Class {
				return false
			}
			t.withdraw(i)
			return true
		case at.overlaps(x):
			return false
		}
		i = next
	}
	return true
}

// withinBounds makes room for one expectation more: among those of the connection and
// class, where the oldest goes, and among all.
func (t *Tracker) withinBounds(class uint8) bool {
	oldest, open := uint32(0), 0
	for i := t.controlOf(t.helping).announced; i != 0; {
		at := &t.expects.slots[i]
		next := at.sibling
		if at.expires <= t.now {
			t.withdraw(i)
		} else if at.Class == class {
			oldest = i
			open++
		}
		i = next
	}
	if limit := t.helperOf(t.helping).Policy(class).Max; limit > 0 && open >= limit {
		t.withdraw(oldest)
	}
	return t.expects.count < maxExpectations
}

// take returns a slot for an expectation.
func (x *expectations) take() uint32 {
	x.count++
	if i := x.free; i != 0 {
		x.free = x.slots[i].chain
		return i
	}
	if len(x.slots) == 0 {
		x.slots = make([]expectation, 1, 16)
	}
	x.slots = append(x.slots, expectation{})
	return uint32(len(x.slots) - 1)
}

// withdraw forgets an expectation.
func (t *Tracker) withdraw(i uint32) {
	x := &t.expects.slots[i]
	for p := t.bucketOf(&x.Expectation); *p != 0; p = &t.expects.slots[*p].chain {
		if *p == i {
			*p = x.chain
			break
		}
	}
	for p := &t.ownControl(x.master).announced; *p != 0; p = &t.expects.slots[*p].sibling {
		if *p == i {
			*p = x.sibling
			break
		}
	}
	*x = expectation{chain: t.expects.free}
	t.expects.free = i
	t.expects.count--
}

// forget withdraws what the connection in t.helping has announced of these classes.
func (t *Tracker) forget(classes Classes) {
	t.payload.Forget = 0
	if classes == 0 {
		return
	}
	for i := t.controlOf(t.helping).announced; i != 0; {
		at := &t.expects.slots[i]
		next := at.sibling
		if classes&(1<<at.Class) != 0 {
			t.withdraw(i)
		}
		i = next
	}
}
