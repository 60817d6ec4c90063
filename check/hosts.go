package check

import (
	"math/bits"

	"onpath/anomaly"
)

// hosts is what is remembered of hosts that did something worth it, in sets of few:
// whoever is new takes the place of the one of its set that was longest silent.
// 1.9 MiB, from the first host on.
type hosts struct {
	all     []host
	tags    []uint32 // hashes of their addresses, so that who is not there is not looked for in eight lines of the cache
	second  int64    // in which hosts were last taken in, since the Unix epoch
	fresh   int      // how many were, in that second
	silent  [16]byte // who left the last attempt unanswered that was
	givenUp uint64   // hosts that were not taken in, or forgotten before they were silent
}

// Bounds of hosts. Addresses that a flood makes up push out as many as maxFresh a
// second, so that what a real host does within seconds is counted.
const (
	hostSets = 1 << 10
	hostWays = 8
	maxFresh = 1 << 9
)

// host is what is counted of one address. Counts begin anew when their time is over.
type host struct {
	addr [16]byte // zero: nobody
	v6   bool
	last int64 // start of the latest record that counted, ns since the Unix epoch
	opens
	probes
	strewn
	serves
	broken [4]breach
}

// spread tells at how many places something happened: sets of 64 bits, each of which
// stands for many places. Bits that differ prove that places do.
type spread struct{ pairs, addrs, ports uint64 }

// at adds an address and port.
func (x *spread) at(addr *[16]byte, port uint16) {
	a := fnv(addr[:])
	x.pairs |= bitOf(a ^ uint32(port)*0x85ebca6b)
	x.addrs |= bitOf(a)
	x.ports |= bitOf(uint32(port))
}

func bitOf(n uint32) uint64 { return 1 << (n * 0x9e3779b1 >> 26) }

// places, addresses and sockets return how many there are at least.
func (x *spread) places() int    { return bits.OnesCount64(x.pairs) }
func (x *spread) addresses() int { return bits.OnesCount64(x.addrs) }
func (x *spread) sockets() int   { return bits.OnesCount64(x.ports) }

// breach counts the connections in which a host broke a rule.
type breach struct {
	id    anomaly.ID
	times uint16
}

// find returns what is known of an address, or nil.
func (t *hosts) find(addr *[16]byte) *host {
	if t.all == nil || *addr == [16]byte{} {
		return nil
	}
	tag := mixed(addr)
	first := tag % hostSets * hostWays
	for i, known := range t.tags[first:][:hostWays] {
		if known != tag {
			continue
		}
		if h := &t.all[first+uint32(i)]; h.addr == *addr {
			return h
		}
	}
	return nil
}

// take returns what is known of an address, and takes it in if need be. It returns
// nil for no address, and if too many were taken in this second.
func (t *hosts) take(addr *[16]byte, v6 bool, at int64) *host {
	if h := t.find(addr); h != nil {
		h.last = max(h.last, at)
		return h
	}
	if *addr == [16]byte{} {
		return nil
	}
	if t.second != at/1e9 {
		t.second, t.fresh = at/1e9, 0
	}
	if t.fresh++; t.fresh > maxFresh {
		t.givenUp++
		return nil
	}
	if t.all == nil {
		t.all, t.tags = make([]host, hostSets*hostWays), make([]uint32, hostSets*hostWays)
	}
	tag := mixed(addr)
	i := t.oldest(tag)
	h := &t.all[i]
	if h.addr != [16]byte{} && at-h.last < scanTime {
		t.givenUp++
	}
	*h, t.tags[i] = host{addr: *addr, v6: v6, last: at}, tag
	return h
}

// oldest returns the place of whom the set of a tag can do without first.
func (t *hosts) oldest(tag uint32) (old uint32) {
	first := tag % hostSets * hostWays
	old = first
	for i := first; i < first+hostWays; i++ {
		switch h := &t.all[i]; {
		case h.addr == [16]byte{}:
			return i
		case h.last < t.all[old].last:
			old = i
		}
	}
	return old
}

// tell counts a finding about a host, and sets its numbers to what they are now.
func (in *Inspector) tell(id anomaly.ID, h *host, s *Scene, numbers ...int64) {
	in.tellOf(who{id: id, from: h.addr}, h, s, numbers...)
}

func (in *Inspector) tellOf(w who, h *host, s *Scene, numbers ...int64) {
	if f := in.world.strays.add(w, s.moment()); f != nil {
		f.V6 = h.v6
		copy(f.Numbers[:], numbers)
	}
}

// manyBreaches is in how many connections of a host the same rule must be broken to
// call it the host's habit.
const manyBreaches = 3

// noteBreaches counts the violations of a record for who is accused of them.
func (in *Inspector) noteBreaches(s *Scene) {
	found := in.books.of(s.Case)
	for i := range found {
		f := &found[i]
		if f.Severity != anomaly.Violation {
			continue
		}
		addr, _ := s.End.socket(f.Dir)
		h := in.world.hosts.take(addr, s.End.Key.V6, s.End.Start)
		if h == nil {
			continue
		}
		if n := h.breaks(f.ID); n >= manyBreaches {
			w := who{id: anomaly.HostStackNonconformant, rule: f.ID, from: h.addr}
			in.tellOf(w, h, s, int64(f.ID), int64(n), int64(f.First.Frame))
		}
	}
}

// breaks counts a connection in which h broke a rule, and returns how many there
// were. Of many rules the one that was broken least is forgotten.
func (h *host) breaks(id anomaly.ID) uint16 {
	least := &h.broken[0]
	for i := range h.broken {
		b := &h.broken[i]
		if b.id == id {
			b.times = min(b.times+1, 1<<15)
			return b.times
		}
		if b.times < least.times {
			least = b
		}
	}
	*least = breach{id, 1}
	return 1
}
