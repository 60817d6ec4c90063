package source

// Option codes of what a capture says that it dropped (draft-ietf-opsawg-pcapng
// §4.3, §4.6).
const (
	optPacketDrops = 4 // of a packet: dropped since the one before
	optCardDrops   = 5 // of statistics: dropped by the interface since the capture began
	optSystemDrops = 7 // dropped by the operating system
)

// drops is how many packets of an interface were dropped, as two sources say.
type drops struct{ byPackets, byStatistics uint64 }

// all returns the larger number: both count the same.
func (d *drops) all() uint64 { return max(d.byPackets, d.byStatistics) }

// statistics reads an Interface Statistics Block (§4.6): interface, time, options.
func (g *ng) statistics(body []byte) {
	if len(body) < 12 {
		return
	}
	said := uint64(0)
	for o := g.options(body[12:]); o.next(); {
		if o.code == optCardDrops || o.code == optSystemDrops {
			said += o.count()
		}
		o.comment()
	}
	if id := g.u32(body); id < uint32(len(g.ifaces)) {
		d := &g.ifaces[id].drops
		before := d.all()
		d.byStatistics = max(d.byStatistics, said)
		g.health.Dropped += d.all() - before
	}
}

// missed counts the drops that an option of a packet tells of.
func (o *options) missed(d *drops) {
	if o.code != optPacketDrops {
		return
	}
	before := d.all()
	d.byPackets += o.count()
	o.g.health.Dropped += d.all() - before
}

// count reads an option's counter; one with the highest bit set means unknown.
func (o *options) count() uint64 {
	if len(o.value) < 8 {
		return 0
	}
	return uint64(max(0, o.g.i64(o.value)))
}
