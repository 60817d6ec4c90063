package netfilter

import "bytes"

// FTP (RFC 959, 1123 §4.1.2.6, 2428). Watched: PORT and EPRT of the client, the
// replies 227 and 229 of the server, in a segment that begins where a segment that
// ended with a line feed has ended: two such places are remembered for each
// direction. Expected: the other end's address, any port, to the sender's address at
// the port told. Address check: the address told must be the sender's own, or else
// nothing is expected. A command that begins like one of these but cannot be read to
// its end is dropped.
//
// Source: measurements of Linux 6.18, which confirm every case of testdata/helpers/ftp.txt.

// ftpCommand is a line that announces: its first word, and a reader of what follows.
// The reader returns the address and port told, and false if it cannot.
type ftpCommand struct {
	dir  Dir
	word string
	skip byte // what follows begins behind the first of these; 0: at once
	read func(b []byte, from *Tuple) (addr [16]byte, port uint16, ok bool)
	drop string
}

var ftpCommands = [...]ftpCommand{
	{Original, "PORT", ' ', ftpPort, "partial matching of `PORT'"},
	{Original, "EPRT", ' ', ftpEPRT, "partial matching of `EPRT'"},
	{Reply, "227 ", 0, ftpPassive, "partial matching of `227 '"},
	{Reply, "229 ", '(', ftpExtendedPassive, "partial matching of `229 '"},
}

// noExpectation is what the kernel says where another connection expects the same.
const noExpectation = "cannot add expectation"

func readFTP(p *Payload, m *Memory, expect func(Expectation) bool) string {
	if len(p.Data) == 0 {
		return ""
	}
	drop := ""
	if ftpLineBegins(m, p.Dir, p.Seq) {
		var partial bool
		if drop, partial = ftpLine(p, expect); partial {
			return drop
		}
	}
	if p.Whole && p.Data[len(p.Data)-1] == '\n' {
		ftpLineEnds(m, p.Dir, p.Seq+uint32(len(p.Data)))
	}
	return drop
}

// ftpLine reads a line. partial means that it could not be read to its end.
func ftpLine(p *Payload, expect func(Expectation) bool) (drop string, partial bool) {
	for i := range ftpCommands {
		c := &ftpCommands[i]
		if c.dir != p.Dir {
			continue
		}
		rest, begins := c.match(p.Data)
		if !begins {
			continue
		}
		addr, port, ok := c.read(rest, &p.Tuples[p.Dir])
		if !ok && !p.Whole {
			return "", true
		}
		if !ok {
			return c.drop, true
		}
		return ftpAnnounce(p, addr, port, expect), false
	}
	return "", false
}

// match returns what follows the word of the command. begins means that b is the
// command, or the first octets of it.
func (c *ftpCommand) match(b []byte) (rest []byte, begins bool) {
	if len(b) <= len(c.word) {
		return nil, sameFold(b, c.word[:len(b)])
	}
	if !hasWord(b, c.word) {
		return nil, false
	}
	b = b[len(c.word):]
	if c.skip == 0 {
		return b, true
	}
	i := bytes.IndexByte(b, c.skip)
	if i < 0 {
		return nil, true
	}
	return b[i+1:], true
}

// ftpAnnounce expects the connection to the address and port told.
func ftpAnnounce(p *Payload, addr [16]byte, port uint16, expect func(Expectation) bool) string {
	if addr != p.Tuples[p.Dir].Src {
		return ""
	}
	if !expect(p.toSender(protoTCP, port)) {
		return noExpectation
	}
	return ""
}

// ftpPort reads h1,h2,h3,h4,p1,p2 up to a carriage return.
func ftpPort(b []byte, _ *Tuple) ([16]byte, uint16, bool) { return ftpSix(b, '\r') }

// ftpPassive reads the same from the first digit on, whatever follows it: RFC 1123
// promises no parentheses.
func ftpPassive(b []byte, _ *Tuple) ([16]byte, uint16, bool) {
	for i := range b {
		if isDigit(b[i]) {
			return ftpSix(b[i:], 0)
		}
	}
	return [16]byte{}, 0, false
}

// ftpSix reads an address and port as six numbers. They are not held to a range: as
// in the kernel each is shifted to its place, and the port is what 16 bits keep.
func ftpSix(b []byte, term byte) ([16]byte, uint16, bool) {
	var n [6]uint32
	if decimals(b, n[:], ',', term) < 0 {
		return [16]byte{}, 0, false
	}
	return mappedIPv4(n[0]<<24 | n[1]<<16 | n[2]<<8 | n[3]), uint16(n[4]<<8 | n[5]), true
}

// ftpEPRT reads d family d address d port d.
func ftpEPRT(b []byte, from *Tuple) (addr [16]byte, port uint16, ok bool) {
	if len(b) <= 3 || !ftpDelimiter(b[0]) || b[2] != b[0] || b[1] != ftpFamily(from) {
		return addr, 0, false
	}
	d, rest := b[0], b[3:]
	end := 0
	if from.V6 {
		addr, end = parseIPv6(rest)
	} else {
		var n [4]uint32
		end = max(0, decimals(rest, n[:], '.', d))
		addr = mappedIPv4(n[0]<<24 | n[1]<<16 | n[2]<<8 | n[3])
	}
	// The kernel takes a zero octet for the end of an IPv6 address, too.
	if end == 0 || end >= len(rest) || rest[end] != d && (rest[end] != 0 || !from.V6) {
		return addr, 0, false
	}
	port, ok = ftpToldPort(rest[end+1:], d)
	return addr, port, ok
}

// ftpFamily is how EPRT writes the address family of a packet (RFC 2428 §2).
func ftpFamily(from *Tuple) byte {
	if from.V6 {
		return '2'
	}
	return '1'
}

// ftpExtendedPassive reads ddd port d, which tells no address: it is the sender's.
func ftpExtendedPassive(b []byte, from *Tuple) (addr [16]byte, port uint16, ok bool) {
	if len(b) <= 3 || !ftpDelimiter(b[0]) || b[1] != b[0] || b[2] != b[0] {
		return addr, 0, false
	}
	port, ok = ftpToldPort(b[3:], b[0])
	return from.Src, port, ok
}

// ftpDelimiter reports whether c may stand between the fields (RFC 2428 §2).
func ftpDelimiter(c byte) bool { return c >= 33 && c <= 126 && !isDigit(c) }

// ftpToldPort reads a port, modulo 2¹⁶ and not 0, up to a delimiter.
func ftpToldPort(b []byte, d byte) (uint16, bool) {
	v, n := decimal(b)
	if n == len(b) || b[n] != d {
		return 0, false
	}
	return uint16(v), uint16(v) != 0
}

// Memory of FTP: places where lines begin, two for the original direction and two
// for the reply, and in word 4 how many there are of each.

// ftpLineBegins reports whether a line is known to begin at seq.
func ftpLineBegins(m *Memory, d Dir, seq uint32) bool {
	known := m[4] >> (8 * d) & 0xff
	at := m[2*d : 2*d+2]
	return known > 0 && at[0] == seq || known > 1 && at[1] == seq
}

// ftpLineEnds remembers that a line begins at seq, in the place of the earlier one of
// two if it lies behind that.
func ftpLineEnds(m *Memory, d Dir, seq uint32) {
	if ftpLineBegins(m, d, seq) {
		return
	}
	known := m[4] >> (8 * d) & 0xff
	at := m[2*d : 2*d+2]
	if known < 2 {
		at[known] = seq
		m[4] += 1 << (8 * d)
		return
	}
	old := 0
	if int32(at[1]-at[0]) <= 0 {
		old = 1
	}
	if int32(seq-at[old]) > 0 {
		at[old] = seq
	}
}
