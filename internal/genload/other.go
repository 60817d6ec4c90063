package genload

// other writes one packet that is not TCP, of the kinds that a network has:
// most are UDP, few are not IP at all.
func (g *generator) other() {
	p := g.path(1 + g.rand.IntN(1+g.load.Connections/10))
	p.addr[0][2] ^= 0x80 // not an address of a TCP conversation's client
	from := g.rand.IntN(2)
	switch kind := g.rand.IntN(100); {
	case kind < 45: // a DNS question or answer
		g.udp(&p, from, 53, 30+g.rand.IntN(120))
	case kind < 78: // QUIC
		g.udp(&p, from, 443, 40+g.rand.IntN(1200))
	case kind < 88:
		g.echo(&p, from)
	case kind < 93:
		g.esp(&p, from)
	case kind < 97:
		g.fragments(&p, from)
	default:
		g.arp()
	}
}

func (g *generator) udp(p *path, from int, port uint16, n int) {
	ports := [2]uint16{40000 + uint16(p.addr[0][3]), port}
	g.begin()
	g.buf = p.ip(g.buf, from, protoUDP, 8+n)
	at := len(g.buf)
	g.buf = append16(g.buf, ports[from], ports[1-from], uint16(8+n), 0)
	g.buf = append(g.buf, payload[:n]...)
	be.PutUint16(g.buf[at+6:], max(1, fold(sum(p.pseudo(protoUDP, 8+n), g.buf[at:]))))
	g.finishFrame()
}

// echo writes an ICMP or ICMPv6 echo request of end 0, or the reply of end 1.
func (g *generator) echo(p *path, from int) {
	const n = 64
	proto, pseudo := protoICMP, uint64(0)
	kind := [2]uint16{8 << 8, 0}
	if p.v6 {
		proto, pseudo = protoICMPv6, p.pseudo(protoICMPv6, n)
		kind = [2]uint16{128 << 8, 129 << 8}
	}
	g.begin()
	g.buf = p.ip(g.buf, from, proto, n)
	at := len(g.buf)
	g.buf = append16(g.buf, kind[from], 0, uint16(p.addr[0][3]), 1)
	g.buf = append(g.buf, payload[:n-8]...)
	be.PutUint16(g.buf[at+2:], fold(sum(pseudo, g.buf[at:])))
	g.finishFrame()
}

// esp writes a packet that says no more than its protocol and SPI.
func (g *generator) esp(p *path, from int) {
	n := 80 + g.rand.IntN(600)
	g.begin()
	g.buf = p.ip(g.buf, from, protoESP, n)
	g.buf = append(g.buf, payload[:n]...)
	g.finishFrame()
}

// fragments writes a UDP datagram over IPv4 in two fragments (RFC 791 §3.2).
func (g *generator) fragments(p *path, from int) {
	const first, second, more = 1480, 300, 1 << 13
	p.v6 = false
	whole := append16(nil, 40000, 5000, first+second, 0) // sum 0: not computed (RFC 768)
	whole = append(whole, payload[:first+second-8]...)
	id := uint16(g.rand.Uint32())
	for _, f := range [2]struct {
		data []byte
		frag uint16
	}{{whole[:first], more}, {whole[first:], first / 8}} {
		g.begin()
		g.buf = be.AppendUint16(mac(g.buf, from), 0x0800)
		g.buf = ipv4(g.buf, &p.addr, from, protoUDP, len(f.data), id, f.frag, 64)
		g.buf = append(g.buf, f.data...)
		g.finishFrame()
	}
}

// arp writes a request (RFC 826).
func (g *generator) arp() {
	g.begin()
	g.buf = append16(mac(g.buf, 0), 0x0806, 1, 0x0800, 6<<8|4, 1)
	g.buf = append(g.buf, 2, 0, 0, 0, 0, 0, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2)
	g.finishFrame()
}
