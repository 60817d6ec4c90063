// Package flood makes what an attacker sends to have an observer run out of memory: each
// Kind is one way to do it, drawn by dice from a seed, without an end. The same seed gives
// the same octets on every machine.
//
// Ring 3, for tests only. What a network carries otherwise is package genload's.
package flood

import "math/rand/v2"

// A Kind is one way to flood.
type Kind struct {
	Name string
	Doc  string

	// frame appends the i-th frame.
	frame func(m *maker, i uint64)
}

// kinds are all of them.
var kinds = [...]Kind{
	{"syn", "SYNs of random sources to one server", syn},
	{"synack", "SYN,ACKs of random servers to random clients", synAck},
	{"ack", "ACKs between random ends", ack},
	{"rst", "RSTs between random ends", rst},
	{"data", "octets between random ends, and answers", data},
	{"handshakes", "connections that open, carry octets, and stay", handshakes},
	{"anomalies", "segments that make no sense, of 100,000 connections", anomalies},
	{"rows", "connections with as many findings as they can have, which end", rows},
	{"fragments", "datagrams in pieces that overlap and never make a whole", fragments},
	{"windows", "connections with tiny windows, closed and opened again", windows},
	{"sack", "connections with many holes and many SACK blocks", sack},
	{"options", "40 octets of odd options", options},
	{"signatures", "SYNs of made-up stacks", signatures},
	{"isns", "answers of random servers, all with one ISN", isns},
	{"icmp", "ICMP errors that quote random segments, and some that passed", icmp},
	{"hosts", "SYNs over IPv6 of random networks", hosts},
	{"others", "datagrams of random protocols between random ends", others},
	{"trouble", "connections that borrow all that a connection is lent", trouble},
	{"reuse", "SYNs and SYN,ACKs with new ISNs for the same ports", reuse},
	{"tunnels", "segments in tags, labels and tunnels with random numbers", tunnels},
	{"control", "FTP control connections that announce others", control},
}

// Kinds returns the table of kinds.
func Kinds() []Kind { return append([]Kind(nil), kinds[:]...) }

// Flood is one flood, frame by frame.
type Flood struct {
	kind Kind
	m    maker
	n    uint64
}

// New returns a flood of a kind; the seed is of its dice.
func New(k Kind, seed uint64) *Flood {
	return &Flood{kind: k, m: maker{dice: rand.New(rand.NewPCG(seed, 9293))}}
}

// Next returns the next frame, of Ethernet, valid until the next call.
func (f *Flood) Next() []byte {
	f.m.b = f.m.b[:0]
	f.kind.frame(&f.m, f.n)
	f.n++
	return f.m.b
}
