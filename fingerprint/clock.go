package fingerprint

import (
	"encoding/binary"
	"math/bits"
	"onpath/internal/prefetch"
	"time"
)

// Clocks tells how long hosts have been up, by their timestamps (RFC 7323 §5.4), where
// these count from the start of the host. Most stacks of today add a random number for
// each connection, or as Linux since 4.10 for each pair of hosts. So a host is believed
// only if the timestamps of SYNs to two other hosts, a second or more apart, lie on one
// line of a usual rate; once they do not, it is believed no more.
//
// The zero Clocks is empty. It holds at most 8,192 hosts, 0.5 MiB.
type Clocks struct {
	hosts   []hostClock
	givenUp uint64
}

// hostClock is what is known of one host's clock.
type hostClock struct {
	host  [16]byte
	peer  uint64 // hash of the peer of the first SYN
	at    int64  // time of the first SYN, ns since the Unix epoch
	seen  int64  // of the latest
	stamp uint32 // timestamp of the first
	rate  uint16 // ticks a second; 0: not known
	wild  bool   // two of them lie on no line
}

// Bounds of Clocks, and of what lies on a line.
const (
	maxClocks = 1 << 13
	forgetful = int64(60 * time.Second) // a silent host gives its place away after it
	leastSpan = int64(time.Second)
	jitter    = int64(50 * time.Millisecond) // of both SYNs' way here
	drift     = 1000                         // a clock may be wrong by one part in so many
)

// rates are the ticks a second of the stacks that are known: RFC 7323 §5.4 asks for 1
// to 1,000.
var rates = [...]uint16{1000, 500, 300, 250, 100, 10, 2}

// Observe takes the timestamp of a SYN or SYN,ACK that host sent to peer.
func (c *Clocks) Observe(host, peer *[16]byte, stamp uint32, at int64) {
	h := c.take(host, at)
	switch {
	case h == nil || h.wild:
	case h.host == [16]byte{}:
		*h = hostClock{host: *host, peer: mix(peer), at: at, seen: at, stamp: stamp}
	case h.peer != mix(peer) && at-h.at >= leastSpan:
		h.compare(stamp, at)
	}
	if h != nil {
		h.seen = max(h.seen, at)
	}
}

// compare looks whether a later timestamp lies on the host's line.
func (h *hostClock) compare(stamp uint32, at int64) {
	rate := rateOf(uint32(stamp-h.stamp), at-h.at)
	h.wild = rate == 0 || h.rate != 0 && h.rate != rate
	h.rate = rate
}

// rateOf returns the usual rate that makes so many ticks in ns, modulo 1<<32, or 0.
func rateOf(ticks uint32, ns int64) uint16 {
	for _, rate := range rates {
		want := ticksIn(ns, rate)
		off := int64(int32(ticks - uint32(want)))
		if max(off, -off) <= 1+ticksIn(jitter+ns/drift, rate) {
			return rate
		}
	}
	return 0
}

// ticksIn returns the ticks in ns, which is not negative.
func ticksIn(ns int64, rate uint16) int64 {
	hi, lo := bits.Mul64(uint64(ns), uint64(rate))
	ticks, _ := bits.Div64(hi, lo, uint64(time.Second))
	return int64(ticks)
}

// Uptime returns how long a host had been up at a time, in ns, modulo the 1<<32 ticks
// after which timestamps begin again: 49.7 days at 1,000 a second. ok is false where
// the timestamps do not tell.
func (c *Clocks) Uptime(host *[16]byte, at int64) (ns int64, ok bool) {
	h := c.find(host)
	if h == nil || h.host != *host || h.wild || h.rate == 0 || at < h.at {
		return 0, false
	}
	ticks := uint32(ticksIn(at-h.at, h.rate)) + h.stamp
	return int64(ticks) * int64(time.Second) / int64(h.rate), true
}

// Expect asks for what Observe will need of a host, so that it is at hand then.
func (c *Clocks) Expect(host *[16]byte) {
	if h := c.find(host); h != nil {
		prefetch.Lines(h, 0, 1)
	}
}

// GivenUp returns how many SYNs were not looked at because other hosts had the place
// of theirs.
func (c *Clocks) GivenUp() uint64 { return c.givenUp }

func (c *Clocks) find(host *[16]byte) *hostClock {
	if c.hosts == nil {
		return nil
	}
	return &c.hosts[mix(host)>>(64-bits.Len(maxClocks-1))]
}

// take returns a host's place, empty if it has not been seen. One that was silent
// gives it away; nil: one that was not has it.
func (c *Clocks) take(host *[16]byte, at int64) *hostClock {
	if c.hosts == nil {
		c.hosts = make([]hostClock, maxClocks)
	}
	h := c.find(host)
	switch {
	case h.host == *host || h.host == [16]byte{}:
	case at-h.seen > forgetful || h.seen-at > forgetful:
		*h = hostClock{}
	default:
		c.givenUp++
		return nil
	}
	return h
}

// mix hashes an address. Who makes addresses that meet gains nothing but that their
// uptime is unknown.
func mix(a *[16]byte) uint64 {
	hi, lo := bits.Mul64(binary.LittleEndian.Uint64(a[:])^0xa0761d6478bd642f, binary.LittleEndian.Uint64(a[8:])^0xe7037ed1a0b428db)
	return (hi ^ lo) * 0x9e3779b97f4a7c15
}
