package netfilter

import (
	"onpath/packet"
	"onpath/tcp"
)

// helpers are the rules of the configuration, made ready.
type helpers struct {
	all    []Helper         // those of the table of helpers
	byName map[string]uint8 // 1 + index in all
	byPort map[uint32]uint8 // the same, by protocol<<16 | port
	controls
}

// newHelpers makes the rules ready. A rule with a helper that is not in the table gives
// none.
func newHelpers(rules []Attach) helpers {
	h := helpers{byName: map[string]uint8{}, byPort: map[uint32]uint8{}}
	for i, k := range known {
		h.all = append(h.all, k.helper)
		h.byName[k.helper.name] = uint8(i + 1)
	}
	h.controls = newControls(len(h.all))
	for _, rule := range rules {
		for i, k := range known { // sip has two rows
			if k.helper.name == rule.Helper {
				h.add(uint8(i+1), k, rule.Ports)
			}
		}
	}
	return h
}

// add adds a rule for a protocol.
func (h *helpers) add(n uint8, k row, ports []uint16) {
	if ports == nil {
		ports = k.ports
	}
	for _, port := range ports {
		h.byPort[uint32(k.proto)<<16|uint32(port)] = n
	}
}

// attach gives a new entry the helper that a rule has for its port.
func (t *Tracker) attach(e *entry, u *Tuple) {
	if len(t.helpers.byPort) == 0 || isQuery(u.Proto) {
		return
	}
	helper := t.helpers.byPort[uint32(u.Proto)<<16|uint32(u.DstPort)]
	if helper == 0 || u.V6 && known[helper-1].only4 {
		return
	}
	t.control(e, helper)
}

// control gives an entry a helper; 0 is none.
func (t *Tracker) control(e *entry, helper uint8) {
	if helper == 0 {
		return
	}
	e.control = uint32(helper)
	if e.status&Expected == 0 {
		e.status |= HasHelper
	}
}

// help lets the helper of the entry read the datagram, and reports
// whether the kernel would have dropped it.
func (t *Tracker) help(e *entry, dir Dir, d *datagram, out *Verdict) bool {
	p := &t.payload
	if e.proto == packet.ProtoTCP && out.State != StateEstablished {
		return false
	}
	orig := e.tuple()
	*p = Payload{Tuples: [2]Tuple{orig, orig.inverse()}, Dir: dir, Expected: e.status&Expected != 0}
	p.read(d)
	i := e.slot
	t.helping = i
	helper, memory := t.helperOf(i), t.controlOf(i).memory
	drop := helper.Read(p, &memory, t.expectFunc)
	if memory != t.controlOf(i).memory {
		t.ownControl(i).memory = memory
	}
	t.forget(p.Forget)
	if p.Hangup {
		t.hangUp(i)
	}
	if p.Refresh > 0 {
		t.refresh(e, p.Refresh)
	}
	if drop == "" {
		return false
	}
	out.Why = Reason{Cause: CauseHelper, Log: drop, Helper: helper.Name()}
	return true
}

// read fills in what stands behind the transport header.
func (p *Payload) read(d *datagram) {
	n := uint32(8)
	if d.Proto == packet.ProtoTCP {
		n = uint32(d.l4[12]>>4) * 4
		p.Seq = uint32(tcp.Header(d.l4).Seq())
	}
	p.Whole = uint32(len(d.l4)) >= d.length
	p.Data = d.l4[min(n, uint32(len(d.l4))):]
}

// tuple returns the direction Original.
func (e *entry) tuple() Tuple {
	return Tuple{Src: e.src, Dst: e.dst, SrcPort: e.srcPort, DstPort: e.dstPort, Proto: e.proto, V6: e.v6}
}
