package flood

import "onpath/tcp"

// fragments: pieces of 16 to 1,480 octets, anywhere in their datagram but never at its
// end, over both versions.
func fragments(m *maker, i uint64) {
	id, offset, n := m.dice.Uint32N(20_000), uint16(m.pick(180)), 16+8*m.pick(183)
	if i%4 == 0 {
		m.ethernet(0x86dd)
		m.b = append(m.b, 0x60, 0, 0, 0, byte((8+n)>>8), byte(8+n), 44, 64)
		m.address(id)
		m.address(7)
		m.b = be.AppendUint16(append(m.b, protoUDP, 0), offset*8|1)
		m.b = append(be.AppendUint32(m.b, id), m.octets(n)...)
		return
	}
	m.ethernet(0x0800)
	at := len(m.b)
	m.ip(ends{from: 0x0a000001 + id>>8, to: server}, protoUDP, n, 0x2000|offset)
	be.PutUint16(m.b[at+4:], uint16(id)) // the header's checksum is wrong now
	be.PutUint16(m.b[at+10:], 0)
	be.PutUint16(m.b[at+10:], fold(sum(0, m.b[at:at+20])))
	m.b = append(m.b, m.octets(n)...)
}

// address appends one of IPv6, in a network of its own.
func (m *maker) address(n uint32) {
	m.b = be.AppendUint32(be.AppendUint32(m.b, 0x20010db8), n)
	m.b = be.AppendUint64(m.b, 1)
}

// icmp: destination unreachable, about a segment that nobody sent, or the SYN before.
func icmp(m *maker, i uint64) {
	e := client(i / 2)
	if i%2 == 0 {
		m.tcp(e, segment{flags: tcp.SYN, seq: uint32(i / 2), win: 1000})
		return
	}
	if i%4 == 1 {
		e = m.anyone()
	}
	m.ethernet(0x0800)
	m.ip(ends{from: m.anyone().from, to: e.from}, protoICMP, 8+28, 0)
	at := len(m.b)
	m.b = append(m.b, 3, byte(m.pick(16)), 0, 0, 0, 0, 0, 0)
	m.ip(e, protoTCP, 20, 0x4000)
	m.b = be.AppendUint16(be.AppendUint16(m.b, e.fromPort), e.toPort)
	m.b = be.AppendUint32(m.b, uint32(i/2))
	be.PutUint16(m.b[at+2:], fold(sum(0, m.b[at:])))
}

func hosts(m *maker, _ uint64) {
	m.ethernet(0x86dd)
	m.b = append(m.b, 0x60, 0, 0, 0, 0, 20, protoTCP, 64)
	m.b = be.AppendUint64(be.AppendUint64(m.b, m.dice.Uint64()>>3|1<<61), m.dice.Uint64())
	m.address(7)
	at := len(m.b)
	m.header(ends{fromPort: uint16(m.dice.Uint32()), toPort: 443}, segment{flags: tcp.SYN, seq: m.dice.Uint32(), win: 1000})
	be.PutUint16(m.b[at+16:], fold(sum(protoTCP+20, m.b[at-32:])))
}

func others(m *maker, _ uint64) {
	n := m.pick(100)
	m.ethernet(0x0800)
	m.ip(m.anyone(), byte(m.dice.Uint32()), n, 0)
	m.b = append(m.b, m.octets(n)...)
}

// tunnels: up to three of VLAN tags, MPLS labels and GRE around a segment.
func tunnels(m *maker, _ uint64) {
	m.b = append(m.b, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1)
	for range m.pick(3) {
		m.b = be.AppendUint16(be.AppendUint16(m.b, 0x8100), uint16(m.dice.Uint32()))
	}
	if m.pick(2) == 0 {
		m.b = be.AppendUint32(be.AppendUint16(m.b, 0x8847), m.dice.Uint32()|1<<8)
	} else {
		m.b = be.AppendUint16(m.b, 0x0800)
	}
	if m.pick(2) == 0 {
		m.ip(m.anyone(), protoGRE, 8+40, 0)
		m.b = be.AppendUint32(append(m.b, 0x20, 0, 8, 0), m.dice.Uint32())
	}
	m.packet(m.anyone(), segment{flags: tcp.SYN, seq: m.dice.Uint32(), win: 1000})
}
