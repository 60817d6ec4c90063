package check

import (
	"onpath/anomaly"
	"onpath/packet"
	"onpath/tcp"
)

// isnRules are decided over the SYN,ACKs of a host, by noteISN.
var isnRules = []rule{
	{id: anomaly.IsnReused, says: "this host begins {connections} connections in a row, with different peers, at ISN {isn}"},
	{id: anomaly.IsnPredictable, says: "ISN {isn} is {off} from what the two before it foretell, and so were {before} in a row"},
}

// isns remembers the last ISNs of servers, by a hash of their address: 160 KiB. A host
// that meets another one's place takes it.
type isns struct{ hosts []isnsOf }

// isnsOf is what was seen of one host's ISNs. Those to the same address and port are
// left out: they ought to grow with time (RFC 6528 §3).
type isnsOf struct {
	tag   uint32
	peer  uint32 // hash of the last client's address and port
	isn   tcp.Seq
	step  uint32 // from the one before
	at    int64  // us since the Unix epoch
	took  int64  // since the one before, us
	same  uint8  // equal ones in a row
	told  uint8  // in a row that were foretold
	known uint8  // how many there were, at most 2: then a step is known, too
}

// Bounds of isns. The clock of RFC 9293 §3.4.1 comes round in hours: what lies further
// apart foretells nothing.
const (
	isnSlots = 1 << 12
	isnApart = 600e6 // us
	isnOff   = 1 << 16
	manySame = 3
	manyTold = 6 // of 8 ISNs all but the first two
)

// noteISN looks at the ISN of the first SYN,ACK of a connection.
func (in *Inspector) noteISN(v *packet.View) {
	client, port := &v.Key.B, v.Key.BPort
	if v.FromB {
		client, port = &v.Key.A, v.Key.APort
	}
	peer := mixed(client) ^ uint32(port)*0x9e3779b1
	if in.world == nil {
		in.log.tell(v, news{what: noteISN, seq: v.Seg.Seq, peer: peer})
		return
	}
	o := witnessOf(v)
	in.world.isn(&o, v.Seg.Seq, peer)
}

// isn looks at the ISN with which a host answers a peer.
func (w *World) isn(o *witness, isn tcp.Seq, peer uint32) {
	h := w.isns.of(mixed(&o.from))
	if h.known > 0 && h.peer == peer {
		return
	}
	off := h.add(isn, peer, o.At/1000)
	if h.same+1 >= manySame {
		w.strays.found(anomaly.IsnReused, o, int64(h.same)+1, num(isn))
	}
	if h.told >= manyTold {
		w.strays.found(anomaly.IsnPredictable, o, num(isn), int64(off), int64(h.told))
	}
}

func (t *isns) of(tag uint32) *isnsOf {
	if t.hosts == nil {
		t.hosts = make([]isnsOf, isnSlots)
	}
	h := t.at(tag)
	if h.tag != tag {
		*h = isnsOf{tag: tag}
	}
	return h
}

// at returns the place of a host with that tag.
func (t *isns) at(tag uint32) *isnsOf { return &t.hosts[(tag^tag>>16)%isnSlots] }

// add counts an ISN to another peer, and returns how far it is from what the two before
// foretell: as far again, or as far as their clock went meanwhile.
func (h *isnsOf) add(isn tcp.Seq, peer uint32, at int64) (off uint32) {
	step, took := uint32(isn-h.isn), at-h.at
	switch {
	case h.known == 0:
	case step == 0:
		h.same, h.told = min(h.same, 254)+1, 0
	default:
		h.same = 0
		if off = h.error(step, took); h.known >= 2 && off < isnOff {
			h.told = min(h.told, 254) + 1
		} else {
			h.told = 0
		}
	}
	h.peer, h.isn, h.step, h.at, h.took = peer, isn, step, at, took
	h.known = min(h.known+1, 2)
	return off
}

// error returns how far a step, which took some us, is from the one before: by itself,
// or by the time that either took.
func (h *isnsOf) error(step uint32, took int64) uint32 {
	off := distance(step, h.step)
	if h.took > 0 && took > 0 && h.took < isnApart && took < isnApart && int32(h.step) > 0 {
		off = min(off, distance(step, uint32(int64(h.step)*took/h.took)))
	}
	return off
}

func distance(a, b uint32) uint32 { return min(a-b, b-a) }
