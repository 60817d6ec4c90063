package kernel

// aim is a segment that is about to be sent, and what is guessed of both ends.
type aim struct {
	*segment
	me, peer *shadow
}

// disturbances are what may become of a segment on its way to the gateway. Those
// that speak of a bound put the segment on its edge, or one beside it.
var disturbances = [...]struct {
	weight int
	do     func(d dice, a aim)
}{
	{6, func(d dice, a aim) { a.seq = a.me.maxend + d.near() }},                                              // I: upper data
	{4, func(d dice, a aim) { a.fillTo(a.me.maxend + a.peer.maxwin - 1 + d.near()) }},                        // I: how much more is ignored
	{4, func(d dice, a aim) { a.seq, a.data = a.me.maxend, filling(1+d.IntN(100)) }},                         // I: across
	{8, func(d dice, a aim) { a.seq += a.me.end - a.peer.maxwin + d.near() - a.end() }},                      // II: lower data
	{8, func(d dice, a aim) { a.ack = a.peer.end + d.near() }},                                               // III: upper ACK
	{8, func(d dice, a aim) { a.ack = a.peer.end - a.me.reach() + d.near() }},                                // IV: lower ACK
	{4, func(d dice, a aim) { a.ack = a.peer.end - 66000 + d.near() }},                                       // IV, of small windows
	{4, func(d dice, a aim) { a.opt = blocks(a.peer.end-10, a.peer.end+d.near()) }},                          // III by SACK
	{3, func(d dice, a aim) { a.opt = blocks(a.ack-10, a.ack+d.near(), a.peer.end-5, a.peer.end+d.near()) }}, // the highest of two
	{3, func(d dice, a aim) { a.ack, a.opt = a.ack-70000, blocks(a.peer.end-10, a.peer.end) }},               // IV by SACK
	{3, func(d dice, a aim) { a.seq = a.peer.maxack + d.near() }},                                            // RST: what the peer expects
	{3, func(d dice, a aim) { a.seq, a.flags = a.peer.maxack+d.near(), rst|uint8(d.IntN(2))*ack }},
	{3, func(d dice, a aim) { a.seq, a.flags = a.me.end-uint32(d.IntN(100)), rst }},
	{2, func(d dice, a aim) { a.seq, a.ack, a.flags = 0, one(d, 0, a.peer.end), rst|ack }},
	{2, func(d dice, a aim) { a.seq, a.flags = a.peer.maxack-uint32(d.IntN(70000)), rst }},
	{2, func(d dice, a aim) { a.seq, a.flags = a.peer.end, rst }},
	{2, func(d dice, a aim) { a.seq = a.peer.end + d.near() }}, // the other side's numbers
	{3, func(d dice, a aim) { a.seq = d.Uint32() }},
	{3, func(d dice, a aim) { a.ack = d.Uint32() }},
	{2, func(d dice, a aim) { a.ack = 0 }},
	{2, func(d dice, a aim) { a.seq += 1 << 31 }},
	{3, func(d dice, a aim) { a.seq -= 1 }},
	{3, func(d dice, a aim) { a.win = one[uint16](d, 0, 1, 65535) }},
	{2, func(d dice, a aim) { a.win = uint16(d.Uint32()) }},
	{4, func(d dice, a aim) { a.flags = flagSets[d.IntN(len(flagSets))] }},
	{3, func(d dice, a aim) { a.flags |= one[uint8](d, urg, psh, 1<<6, 1<<7) }},
	{2, func(d dice, a aim) { a.flags = uint8(d.IntN(256)) }},
	{5, func(d dice, a aim) { a.opt = strange(d.IntN(len(odd))) }},
	{2, func(d dice, a aim) { a.opt = options{} }},
	{2, func(d dice, a aim) { a.opt = openings(1460, d.chance(50), d.IntN(16), d.chance(50)) }},
	{4, func(d dice, a aim) { a.wrongSum = true }},
	{2, func(d dice, a aim) { a.offset = one(d, 1, 4, 6, 14, 15) }},
	{1, func(d dice, a aim) { a.data = filling(one(d, 0, 1, 2, 9000, 60000)) }},
	{2, func(d dice, a aim) { a.from, a.to = a.to, a.from }}, // sent by the other end
	{1, func(d dice, a aim) { a.seq, a.ack = a.ack, a.seq }},
}

// flagSets are the combinations that the kernel knows, and their neighbours.
var flagSets = [...]uint8{
	syn, syn | urg, syn | ack, rst, rst | ack, fin | ack, fin | ack | urg, ack, ack | urg,
	0, fin, fin | syn, syn | rst, rst | fin, syn | ack | urg, rst | ack | urg, urg, fin | urg, fin | syn | ack, syn | psh, fin | psh | urg,
}

// disturb does one of them to s.
func disturb(d dice, s *segment, me, peer *shadow) {
	weights := make([]int, len(disturbances))
	for i := range weights {
		weights[i] = disturbances[i].weight
	}
	s.offset, s.wrongSum = 0, false
	disturbances[d.weighted(weights)].do(d, aim{s, me, peer})
}

// fillTo lets the segment end at end, if it can.
func (a aim) fillTo(end uint32) {
	a.data = nil
	room := end - a.end()
	if room > 60000 { // too far for one segment: it begins nearer
		a.seq, room = end-60000, 60000-(a.end()-a.seq)
	}
	a.data = filling(int(room))
}
