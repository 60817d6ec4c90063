package flow

import (
	"onpath/fingerprint"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// identities is what SYNs tell of who made them: the first of each end counts, as it
// is the one that the stack made without news of the path.
type identities struct {
	signatures fingerprint.Table
	clocks     fingerprint.Clocks
	laps       uint64 // those of signatures that are known of
	lapsed     uint64 // the name of the last record that may have been noted before one
}

// identify takes the signature of a segment with SYN that was counted to a connection,
// of whose ends ids are.
func (t *Table) identify(ids *[2]fingerprint.ID, v *packet.View) {
	d, from := &t.who, v.Seg.Dir
	if ids[from] == 0 {
		ids[from] = t.reads(v, d.mss(ids[from^1])).ID()
		d.signatures.Keep(ids[from])
	}
}

// noted returns what stands for the signature of m's SYN, 0 if that is not known any more.
func (t *Table) noted(m *embryo) fingerprint.ID {
	return t.who.signatures.Noted(m.identity, m.num <= t.who.lapsed)
}

// lap sees whether notes have grown too old.
func (t *Table) lap() {
	if n := t.who.signatures.Laps(); n != t.who.laps {
		t.who.laps, t.who.lapsed = n, t.newest()
	}
}

// reads notes the signature of a segment with SYN, and reads its timestamp. mss is that of
// its peer's SYN, or 0. Of an embryo's SYN no more than that is done: a flood of made-up ones
// would leave no room for others, if they were held.
func (t *Table) reads(v *packet.View, mss uint16) fingerprint.Note {
	n, stamped := t.who.signatures.Of(v, mss)
	t.lap()
	if stamped {
		t.tellStamp(v)
	}
	return n
}

// mss returns the MSS of a signature, or 0.
func (d *identities) mss(id fingerprint.ID) uint16 {
	if id == 0 {
		return 0
	}
	return d.signatures.Signature(id).MSS
}

// hosts returns the addresses of one end and of its peer.
func hosts(k *packet.Key, isB bool) (host, peer *[16]byte) {
	if isB {
		return &k.B, &k.A
	}
	return &k.A, &k.B
}

// of returns what is known of an end of e.
func (d *identities) of(e *entry, end tcp.Dir) (i record.Identity) {
	id := e.identity[end]
	if id == 0 {
		return i
	}
	i.Signature, i.Match = d.signatures.Signature(id), d.signatures.Match(id)
	if i.Signature.Stamped {
		host, _ := hosts(&e.key, e.swapped == (end == tcp.Client))
		i.Uptime, _ = d.clocks.Uptime(host, e.start)
	}
	return i
}

// giveBack takes back what e held.
func (d *identities) giveBack(e *entry) {
	for end, id := range e.identity {
		d.signatures.Release(id)
		e.identity[end] = 0
	}
}
