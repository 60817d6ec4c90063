package kernel

import (
	"net/netip"
	"slices"
	"time"
)

// Plan is what dialogues shall hold. The zero Plan is TCP without time to speak of.
type Plan struct {
	Others    bool // ICMP, UDP, other protocols, multicast
	Fragments bool
	Aged      bool // time passes, seconds and minutes of it
	Helpers   bool // FTP and IRC, and the connections that they announce
	V6        bool // over IPv6
	Unsummed  bool // without wrong sums of IPv4 headers: a Tracker that minds no checksums minds none of these, the kernel does
}

// stage is where a dialogue is made.
type stage struct {
	dice
	plan     Plan
	now      time.Duration
	made     Dialogue
	talks    []*talk
	promised []netip.AddrPort // by helpers' dialogues
	due      bool             // one was just said
	ident    uint16           // of the last datagram in fragments
	warm     int              // of 100 segments, how many are disturbed
}

// Make returns a dialogue of n packets or few more; equal arguments make equal
// dialogues.
func Make(seed uint64, p Plan, n int) Dialogue {
	s := &stage{dice: seeded(seed), plan: p}
	s.warm = one(s.dice, 0, 10, 25, 40)
	if p.Helpers { // a helper reads nothing of what tracking refuses
		s.warm = one(s.dice, 0, 0, 4)
	}
	for len(s.made) < n {
		s.step()
	}
	return s.made
}

// step adds one packet, or the fragments of one.
func (s *stage) step() {
	s.pass()
	p := s.packet()
	if s.plan.Fragments && s.chance(15) {
		s.made = append(s.made, s.pieces(p)...)
		return
	}
	s.put(p)
}

// put lets p pass now.
func (s *stage) put(p *Packet) {
	p.At = s.now
	s.made = append(s.made, p)
}

// pauses are what may pass between packets, in seconds: timeouts of the kernel lie
// between them, never within two seconds of a sum of few.
var pauses = [...]int{3, 5, 5, 16, 23, 36, 66, 129, 306, 90000}

// pass lets time pass: microseconds, or a pause.
func (s *stage) pass() {
	s.now += time.Duration(1+s.IntN(30)) * time.Microsecond
	if s.plan.Aged && s.chance(12) {
		s.now += time.Duration(pauses[s.weighted([]int{6, 6, 6, 6, 6, 6, 4, 4, 4, 1})]) * time.Second
	}
}

// packet makes the next packet.
func (s *stage) packet() *Packet {
	if s.plan.Others && s.chance(25) && (!s.plan.Aged || s.chance(20)) {
		return s.other()
	}
	return s.segment()
}

// segment makes the next segment of some talk.
func (s *stage) segment() *Packet {
	t := s.talk()
	meant, from := t.say(s.dice)
	sent := meant
	me, peer := &t.guess[from], &t.guess[1-from]
	disturbed := s.chance(s.warm)
	if disturbed {
		disturb(s.dice, &sent, me, peer)
	}
	if !disturbed || s.chance(30) {
		t.sent(&meant, from)
	}
	watch(me, peer, &sent)
	s.hear(t)
	return said(&sent)
}

// talk chooses who speaks: mostly one of few, sometimes somebody new.
func (s *stage) talk() *talk {
	if len(s.talks) == 0 || len(s.talks) < 4 && s.chance(2) || s.chance(1) || s.due && s.chance(30) {
		s.talks = append(s.talks, s.begin())
	}
	if len(s.talks) > 4 {
		done := max(0, slices.IndexFunc(s.talks, (*talk).saidAll))
		s.talks = slices.Delete(s.talks, done, done+1)
	}
	if s.chance(70) {
		return s.talks[len(s.talks)-1]
	}
	return s.talks[s.IntN(len(s.talks))]
}

// begin opens a talk between two of few ends, so that tuples are used again.
func (s *stage) begin() *talk {
	opener := netip.AddrPortFrom(s.host(), one[uint16](s.dice, 40000, 40001))
	other := netip.AddrPortFrom(s.host(), 80)
	if s.plan.Helpers {
		opener, other = s.served(opener)
	}
	for other.Addr() == opener.Addr() {
		opener = netip.AddrPortFrom(s.host(), opener.Port())
	}
	if s.chance(10) {
		opener, other = other, opener
	}
	t := newTalk(s.dice, opener, other)
	if s.chance(8) {
		t.phase = open // what came before was not seen
	}
	if s.plan.Helpers && controls(other.Port()) {
		s.rehearse(t)
	}
	return t
}

// host returns the address of one of three hosts.
func (s *stage) host() netip.Addr {
	if s.plan.V6 {
		return hosts6[s.IntN(len(hosts6))]
	}
	return hosts4[s.IntN(len(hosts4))]
}

var (
	hosts4 = [...]netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("10.0.0.3")}
	hosts6 = [...]netip.Addr{netip.MustParseAddr("fd00::1"), netip.MustParseAddr("fd00::2"), netip.MustParseAddr("fd00::3")}

	client4 = netip.AddrPortFrom(hosts4[0], 40000)
	server4 = netip.AddrPortFrom(hosts4[1], 80)
)
