package source

// How a damaged classic file is taken up again.
const (
	searchLimit = 64 << 20   // octets searched for a plausible record
	chainLinks  = 3          // plausible headers in a row that are believed
	maxGap      = 31 * 86400 // seconds between neighbours in such a row
	maxWire     = 1 << 20    // octets on the wire in such a row: twice what Linux BIG TCP makes
	searchSteps = 1 << 20    // headers looked at to explain one record that overruns the file
)

// odd reports whether a header cannot be right as it stands. All 0 is what a
// file system leaves of octets that were never written.
func (k *classic) odd(h record) bool {
	return h.caplen > k.longest || h.caplen > h.wirelen || h.frac >= k.second || h == record{}
}

// readable decides on an odd header: its frame is kept, and the oddness said, if
// its captured length leads to another header whose length can be true, or to
// the end of the file. It looks ahead, so on a pipe it waits for that header.
func (k *classic) readable(h record) bool {
	if h.caplen > k.longest || h.caplen > maxCapture {
		return false
	}
	at := k.headerLen + int(h.caplen)
	if !k.has(at) { // then overrun decides
		return true
	}
	if k.has(at+k.headerLen) && k.header(k.held()[at:]).caplen > k.longest {
		return false
	}
	k.oddities(h)
	return true
}

// oddities says all that is odd about a header whose frame is kept.
func (k *classic) oddities(h record) {
	if h.caplen > h.wirelen {
		k.damage(LengthOrder, uint64(h.caplen), uint64(h.wirelen))
	}
	if h.frac >= k.second {
		k.damage(TimeFraction, uint64(h.frac), uint64(k.second))
	}
	if h == (record{}) {
		k.damage(Unwritten, 0, 0)
	}
}

// resync searches for the next chain of plausible headers in place of h, which
// cannot be true, and takes what lies before it. The search begins in the octets
// of the record before: payload that somebody edited to be shorter has drawn the
// next record into it, which is what most damaged captures of the wild have.
func (k *classic) resync(h record) {
	d := k.here(CapLength, uint64(h.caplen), uint64(k.longest))
	k.untake(k.inside())
	for k.has(k.headerLen) && !k.chain(0, chainLinks) {
		if k.take(1); k.offset()-d.Offset > searchLimit {
			k.giveUp()
		}
	}
	if len(k.held()) < k.headerLen {
		k.giveUp()
	}
	k.resume(d)
}

// inside returns how many octets back a record can begin that is not the last
// one itself.
func (k *classic) inside() int { return max(0, k.keep-k.headerLen-1) }

// resume counts d, whose search has ended here.
func (k *classic) resume(d Damage) {
	d.Lost = k.offset() - d.Offset
	k.keep = 0
	k.health.add(d)
}

// overrun decides on a record that runs past the end of the file, all of whose
// rest is held: either the file was cut, or the length is a lie. It is a lie if
// the header says different lengths or cannot be, and plausible records around
// it lead exactly to the end of the file. (Without the first, a cut capture of
// the transfer of a capture could be mistaken.)
func (k *classic) overrun(h record) bool {
	if h.caplen == h.wirelen && k.plausible(h, k.sec) {
		return false
	}
	d := k.here(CapLength, uint64(h.caplen), uint64(len(k.held())-k.headerLen))
	k.steps = searchSteps
	for at := -k.inside(); at+k.headerLen <= len(k.held()) && k.steps > 0; at++ {
		if at != 0 && k.chain(at, searchSteps) {
			k.take(at)
			k.resume(d)
			return true
		}
	}
	return false
}

// chain reports whether plausible headers follow each other from at on: links of
// them, or fewer if the last record ends exactly with the file.
//
// A header in the middle of payload is plausible by chance once in about 2⁵⁰
// times (16 octets of which few values pass), and would have to name the
// distance to a second and third one. What can still be mistaken is a capture
// inside a capture's payload, if its times are within a month of ours; nothing
// in the format would tell them apart.
func (k *classic) chain(at, links int) bool {
	before := k.sec
	for n := range links {
		k.steps--
		if !k.has(at + k.headerLen) {
			return n > 0 && len(k.held()) == at
		}
		h := k.header(k.buf[k.lo+at:])
		if !k.plausible(h, before) {
			return false
		}
		before = h.sec
		at += k.headerLen + int(h.caplen)
	}
	return true
}

// plausible reports whether h looks like the header of a frame near the second
// before, 0 if nothing is known: something captured, not more than was on the
// wire, that not more than a packet can be, and a fraction below a second.
func (k *classic) plausible(h record, before uint32) bool {
	return h.caplen > 0 && h.caplen <= h.wirelen && h.caplen <= maxCapture && h.wirelen <= maxWire &&
		h.frac < k.second && (before == 0 || near(h.sec, before))
}

func near(a, b uint32) bool { return max(a, b)-min(a, b) <= maxGap }
