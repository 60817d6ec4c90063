package flood

import "onpath/tcp"

func syn(m *maker, _ uint64) {
	e := m.anyone()
	e.to, e.toPort = server, 80
	m.tcp(e, segment{flags: tcp.SYN, seq: m.dice.Uint32(), win: 64240, options: []byte{2, 4, 5, 180, 1, 1, 4, 2}})
}

func synAck(m *maker, _ uint64) {
	m.tcp(m.anyone(), segment{flags: tcp.SYN | tcp.ACK, seq: m.dice.Uint32(), ack: m.dice.Uint32(), win: 65535})
}

func ack(m *maker, _ uint64) {
	m.tcp(m.anyone(), segment{flags: tcp.ACK, seq: m.dice.Uint32(), ack: m.dice.Uint32(), win: 1000})
}

func rst(m *maker, _ uint64) {
	m.tcp(m.anyone(), segment{flags: tcp.RST, seq: m.dice.Uint32()})
}

// data: each connection sends, is answered, and sends again.
func data(m *maker, i uint64) {
	e, s := client(i/3), segment{flags: tcp.ACK | tcp.PSH, seq: 1000, ack: 9000, win: 5000, data: m.octets(100)}
	switch i % 3 {
	case 1:
		e, s.seq, s.ack = e.back(), 9000, 1100
	case 2:
		s.seq, s.ack = 1100, 9100
	}
	m.tcp(e, s)
}

// opening returns the first segments of a connection whose ISNs are 999 and 8999: the
// handshake, and a request that is answered.
func opening(m *maker, e ends, step uint64) (ends, segment) {
	options := []byte{2, 4, 5, 180, 1, 1, 4, 2}
	switch step {
	case 0:
		return e, segment{flags: tcp.SYN, seq: 999, win: 64240, options: options}
	case 1:
		return e.back(), segment{flags: tcp.SYN | tcp.ACK, seq: 8999, ack: 1000, win: 64240, options: options}
	case 2:
		return e, segment{flags: tcp.ACK, seq: 1000, ack: 9000, win: 64240}
	case 3:
		return e, segment{flags: tcp.ACK | tcp.PSH, seq: 1000, ack: 9000, win: 64240, data: m.octets(100)}
	}
	return e.back(), segment{flags: tcp.ACK | tcp.PSH, seq: 9000, ack: 1100, win: 64240, data: m.octets(100)}
}

func handshakes(m *maker, i uint64) { m.tcp(opening(m, client(i/5), i%5)) }

// odd is a segment as nobody sends one.
func (m *maker) odd() segment {
	return segment{
		flags: tcp.Flags(m.dice.Uint32()) & 0x1ff, seq: m.dice.Uint32(), ack: m.dice.Uint32(),
		win: uint16(m.dice.Uint32()), urg: uint16(m.dice.Uint32()), options: m.oddOptions(4 * m.pick(11)), data: m.octets(m.pick(30)),
	}
}

// oddOptions are n octets of options, of which some are none.
func (m *maker) oddOptions(n int) []byte {
	b := make([]byte, 0, 64)
	for len(b) < n {
		kind, length := byte(m.pick(40)), m.pick(12)
		b = append(b, kind, byte(length))
		for range max(0, length-2) {
			b = append(b, byte(m.dice.Uint32()))
		}
	}
	return b[:n]
}

func anomalies(m *maker, i uint64) {
	e := client(m.dice.Uint64N(100_000))
	if i&1 != 0 {
		e = e.back()
	}
	m.tcp(e, m.odd())
}

// rows: a connection opens, gets 200 odd segments near its window, and is reset.
func rows(m *maker, i uint64) {
	const long = 206
	e, step := client(i/long), i%long
	switch {
	case step < 5:
		m.tcp(opening(m, e, step))
		return
	case step == long-1:
		m.tcp(e, segment{flags: tcp.RST | tcp.ACK, seq: 1100, ack: 9100})
		return
	}
	s := m.odd()
	s.seq, s.ack = 1100+s.seq%4000-2000, 9100+s.ack%4000-2000
	if step&1 != 0 {
		e, s.seq, s.ack = e.back(), s.ack, s.seq
	}
	if m.pick(8) > 0 {
		s.flags &^= tcp.RST | tcp.SYN
	}
	m.tcp(e, s)
}

// windows: the receiver closes its window, the sender probes it, it is opened by a few
// octets, and shrinks.
func windows(m *maker, i uint64) {
	const long = 64
	e, step := client(i/long), i%long
	if step < 5 {
		m.tcp(opening(m, e, step))
		return
	}
	n := uint32(step / 4)
	switch step % 4 {
	case 0:
		m.tcp(e.back(), segment{flags: tcp.ACK, seq: 9100, ack: 1100 + n, win: 0})
	case 1:
		m.tcp(e, segment{flags: tcp.ACK, seq: 1100 + n, ack: 9100, win: 64240, data: m.octets(1)})
	case 2:
		m.tcp(e.back(), segment{flags: tcp.ACK, seq: 9100, ack: 1100 + n, win: uint16(m.pick(4))})
	default:
		m.tcp(e, segment{flags: tcp.ACK, seq: 1099 + n, ack: 9100, win: 64240})
	}
}

// sack: the sender leaves a hole behind each octet, the receiver tells of four at once.
func sack(m *maker, i uint64) {
	const long = 128
	e, step := client(i/long), i%long
	if step < 5 {
		m.tcp(opening(m, e, step))
		return
	}
	n := 1100 + 10*uint32(step)
	if step%2 == 0 {
		m.tcp(e, segment{flags: tcp.ACK, seq: n, ack: 9100, win: 64240, data: m.octets(5)})
		return
	}
	options := []byte{1, 1, 5, 34}
	for b := range uint32(4) {
		edge := n - 20*b + uint32(m.pick(3))
		options = be.AppendUint32(be.AppendUint32(options, edge), edge+5)
	}
	m.tcp(e.back(), segment{flags: tcp.ACK, seq: 9100, ack: 1100, win: 64240, options: options})
}

func options(m *maker, i uint64) {
	s := segment{flags: tcp.SYN, seq: m.dice.Uint32(), win: 1000, options: m.oddOptions(40)}
	e := client(i / 2)
	if i%2 != 0 {
		e, s.flags = e.back(), tcp.SYN|tcp.ACK
	}
	m.tcp(e, s)
}

// signatures: all that a signature of p0f is made of changes.
func signatures(m *maker, i uint64) {
	mss := m.pick(65536)
	b := []byte{2, 4, byte(mss >> 8), byte(mss), 3, 3, byte(m.pick(15)), 1, 8, 10, 0, 0, 0, byte(1 + m.pick(200)), 0, 0, 0, 0, 4, 2}
	m.tcp(client(i), segment{flags: tcp.SYN, seq: m.dice.Uint32(), win: uint16(m.dice.Uint32()), options: b[:4*m.pick(6)]})
}

func isns(m *maker, i uint64) {
	e := m.anyone()
	e.from = e.from&0xffff | 0x14000000
	m.tcp(e, segment{flags: tcp.SYN | tcp.ACK, seq: 12345, ack: uint32(i), win: 65535})
}

// trouble: octets sent again, a hole, an ACK of what was not seen, and a RST that may be
// forged.
func trouble(m *maker, i uint64) {
	e := client(i / 6)
	switch i % 6 {
	case 0, 2:
		m.tcp(e, segment{flags: tcp.ACK, seq: 100, ack: 500, win: 5000, data: m.octets(10)})
	case 1:
		m.tcp(e.back(), segment{flags: tcp.ACK, seq: 500, ack: 110, win: 5000, data: m.octets(10)})
	case 3:
		m.tcp(e, segment{flags: tcp.ACK, seq: 200, ack: 510, win: 5000, data: m.octets(10)})
	case 4:
		m.tcp(e, segment{flags: tcp.ACK, seq: 220, ack: 600, win: 5000, data: m.octets(10)})
	default:
		m.tcp(e.back(), segment{flags: tcp.RST, seq: 510})
	}
}

func reuse(m *maker, i uint64) {
	e, s := client(m.dice.Uint64N(50_000)), segment{flags: tcp.SYN, seq: m.dice.Uint32(), win: 1000}
	if i%2 != 0 {
		e, s.flags, s.ack = e.back(), tcp.SYN|tcp.ACK, m.dice.Uint32()
	}
	m.tcp(e, s)
}

// control: the client logs in nowhere and announces a port with each line.
func control(m *maker, i uint64) {
	const long = 16
	e, step := client(i/long), i%long
	e.toPort = 21
	if step < 3 {
		m.tcp(opening(m, e, step))
		return
	}
	line := []byte("PORT 10,0,0,1,200,00\r\n")
	line[18], line[19] = byte('0'+m.pick(10)), byte('0'+m.pick(10))
	m.tcp(e, segment{flags: tcp.ACK | tcp.PSH, seq: 1000 + uint32(step-3)*22, ack: 9000, win: 64240, data: line})
}
