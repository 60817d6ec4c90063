package check

import (
	"math/bits"

	"onpath/anomaly"
	"onpath/tcp"
)

// gates tell why a condition of the catalogue does not hold for who is accused, in
// the order of anomaly's bits. Of those that are alike it does not matter who is.
var gates = [...]struct {
	shut  func(s *Scene, accused tcp.Dir) shut
	alike bool
}{
	{handshakeSeen, true}, {twoWay, true}, {twoWayProven, true}, {noGap, true}, {scaleKnown, false}, {payloadWhole, false},
	{oneClock, true}, {noOffload, false}, {noSumOffload, false}, {fullPacket, false}, {serverSide, true}, {captureRuns, true},
}

// shut is the evidence that closes a gate; opened if there is none.
type shut uint8

const (
	opened shut = iota
	shutMidstream
	shutHalf
	shutSilent
	shutUnproven
	shutGap
	shutDropped
	shutScale
	shutCut
	shutFragment
	shutLate
	shutSkewed
	shutJoined
	shutPartial
	shutSums
	shutUnsummed
	shutFar
	shutYoung
)

// shuts is the only place where the evidence is written.
var shuts = [...]string{
	shutMidstream: "the handshake was not captured",
	shutHalf:      "only one SYN of the handshake was captured",
	shutSilent:    "packets of only one direction were seen",
	shutUnproven:  "no other connection between these networks was captured in both directions",
	shutGap:       "ACKs or windows tell of segments that were not captured",
	shutDropped:   "the capture says that it dropped packets meanwhile",
	shutScale:     "an end's SYN, which tells its window scale, was not seen",
	shutCut:       "packets were not captured whole",
	shutFragment:  "a packet came in fragments",
	shutLate:      "ACKs of this connection were recorded before what they acknowledge",
	shutSkewed:    "ACKs of other connections were recorded before what they acknowledge",
	shutJoined:    "segments are larger than the addressee or a packet takes: cards cut or join them",
	shutPartial:   "checksums hold only the sum of the pseudo-header: a card was to compute them",
	shutSums:      "nearly all checksums are wrong",
	shutUnsummed:  "no good checksum of this host was seen",
	shutFar:       "by its TTL, the server is more than two hops away, or not nearer than the client",
	shutYoung:     "the capture had begun less than one idle timeout before",
}

// ofOthers are the gates that other connections may open or shut: who shares connections
// with others may have to wait for the answer.
const ofOthers = anomaly.GateTwoWayProven | anomaly.GateOneClock | anomaly.GateNoCsumOffload

// open reports whether all gates of g are open for a scene and its evidence.
func (s *Scene) open(g anomaly.Gate, e *Evidence) bool {
	return s.allOpen(g&^ofOthers, e) && s.allOpen(g&ofOthers, e)
}

func (s *Scene) allOpen(g anomaly.Gate, e *Evidence) bool {
	for d := s.accused(e); g != 0; g &= g - 1 {
		if gates[bits.TrailingZeros16(uint16(g))].shut(s, d) != opened {
			return false
		}
	}
	return true
}

// usual is what closes a gate most often.
var usual = [len(gates)]shut{
	shutMidstream, shutSilent, shutUnproven, shutGap, shutScale, shutCut,
	shutLate, shutJoined, shutUnsummed, shutCut, shutFar, shutYoung,
}

// Reasons tells what closes gates for a connection, five bits for each in the order of
// gates. The zero Reasons knows nothing.
type Reasons [2]uint64 // for an accused client, server

const shutBits = 5

// All gates and all shuts have room: this does not compile where they do not.
const _, _ = uint(64 - shutBits*len(gates)), uint(1<<shutBits - len(shuts))

// of returns what closes the gate i for an accused d.
func (r *Reasons) of(d tcp.Dir, i int) shut { return shut(r[d] >> (shutBits * i) & (1<<shutBits - 1)) }

// Why returns what closes a single gate, in a few words, and for which end if it is
// open for the other; what usually does if r does not know.
func (r *Reasons) Why(g anomaly.Gate) string {
	i := bits.TrailingZeros16(uint16(g))
	client, server := r.of(tcp.Client, i), r.of(tcp.Server, i)
	switch {
	case client == server && client == opened:
		return shuts[usual[i]]
	case client == server:
		return shuts[client]
	case server == opened:
		return shuts[client] + " (client)"
	case client == opened:
		return shuts[server] + " (server)"
	}
	return shuts[client] + " (client); " + shuts[server] + " (server)"
}

// Closed returns the gates that are closed for either direction in the last
// scene, and why: after Finish, those by which rules were silent about the record.
func (in *Inspector) Closed() (closed anomaly.Gate, why Reasons) {
	s := &in.scene
	for i := range gates {
		g := &gates[i]
		c := g.shut(s, tcp.Client)
		v := c
		if !g.alike {
			v = g.shut(s, tcp.Server)
		}
		if c|v != opened {
			closed |= 1 << i
			why[tcp.Client] |= uint64(c) << (shutBits * i)
			why[tcp.Server] |= uint64(v) << (shutBits * i)
		}
	}
	return closed, why
}

// unless returns what closes a gate, if it is closed.
func unless(open bool, why shut) shut {
	if open {
		return opened
	}
	return why
}

// handshakeSeen: both SYNs, or all that there has been of a handshake.
func handshakeSeen(s *Scene, _ tcp.Dir) shut {
	a, b := s.Case.side[0].saw&sawSyn != 0, s.Case.side[1].saw&sawSyn != 0
	switch {
	case a && b, s.Seg != nil && s.Seg.Flags&tcp.SYN != 0, s.attempt(tcp.Client), s.attempt(tcp.Server):
		return opened
	case a || b:
		return shutHalf
	}
	return shutMidstream
}

// attempt reports whether the SYN of end d is all that has passed of a connection,
// or a RST has answered it.
func (s *Scene) attempt(d tcp.Dir) bool {
	f, p := s.facts(d), s.facts(d^1)
	return s.Case.side[d].saw&sawSyn != 0 && !f.HasRcv && !p.HasRcv && (!p.Seen || p.Resets)
}

// twoWay: the scene's segment counts too.
func twoWay(s *Scene, _ tcp.Dir) shut {
	return unless((s.facts(tcp.Client).Seen || s.sentBy(tcp.Client)) && (s.facts(tcp.Server).Seen || s.sentBy(tcp.Server)), shutSilent)
}

func (s *Scene) sentBy(d tcp.Dir) bool { return s.Seg != nil && s.Seg.Dir == d }

func twoWayProven(s *Scene, d tcp.Dir) shut {
	return unless(twoWay(s, d) == opened || s.inspector.others().proven(s), shutUnproven)
}

// noGap: nothing towards the accused, or from it, was missed.
func noGap(s *Scene, d tcp.Dir) shut {
	if s.inspector.capture.missed(s) {
		return shutDropped
	}
	return unless(!s.facts(d).Lossy && !s.facts(d^1).Lossy, shutGap)
}

// scaleKnown: the windows that the peer of the accused granted are known.
func scaleKnown(s *Scene, d tcp.Dir) shut { return unless(s.facts(d^1).ScaleOK, shutScale) }

// payloadWhole: at the end of a record, of each segment that this mattered for.
func payloadWhole(s *Scene, d tcp.Dir) shut {
	if s.View == nil {
		return unless(s.Case.side[d].saw&lacksPayload == 0, shutCut)
	}
	return unless(uint32(len(s.View.Payload)) == s.View.L4Len, shutCut)
}

func oneClock(s *Scene, _ tcp.Dir) shut {
	if s.Case.early > 0 {
		return shutLate
	}
	return unless(!s.inspector.others().skews(s), shutSkewed)
}

func noOffload(s *Scene, d tcp.Dir) shut {
	return unless(s.Case.side[d].saw&sawOffload == 0, shutJoined)
}

// fullPacket: at the end of a record, of each segment that this mattered for.
func fullPacket(s *Scene, d tcp.Dir) shut {
	switch {
	case s.View == nil:
		return unless(s.Case.side[d].saw&lacksPacket == 0, shutCut)
	case s.View.CapLen < s.View.WireLen:
		return shutCut
	}
	return unless(s.View.Fragments == 0, shutFragment)
}

// noteLack remembers of gates, one of which silenced a rule, those that are about a
// single packet: at the end of the record nothing shows them any more.
func (s *Scene) noteLack(gates anomaly.Gate, e *Evidence) {
	d := s.accused(e)
	me := &s.Case.side[d]
	if gates.Has(anomaly.GatePayload) && payloadWhole(s, d) != opened {
		me.saw |= lacksPayload
	}
	if gates.Has(anomaly.GateFullPacket) && fullPacket(s, d) != opened {
		me.saw |= lacksPacket
	}
}

// noSumOffload: of that end in this connection, or else in others, good checksums
// passed, and not nearly all were bad.
func noSumOffload(s *Scene, d tcp.Dir) shut {
	t := s.Case.sums[d]
	switch {
	case s.Case.side[d].saw&sawPartial != 0:
		return shutPartial
	case t.good > 0:
		return unless(t.bad < enoughSums || int(t.bad) <= 9*int(t.good), shutSums)
	case s.View == nil || !s.sentBy(d):
		return unless(t.bad == 0, shutUnsummed)
	}
	h := s.inspector.others().sums.of(mixed(sender(s.View)))
	if h.good == 0 {
		return shutUnsummed
	}
	return unless(!h.offloads(), shutSums)
}

// serverSide: the way from the server is at most two hops, by the usual initial
// values of TTL, and the client's is longer.
func serverSide(s *Scene, _ tcp.Dir) shut {
	c, v := s.facts(tcp.Client), s.facts(tcp.Server)
	return unless(v.TTLRun > 0 && hops(v.TTL) <= 2 && (c.TTLRun == 0 || hops(c.TTL) > hops(v.TTL)), shutFar)
}

// hops guesses how many routers a packet has passed.
func hops(ttl uint8) int {
	for _, start := range [...]int{32, 64, 128} {
		if int(ttl) <= start {
			return start - int(ttl)
		}
	}
	return 255 - int(ttl)
}

func captureRuns(s *Scene, _ tcp.Dir) shut { return unless(s.inspector.capture.runs(s), shutYoung) }
