package kernel

import "time"

// pieces returns p in fragments, which come in order or not, all or not.
func (s *stage) pieces(p *Packet) (all Dialogue) {
	body := p.IP[s.headerLen(p.IP):]
	if len(body) < 16 || len(p.IP) > 3000 {
		s.put(p)
		return nil
	}
	s.ident++
	cuts := s.cuts(len(body))
	overlap := 0
	if s.chance(6) {
		overlap = 8
	}
	for i := range len(cuts) - 1 {
		end := min(len(body), cuts[i+1]+overlap)
		all = append(all, s.piece(p, body[cuts[i]:end], cuts[i], i < len(cuts)-2))
	}
	s.arrange(&all)
	for _, f := range all {
		f.At = s.now
		s.now += 10 * time.Microsecond
	}
	return all
}

// cuts are where a body of n octets is cut, its begin and end included.
func (s *stage) cuts(n int) []int {
	cut := 8 + 8*s.IntN((n-8)/8)
	first := 8 * (1 + s.IntN(cut/8))
	if first == cut || s.chance(70) {
		return []int{0, cut, n}
	}
	return []int{0, first, cut, n}
}

// arrange lets fragments come otherwise than they were sent.
func (s *stage) arrange(all *Dialogue) {
	l := *all
	switch s.IntN(8) {
	case 0, 1: // the other way round
		l[0], l[len(l)-1] = l[len(l)-1], l[0]
	case 2: // one is lost
		l = l[1:]
	case 3: // one comes twice
		l = append(Dialogue{{IP: l[0].IP, from: l[0].from, to: l[0].to}}, l...)
	}
	*all = l
}

func (s *stage) headerLen(ip []byte) int {
	if ip[0]>>4 == 6 {
		return 40
	}
	return int(ip[0]&15) * 4
}

// piece is a fragment of p: part of its body, at an offset.
func (s *stage) piece(p *Packet, part []byte, offset int, more bool) *Packet {
	f := &Packet{from: p.from, to: p.to}
	m := uint16(0)
	if more {
		m = 1
	}
	if p.IP[0]>>4 == 6 {
		h := append([]byte{}, p.IP[:40]...)
		be.PutUint16(h[4:], uint16(8+len(part)))
		h = append(h, h[6], 0, 0, 0, 0, 0, 0, 0)
		h[6] = 44
		be.PutUint16(h[42:], uint16(offset)|m)
		be.PutUint32(h[44:], uint32(s.ident))
		f.IP = append(h, part...)
		return f
	}
	n := s.headerLen(p.IP)
	h := append([]byte{}, p.IP[:n]...)
	be.PutUint16(h[2:], uint16(n+len(part)))
	be.PutUint16(h[4:], s.ident)
	be.PutUint16(h[6:], uint16(offset/8)|m<<13)
	h[10], h[11] = 0, 0
	be.PutUint16(h[10:], fold(add(0, h)))
	f.IP = append(h, part...)
	return f
}
