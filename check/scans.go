package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// hostRules are decided when a record ends, over all records of a host.
var hostRules = []rule{
	{id: anomaly.HostSynScan, says: "of {attempts} attempt{s} {failed} failed, at {addresses} or more addresses and {ports} or more ports; {left} of them the host itself gave up at the SYN,ACK, and {empty} others it closed without payload"},
	{id: anomaly.HostFinScan, says: "{fin} segment{s} with FIN alone, {null} without flags, {xmas} with FIN, PSH and URG, {ack} with ACK alone that a RST answered, at {addresses} or more addresses and {ports} or more ports"},
	{id: anomaly.HostRstScan, says: "{rsts} RST{s} of no connection, at {addresses} or more addresses and {ports} or more ports"},
	{id: anomaly.HostBackscatter, says: "{answers} SYN,ACK{s} and RSTs that nothing asked for, at {addresses} or more addresses and {ports} or more ports"},
	{id: anomaly.HostRefusalBurst, says: "{refused} attempt{s} in a row at port {port} of one host were refused"},
	{id: anomaly.HostSynFloodVictim, says: "{half} attempt{s} at this host were left half-open or unanswered within a minute, of {sources} or more addresses, and {served} completed"},
	{id: anomaly.HostStackNonconformant, says: "this host breaks {rule:r} in {connections} connection{s}; frame {frame} shows it"},
}

// For how long attempts and half-open connections are counted together, ns, and how
// many make a scan or a flood. 20 bits of 64 are set by 24 places on average.
const (
	scanTime    = 600e9
	floodTime   = 60e9
	scanPlaces  = 20
	probePlaces = 5 // of what no stack sends
	fewPlaces   = 8
	manyRefused = 20
	manyHalf    = 256
)

// opens is what became of the attempts of a host, since a time.
type opens struct {
	triedAt  int64 // ns since the Unix epoch
	tried    spread
	failed   uint32 // refused, unanswered, left half-open, or given up at the SYN,ACK
	left     uint32 // of them, given up at the SYN,ACK
	served   uint32 // completed, and used
	empty    uint32 // completed, and closed without payload
	target   uint32 // hash of the address and port that refused the last attempt
	refusals uint32 // of target in a row
	heard    bool   // somebody answered it: the capture sees both directions
}

// serves counts what became of attempts at a host, since a time.
type serves struct {
	servedAt int64
	sources  spread
	half     uint32 // left half-open, or unanswered
	whole    uint32 // completed
	answers  bool   // it answered somebody: the capture sees both directions
}

// socket returns the address and port of an end.
func (e *End) socket(d tcp.Dir) (addr *[16]byte, port uint16) {
	if e.ClientIsB == (d == tcp.Client) {
		return &e.Key.B, e.Key.BPort
	}
	return &e.Key.A, e.Key.APort
}

// noteHosts counts a record that has ended for its hosts.
func (in *Inspector) noteHosts(s *Scene) {
	in.noteBreaches(s)
	if !s.End.Syn {
		in.noteProbe(s)
		return
	}
	o := s.outcome()
	if o == undecided {
		return
	}
	in.noteOpener(s, o)
	in.noteServer(s, o)
}

// outcome is what became of an attempt.
type outcome uint8

const (
	undecided outcome = iota
	refusedIt
	unanswered
	leftHalf // no word of the client behind the SYN,ACK
	leftIt   // but a RST
	closedEmpty
	usedIt
)

// answerTime is how long an answer may take, ns: twice the first RTO (RFC 6298 §2).
const answerTime = 3e9

// outcome returns what became of the client's SYN.
func (s *Scene) outcome() outcome {
	k := &s.Case.marks
	c, v := s.ends()
	switch {
	case !k.has(bareSyn, tcp.Client) || k.has(bareSyn, tcp.Server):
		return undecided
	case k.has(spoke, tcp.Client) && k.has(synAck, tcp.Server):
		return s.outcomeOfOpen()
	case k.has(synAck, tcp.Server) && c.Resets:
		return leftIt
	case !k.has(synAck, tcp.Server) && (v.Resets || k.shown&quoted != 0):
		return refusedIt
	case !k.has(synAck, tcp.Server) && v.Seen || s.End.silent() < answerTime:
		return undecided
	case k.has(synAck, tcp.Server):
		return leftHalf
	}
	return unanswered
}

func (s *Scene) outcomeOfOpen() outcome {
	switch phase := s.Before.Phase(); {
	case s.End.Octets != [2]uint64{}:
		return usedIt
	case phase == conn.Finished || phase == conn.Reset:
		return closedEmpty
	}
	return undecided
}

// noteOpener counts an attempt for the host that made it. What a capture of one
// direction sees is always unanswered.
func (in *Inspector) noteOpener(s *Scene, o outcome) {
	addr, _ := s.End.socket(tcp.Client)
	h := in.world.hosts.find(addr)
	proven := in.world.proven(s)
	if o < closedEmpty && (o != unanswered || proven) {
		h = in.world.hosts.take(addr, s.End.Key.V6, s.End.Start)
	}
	if h == nil {
		return
	}
	if s.End.Start-h.triedAt > scanTime {
		h.opens = opens{triedAt: s.End.Start, heard: h.heard}
	}
	h.heard = h.heard || o != unanswered
	if o == unanswered && !h.heard && !proven {
		return
	}
	h.opens.count(s.End, o)
	if h.refusals >= manyRefused && o == refusedIt {
		_, port := s.End.socket(tcp.Server)
		in.tell(anomaly.HostRefusalBurst, h, s, int64(h.refusals), int64(port))
	}
	if x := &h.opens; o < closedEmpty && x.tried.places() >= scanPlaces && x.failed*5 > 4*(x.failed+x.served) {
		in.tell(anomaly.HostSynScan, h, s, int64(x.failed+x.served+x.empty), int64(x.failed),
			int64(x.tried.addresses()), int64(x.tried.sockets()), int64(x.left), int64(x.empty))
	}
}

// count adds an attempt.
func (x *opens) count(e *End, o outcome) {
	addr, port := e.socket(tcp.Server)
	switch o {
	case usedIt:
		x.served++
		return
	case closedEmpty:
		x.empty++
		return
	case leftIt:
		x.left++
	case refusedIt:
		if to := fnv(addr[:]) ^ uint32(port)<<16; to != x.target || x.refusals == 0 {
			x.target, x.refusals = to, 0
		}
		x.refusals++
	}
	x.failed++
	x.tried.at(addr, port)
}

// noteServer counts an attempt for the host that it went to. A scan leaves attempts
// half-open, too, but at many ports or hosts.
func (in *Inspector) noteServer(s *Scene, o outcome) {
	addr, _ := s.End.socket(tcp.Server)
	h := in.world.hosts.find(addr)
	if o == leftHalf || o == unanswered && in.world.hosts.silent == *addr {
		h = in.world.hosts.take(addr, s.End.Key.V6, s.End.Start)
	}
	if o == unanswered {
		in.world.hosts.silent = *addr
	}
	if h == nil {
		return
	}
	x := &h.serves
	if s.End.Start-x.servedAt > floodTime {
		*x = serves{servedAt: s.End.Start, answers: x.answers}
	}
	x.answers = x.answers || o != unanswered
	switch o {
	case usedIt, closedEmpty:
		x.whole++
	case leftHalf, unanswered:
		from, _ := s.End.socket(tcp.Client)
		_, port := s.End.socket(tcp.Server)
		x.half++
		x.sources.at(from, port)
		if x.answers && x.half >= manyHalf && x.half > 4*x.whole && x.sources.sockets() <= fewPlaces {
			in.tell(anomaly.HostSynFloodVictim, h, s, int64(x.half), int64(x.sources.addresses()), int64(x.whole))
		}
	}
}
