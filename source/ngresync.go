package source

const (
	ngLinks     = 2       // plausible blocks in a row that are believed
	searchBlock = 1 << 20 // octets of a block that is believed in a search
)

// resync searches behind a block that cannot be true for the next plausible
// ones, and takes what lies before them.
func (g *ng) resync(w wrong) {
	d := g.here(w.fault, w.have, w.want)
	g.take(1)
	g.steps = searchLimit
	for g.has(minBlock) && !g.chain(0, ngLinks) {
		if g.take(1); g.offset()-d.Offset > searchLimit {
			g.giveUp()
		}
	}
	if len(g.held()) < minBlock {
		g.giveUp()
	}
	d.Lost = g.offset() - d.Offset
	g.health.add(d)
}

// overrun decides on a block that runs past the end of the file, all of whose
// rest is held: either the file was cut, or the length is a lie. It is a lie if
// no length inside the block agrees with it, and plausible blocks inside the rest
// lead exactly to the end of the file.
func (g *ng) overrun() bool {
	held := g.held()
	if len(held) < minBlock || g.agrees(held) {
		return false
	}
	d := g.here(BlockLength, uint64(g.u32(held[4:])), uint64(len(held)))
	g.steps = searchSteps
	for at := 1; at+minBlock <= len(held) && g.steps > 0; at++ {
		if g.chain(at, searchSteps) {
			g.take(at)
			d.Lost = int64(at)
			g.health.add(d)
			return true
		}
	}
	return false
}

// agrees reports whether the captured length of the packet block that begins with
// held fits the length of the block, with at most a page of options.
func (g *ng) agrees(held []byte) bool {
	kind, length := g.u32(held), int64(g.u32(held[4:]))
	if kind != blockEnhanced && kind != blockOldPacket || len(held) < 28 {
		return false
	}
	options := length - 32 - int64(g.u32(held[20:]))
	return options >= 0 && options <= 4096
}

// chain reports whether plausible blocks follow each other from at on: links of
// them, or fewer if the last one ends exactly with the file.
//
// A block is believed less easily here than in its place: its type must be one
// of the standard (by chance, 1 in 2²⁹), both lengths must be the same and fit
// the type (1 in 2³² and less), a packet must fit its block, and the next block
// must follow. What can still be mistaken is a capture inside a capture's
// payload: nothing in the format would tell them apart.
func (g *ng) chain(at, links int) bool {
	big := g.big
	for n := range links {
		if g.steps--; !g.has(at + minBlock) {
			return n > 0 && len(g.held()) == at
		}
		b, _, sound := g.look(at, searchBlock, big)
		if !sound || !g.plausible(b, g.held()[at:][:b.size]) {
			return false
		}
		big = b.big
		at += b.size
	}
	return true
}

// plausible reports whether the octets of a block fit its type.
func (g *ng) plausible(b block, octets []byte) bool {
	if _, known := leastOf(b.kind); !known {
		return false
	}
	body := octets[8:]
	switch b.kind {
	case blockEnhanced, blockOldPacket:
		return order32(body[12:], b.big) <= uint32(b.size-32)
	case blockSimple:
		return len(g.ifaces) > 0
	}
	return true
}
