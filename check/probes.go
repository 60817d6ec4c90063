package check

import (
	"onpath/anomaly"
	"onpath/packet"
	"onpath/tcp"
)

// probes counts what a host sent to where it had no connection, since a time.
type probes struct {
	probedAt int64
	probed   spread
	resets   spread // by RSTs without ACK
	sent     [numProbes]uint32
}

// strewn counts the SYN,ACKs and RST,ACKs of a host that nothing had asked for, as
// long as they keep coming.
type strewn struct {
	strewnAt int64 // start of the last one's record, ns since the Unix epoch
	to       spread
	n        uint32
}

// scattering reports whether such answers are the host's habit at a time, ns, so that a
// single one is no news.
func (x *strewn) scattering(at int64) bool {
	return x.to.addresses() >= scanPlaces && at-x.strewnAt <= scanTime
}

// probe is what a segment looks like that is the first of all, and no SYN.
type probe uint8

const (
	noProbe     probe = iota
	probeFin          // FIN alone
	probeNull         // no flag
	probeXmas         // FIN, PSH and URG
	probeAck          // ACK alone, without payload or option
	probeRst          // RST without ACK
	probeAnswer       // SYN,ACK or RST,ACK
	numProbes
)

// probeOf returns what a segment looks like.
func probeOf(s *tcp.Segment) probe {
	if s.Len > 0 {
		return noProbe
	}
	switch f := s.Flags & (tcp.SYN | tcp.FIN | tcp.RST | tcp.PSH | tcp.URG | tcp.ACK); {
	case f == tcp.FIN:
		return probeFin
	case f == 0:
		return probeNull
	case f == tcp.FIN|tcp.PSH|tcp.URG:
		return probeXmas
	case f == tcp.ACK && s.Opts == 0:
		return probeAck
	case f == tcp.RST:
		return probeRst
	case f == tcp.SYN|tcp.ACK, f == tcp.RST|tcp.ACK:
		return probeAnswer
	}
	return noProbe
}

// noteProbeOf remembers what the first segment of a connection looks like.
func (c *Case) noteProbeOf(s *Scene) {
	if s.View.Key.Proto == packet.ProtoTCP && firstOfAll(s) {
		c.side[s.Seg.Dir].probe = probeOf(s.Seg)
	}
}

// noteProbe counts a record that began with neither SYN nor payload.
func (in *Inspector) noteProbe(s *Scene) {
	for d := range tcp.Dir(2) {
		p := s.Case.side[d].probe
		if p == noProbe || !s.lone(d, p) {
			continue
		}
		from, _ := s.End.socket(d)
		h := in.world.hosts.take(from, s.End.Key.V6, s.End.Start)
		switch {
		case h == nil:
		case p == probeAnswer:
			in.noteAnswer(s, h, d)
		default:
			if s.End.Start-h.probedAt > scanTime {
				h.probes = probes{probedAt: s.End.Start}
			}
			h.sent[p]++
			to := h.spreadOf(p)
			to.at(s.End.socket(d ^ 1))
			in.judgeProbe(s, h, p, to)
		}
	}
}

// noteAnswer counts an answer of a host that nothing had asked for. Who answers what a
// flood makes up in many names answers at addresses and ports that are all different.
func (in *Inspector) noteAnswer(s *Scene, h *host, d tcp.Dir) {
	if s.End.Start-h.strewnAt > scanTime {
		h.strewn = strewn{}
	}
	x := &h.strewn
	x.strewnAt = s.End.Start
	x.n++
	x.to.at(s.End.socket(d ^ 1))
	if x.to.addresses() >= scanPlaces {
		in.tell(anomaly.HostBackscatter, h, s, int64(x.n), int64(x.to.addresses()), int64(x.to.sockets()))
	}
}

// lone reports whether the record of a probe holds no more than what it got. What
// may be the rest of an older connection counts only when none is left, or who got it
// says so.
func (s *Scene) lone(d tcp.Dir, p probe) bool {
	other, e := s.facts(d^1), s.End
	silent := e.Packets[d^1] == 0
	if e.Octets != [2]uint64{} || !silent && !other.Resets {
		return false
	}
	switch few := e.Packets[d] <= 2; p {
	case probeAnswer: // sent again and again
		return !silent || captureRuns(s, d) == opened
	case probeAck:
		return few && !silent
	case probeRst:
		return few && silent && captureRuns(s, d) == opened
	default:
		return few
	}
}

// spreadOf returns the places that a kind of probe went to.
func (x *probes) spreadOf(p probe) *spread {
	if p == probeRst {
		return &x.resets
	}
	return &x.probed
}

// judgeProbe: who refuses what a flood makes up in many names does so at addresses and
// ports that are all different; who scans keeps one of them.
func (in *Inspector) judgeProbe(s *Scene, h *host, p probe, to *spread) {
	n := &h.sent
	odd := p < probeAck && n[probeFin]+n[probeNull]+n[probeXmas] >= probePlaces && to.places() >= probePlaces
	if to.places() < scanPlaces && !odd {
		return
	}
	addresses, ports := int64(to.addresses()), int64(to.sockets())
	switch {
	case p < probeRst:
		in.tell(anomaly.HostFinScan, h, s, int64(n[probeFin]), int64(n[probeNull]), int64(n[probeXmas]), int64(n[probeAck]), addresses, ports)
	case p == probeRst && min(addresses, ports) <= fewPlaces:
		in.tell(anomaly.HostRstScan, h, s, int64(n[probeRst]), addresses, ports)
	case addresses >= scanPlaces:
		in.tell(anomaly.HostBackscatter, h, s, int64(n[p]), addresses, ports)
	}
}
