package flow

// Clock tells by the packets' own time when the records are to be looked at whose time
// may have come: whenever a tick begins. Whoever divides the packets among Tables has one
// Clock and tells them all, so that a record ends at the same packet however many there
// are. The zero Clock has seen no packet.
type Clock struct {
	last   int64 // time of the packet before, ns since the Unix epoch
	tick   int64 // the latest
	behind int   // packets in a row that lie before it
	begun  bool
}

// What is further ahead of the packet before, in ns, is believed when the next packet is
// there too: one wrong stamp ends no record.
const farAhead = 24 * 3600e9

// manyBehind is how many packets in a row must lie before the latest tick until time is
// believed to have been set back. What that costs is spread over as many packets.
const manyBehind = 1 << 16

// tickBits says how long a tick is: 2²⁶ ns (67 ms).
const tickBits = 26

// Pass takes the time of a packet, ns since the Unix epoch, and reports whether a tick
// begins with it.
func (c *Clock) Pass(at int64) bool {
	now := at >> tickBits
	if now == c.tick && c.begun { // most do not
		c.last, c.behind = at, 0
		return false
	}
	far := c.begun && at > later(c.last, farAhead)
	c.last = at
	switch {
	case far:
		c.behind = 0
		return false
	case c.begun && now < c.tick:
		if c.behind++; c.behind < manyBehind {
			return false
		}
	}
	c.tick, c.behind, c.begun = now, 0, true
	return true
}
