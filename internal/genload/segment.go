package genload

import "math/rand/v2"

// period is after how many octets of sequence space the payload repeats, so
// that an octet sent again is the same octet whatever the segment.
const period = 32 << 10

// payload is the octets of two periods.
var payload = func() []byte {
	b := make([]byte, period, 2*period)
	r := rand.New(rand.NewPCG(7, 9293))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return append(b, b...)
}()

// segment writes one segment of end s with n octets of payload.
func (g *generator) segment(c *conv, s int, flags uint16, seq uint32, n int) {
	e, peer := &c.end[s], &c.end[1-s]
	b := g.option[:0]
	if flags&rst == 0 || flags&ack == 0 {
		b = g.options(b, c, s, flags)
	}
	g.begin()
	g.buf = c.ip(g.buf, s, protoTCP, 20+len(b)+n)
	at := len(g.buf)
	g.buf = append16(g.buf, e.port, peer.port)
	g.buf = be.AppendUint32(g.buf, seq)
	acked := uint32(0)
	if flags&ack != 0 {
		acked = e.acked(c, s)
	}
	g.buf = be.AppendUint32(g.buf, acked)
	g.buf = append16(g.buf, uint16(20+len(b))<<10|flags, g.window(flags), 0, 0)
	g.buf = append(g.buf, b...)
	g.buf = append(g.buf, payload[seq%period:][:n]...)
	be.PutUint16(g.buf[at+16:], fold(sum(c.pseudo(protoTCP, 20+len(b)+n), g.buf[at:])))
	g.finishFrame()
	g.TCP++
}

// acked is the acknowledgment number of end s: up to a hole, if it has one.
func (e *end) acked(c *conv, s int) uint32 {
	if c.hole.open && s == int(1-c.turn) {
		return c.hole.at
	}
	return e.want
}

// window is what an end with much room announces: full where no scale applies, as
// in a SYN or without one in the options, and 1 MiB at a scale of 7 otherwise.
func (g *generator) window(flags uint16) uint16 {
	if flags&syn != 0 || !g.load.Timestamp {
		return 64240
	}
	return 8192
}

// options appends the list that a Linux end sends with these flags.
func (g *generator) options(b []byte, c *conv, s int, flags uint16) []byte {
	switch {
	case flags&syn != 0 && g.load.Timestamp: // mss,sackOK,TS,nop,wscale 7
		b = append(append16(b, 2<<8|4, g.announced(c)), 4, 2)
		return append(g.timestamp(b, c, s), 1, 3, 3, 7)
	case flags&syn != 0:
		return append(append16(b, 2<<8|4, g.announced(c)), 1, 1, 4, 2)
	}
	if g.load.Timestamp {
		b = g.timestamp(append(b, 1, 1), c, s)
	}
	if h := &c.hole; h.open && s == int(1-c.turn) && h.copies > 0 {
		b = append(b, 1, 1, 5, 10) // RFC 2018 §3: one block, from the hole to the newest octet
		b = be.AppendUint32(b, h.at+h.n)
		b = be.AppendUint32(b, c.end[c.turn].next)
	}
	return b
}

// timestamp appends TSval and TSecr, and lets the peer remember TSval.
func (g *generator) timestamp(b []byte, c *conv, s int) []byte {
	e := &c.end[s]
	val := uint32(g.now/1e6) + e.clock
	b = be.AppendUint32(append(b, 8, 10), val)
	b = be.AppendUint32(b, e.recent)
	c.end[1-s].recent = val
	return b
}

// announced is the MSS option: a full segment without any TCP option (RFC 6691 §2).
func (g *generator) announced(c *conv) uint16 {
	if c.v6 {
		return uint16(g.load.MSS - 20)
	}
	return uint16(g.load.MSS)
}

// mss is the payload of a full segment after timestamps and wrapping.
func (g *generator) mss(c *conv) int {
	n := int(g.announced(c))
	if g.load.Timestamp {
		n -= 12
	}
	if c.wrap >= ipip {
		n -= 70
	}
	return n
}
