package netfilter

import (
	"encoding/binary"
	"slices"

	"onpath/packet"
)

// track finds the entry of a datagram, or makes one, and lets its protocol judge.
func (t *Tracker) track(d *datagram, out *Verdict) {
	if isQuery(d.Proto) && t.trackMessage(d, out) {
		return
	}
	if uint32(len(d.l4)) < min(headerOctets[d.Proto], d.length) {
		return // what would have to be judged was not captured
	}
	if !d.tuple() {
		out.State = StateInvalid
		return
	}
	u := &d.Tuple
	t.complete(u)
	hash := t.hash(u)
	i, dir := t.lookup(u, hash)
	if i == 0 {
		i, dir = t.create(u, hash, out)
		if i == 0 {
			return
		}
	}
	t.judge(i, dir, d, out)
}

// headerOctets are how much of a transport header is looked at.
var headerOctets = [256]uint32{
	packet.ProtoICMP: 8, packet.ProtoICMPv6: 8, packet.ProtoTCP: 20, packet.ProtoUDP: 8, packet.ProtoUDPLite: 8, packet.ProtoSCTP: 4,
}

// tuple reads what stands for ports. It is false for a packet too short for them,
// and for one without a transport header.
func (d *datagram) tuple() bool {
	switch d.Proto {
	case packet.ProtoICMP, packet.ProtoICMPv6:
		if len(d.l4) < 8 {
			return false
		}
		d.SrcPort, d.DstPort = binary.BigEndian.Uint16(d.l4[4:]), binary.BigEndian.Uint16(d.l4)
	case packet.ProtoTCP, packet.ProtoUDP, packet.ProtoUDPLite, packet.ProtoSCTP:
		if len(d.l4) < 4 {
			return false
		}
		d.SrcPort, d.DstPort = binary.BigEndian.Uint16(d.l4), binary.BigEndian.Uint16(d.l4[2:])
	case packet.ProtoGRE:
		return d.callKey()
	case packet.ProtoNoNext:
		return !d.V6
	}
	return true
}

// lookup finds the entry that u is a direction of; 0 if there is none. One whose
// time is over is deleted.
func (t *Tracker) lookup(u *Tuple, hash uint32) (uint32, Dir) {
	i, dir := t.table.find(u, hash)
	if i == 0 || t.table.at(i).expires > t.now {
		return i, dir
	}
	t.stats.Expired++
	t.delete(i, t.now)
	return 0, Original
}

// create makes an entry that is not confirmed yet, 0 if there is no room for it.
func (t *Tracker) create(u *Tuple, hash uint32, out *Verdict) (uint32, Dir) {
	if isQuery(u.Proto) && !answered(u) {
		out.State = StateInvalid
		return 0, Original
	}
	if t.table.count >= t.config.MaxEntries && !t.makeRoom() {
		t.stats.Full++
		out.Why.Cause = CauseFull
		return 0, Original
	}
	i := t.table.take()
	e := t.table.at(i)
	e.id, e.hash, e.made = t.lastID+1, hash, t.now
	e.src, e.dst, e.srcPort, e.dstPort, e.proto, e.v6 = u.Src, u.Dst, u.SrcPort, u.DstPort, u.Proto, u.V6
	if t.expects.count > 0 {
		t.meet(i, u)
	}
	if e.status&Expected == 0 {
		t.attach(i, u)
	}
	return i, Original
}

// judge lets the protocol of the entry in slot i judge the datagram, and tells
// what came of it.
func (t *Tracker) judge(i uint32, dir Dir, d *datagram, out *Verdict) {
	e := t.table.at(i)
	out.Dir, out.Before = dir, e.tcp
	switch t.handle(i, dir, d, out) {
	case refused:
		out.State = StateInvalid
		if e.status&Confirmed == 0 {
			t.drop(i)
			return
		}
		out.Entry = t.show(e)
	case again:
		hash := e.hash
		t.stats.Deleted++
		t.delete(i, t.now)
		*out = Verdict{}
		if i, dir = t.create(&d.Tuple, hash, out); i != 0 {
			t.judge(i, dir, d, out)
		}
	default:
		if e.id > t.lastID { // what is refused has no number
			t.lastID = e.id
			t.stats.Made++
		}
		out.State = e.state(dir)
		t.pass(i, dir, d, out)
	}
}

// state returns the ctstate of a packet in direction dir, before it counts.
func (e *entry) state(dir Dir) State {
	switch {
	case dir == Reply || e.status&SeenReply != 0:
		return StateEstablished
	case e.status&Expected != 0:
		return StateRelated
	}
	return StateNew
}

// pass counts a packet that was not refused, lets the helper read it as it
// leaves, and tells of what changed.
func (t *Tracker) pass(i uint32, dir Dir, d *datagram, out *Verdict) {
	e := t.table.at(i)
	if dir == Reply && e.status&SeenReply == 0 {
		e.status |= SeenReply
		e.changed |= changedReply
	}
	switch {
	case e.status&Dying != 0:
		out.Entry, out.Deleted = t.show(e), true
		t.table.give(i)
	case d.stays || e.control != 0 && t.help(i, dir, d, out):
		out.Entry = t.show(e)
		if e.status&Confirmed == 0 {
			t.stats.Unconfirmed++
			t.drop(i)
		}
	default:
		t.confirm(i)
		out.Entry = t.show(e)
	}
}

// confirm makes a new entry one that the next packet finds, and tells what has
// changed since the last event.
func (t *Tracker) confirm(i uint32) {
	e := t.table.at(i)
	kind := EventUpdate
	if e.status&Confirmed == 0 {
		kind = EventNew
		e.status |= Confirmed
		t.table.link(i)
		t.wait(i)
	} else if e.changed == 0 {
		return
	}
	t.tell(kind, i, t.now)
	e.changed = 0
}

// tell calls Config.Event.
func (t *Tracker) tell(kind EventKind, i uint32, at int64) {
	if t.config.Event == nil {
		return
	}
	e := t.table.at(i)
	t.event = Event{Kind: kind, At: at, Entry: t.show(e), State: kind == EventDestroy || e.changed&changedState != 0}
	t.config.Event(&t.event)
}

// delete ends a confirmed entry and takes its slot back.
func (t *Tracker) delete(i uint32, at int64) {
	t.kill(i, at)
	t.table.give(i)
}

// kill ends a confirmed entry. Its slot can still be read.
func (t *Tracker) kill(i uint32, at int64) {
	e := t.table.at(i)
	t.table.unlink(i)
	t.leave(i)
	t.forgetControl(i)
	e.status |= Dying
	t.tell(EventDestroy, i, at)
}

// drop forgets an entry that was never confirmed.
func (t *Tracker) drop(i uint32) {
	t.forgetControl(i)
	t.table.give(i)
}

// inOrder returns the slots of the confirmed entries, in the order of their ID.
func (t *Tracker) inOrder() []uint32 {
	all := make([]uint32, 0, t.table.count)
	for _, i := range t.table.buckets {
		for ; i != 0; i = t.table.at(i).chain {
			all = append(all, i)
		}
	}
	slices.SortFunc(all, func(a, b uint32) int { return int(t.table.at(a).id) - int(t.table.at(b).id) })
	return all
}
