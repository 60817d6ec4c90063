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
	cut := (8 + 8*s.IntN((len(body)-8)/8))
	cuts := []int{0, cut, len(body)}
	if cut > 8 && s.chance(30) {
		cuts = []int{0, 8 * (1 + s.IntN(cut/8)), cut, len(body)}
		if cuts[1] == cut {
			cuts = []int{0, cut, len(body)}
		}
	}
	for i := range len(cuts) - 1 {
		all = append(all, s.piece(p, body[cuts[i]:cuts[i+1]], cuts[i], i < len(cuts)-2))
	}
	s.arrange(&all)
	for _, f := range all {
		f.At = s.now
		s.now += 10 * time.Microsecond
	}
	return all
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
