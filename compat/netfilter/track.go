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
		out.Why.Cause = CauseCut
		return
	}
	if !d.tuple() {
		out.State, out.Why.Cause = StateInvalid, CauseNoTuple
		return
	}
	u := &d.Tuple
	t.complete(u)
	e, dir := t.locate(u)
	if e == nil {
		if e = t.create(u, out); e == nil {
			return
		}
	}
	t.judge(e, dir, d, out)
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

// locate finds the entry that u is a direction of, where Expect found it if it is still there;
// nil if there is none.
func (t *Tracker) locate(u *Tuple) (*entry, Dir) {
	if t.likely != 0 {
		if e := t.table.at(t.likely); e.place != 0 && e.expires > t.now {
			if dir, ok := e.is(u); ok {
				return e, dir
			}
		}
	}
	return t.lookup(u, t.hash(u))
}

// lookup finds the entry that u is a direction of; nil if there is none. One whose
// time is over is deleted.
func (t *Tracker) lookup(u *Tuple, hash uint32) (*entry, Dir) {
	i, dir := t.table.find(u, hash)
	if i == 0 {
		return nil, Original
	}
	e := t.table.at(i)
	if e.expires > t.now {
		return e, dir
	}
	t.stats.Expired++
	t.delete(e, t.now)
	return nil, Original
}

// create makes an entry that is not confirmed yet, nil if there is no room for it.
func (t *Tracker) create(u *Tuple, out *Verdict) *entry {
	if t.table.count >= t.config.MaxEntries && !t.makeRoom() {
		t.stats.Full++
		out.Why.Cause = CauseFull
		return nil
	}
	e := t.table.at(t.table.take())
	e.id, t.table.rest(e.slot).made = t.lastID+1, t.now
	e.src, e.dst, e.srcPort, e.dstPort, e.proto, e.v6 = u.Src, u.Dst, u.SrcPort, u.DstPort, u.Proto, u.V6
	if t.expects.count > 0 {
		t.meet(e, u)
	}
	if e.status&Expected == 0 {
		t.attach(e, u)
	}
	return e
}

// judge lets the protocol of the entry judge the datagram, and tells
// what came of it.
func (t *Tracker) judge(e *entry, dir Dir, d *datagram, out *Verdict) {
	out.Dir, out.Before = dir, e.tcp
	switch t.handle(e, dir, d, out) {
	case refused:
		out.State = StateInvalid
		if e.status&Confirmed == 0 {
			t.drop(e)
			return
		}
		out.Entry = t.show(e)
	case again:
		t.stats.Deleted++
		t.delete(e, t.now)
		*out = Verdict{}
		if e = t.create(&d.Tuple, out); e != nil {
			t.judge(e, Original, d, out)
		}
	default:
		if e.id > t.lastID { // what is refused has no number
			t.lastID = e.id
			t.stats.Made++
		}
		out.State = e.state(dir)
		t.pass(e, dir, d, out)
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
func (t *Tracker) pass(e *entry, dir Dir, d *datagram, out *Verdict) {
	if dir == Reply && e.status&SeenReply == 0 {
		e.status |= SeenReply
		e.changed |= changedReply
	}
	switch {
	case e.status&Dying != 0:
		out.Entry, out.Deleted = t.show(e), true
		t.table.give(e.slot)
	case d.stays || e.control != 0 && t.help(e, dir, d, out):
		out.Entry = t.show(e)
		if e.status&Confirmed == 0 {
			t.stats.Unconfirmed++
			t.drop(e)
		}
	default:
		t.confirm(e)
		out.Entry = t.show(e)
	}
}

// confirm makes a new entry one that the next packet finds, and tells what has
// changed since the last event.
func (t *Tracker) confirm(e *entry) {
	kind := EventUpdate
	if e.status&Confirmed == 0 {
		kind = EventNew
		e.status |= Confirmed
		t.table.link(t.found(e))
		t.wait(e)
	} else if e.changed == 0 {
		return
	}
	t.tell(kind, e, t.now)
	e.changed = 0
}

// tell calls Config.Event.
func (t *Tracker) tell(kind EventKind, e *entry, at int64) {
	if t.config.Event == nil {
		return
	}
	t.event = Event{Kind: kind, At: at, Entry: t.show(e), State: kind == EventDestroy || e.changed&changedState != 0}
	t.config.Event(&t.event)
}

// delete ends a confirmed entry and takes its slot back.
func (t *Tracker) delete(e *entry, at int64) {
	t.kill(e, at)
	t.table.give(e.slot)
}

// kill ends a confirmed entry. Its slot can still be read.
func (t *Tracker) kill(e *entry, at int64) {
	t.table.unlink(t.found(e))
	t.leave(e)
	t.forgetControl(e)
	e.status |= Dying
	t.tell(EventDestroy, e, at)
}

// found returns what the index has of an entry.
func (t *Tracker) found(e *entry) found {
	u := e.tuple()
	return found{t.hash(&u), e.slot}
}

// drop forgets an entry that was never confirmed.
func (t *Tracker) drop(e *entry) {
	t.forgetControl(e)
	t.table.give(e.slot)
}

// inOrder returns the slots of the confirmed entries, in the order of their ID.
func (t *Tracker) inOrder() []uint32 {
	all := make([]uint32, 0, t.table.count)
	for _, f := range t.table.index {
		if f.slot != 0 {
			all = append(all, f.slot)
		}
	}
	slices.SortFunc(all, func(a, b uint32) int { return int(t.table.at(a).id) - int(t.table.at(b).id) })
	return all
}
