package netfilter

import "bytes"

// IRC DCC. Watched: of the client's packets the first 4095 octets, which must begin,
// behind blanks and line ends, with PRIVMSG (in any case), and whose text must
// begin with \x01DCC and one of SEND, CHAT, MOVE, TSEND, SCHAT (in capitals), then a
// word, the address as a decimal number, the port, and a line feed somewhere behind.
// Expected: TCP from anywhere to the sender's address at the port told. Address
// check: the address told must be the sender's own, and the port is not 0, or else
// nothing is expected. Where the text does not begin so, nothing more is read; where
// the word behind DCC is none of these, reading goes on with the next text.
//
// IPv4 only: DCC has no other addresses.
//
// Source: measurements of Linux 6.18, which confirm every case of testdata/helpers/irc.txt.

const (
	ircReads = 4095
	// ircShortest is what must follow the place where a text begins: as much as the
	// shortest announcement has.
	ircShortest = 26
)

// ircWords are the requests that announce a connection to the sender.
var ircWords = [...]string{"SEND ", "CHAT ", "MOVE ", "TSEND ", "SCHAT "}

func readIRC(p *Payload, _ *Memory, expect func(Expectation) bool) string {
	if p.Dir != Original || p.Tuples[Original].V6 {
		return ""
	}
	b := bytes.TrimLeft(p.Data[:min(len(p.Data), ircReads)], " \r\n")
	const command = "PRIVMSG "
	if !hasWord(b, command) {
		return ""
	}
	addr, port, ok := ircAnnounced(b[len(command):])
	if !ok || addr != p.Tuples[Original].Src || port == 0 {
		return ""
	}
	e := p.toSender(protoTCP, port)
	e.Tuple.Src, e.AnySrc = [16]byte{}, true
	if !expect(e) {
		return noExpectation
	}
	return ""
}

// ircAnnounced returns what the first text with a request announces.
func ircAnnounced(b []byte) (addr [16]byte, port uint16, ok bool) {
	for {
		i := bytes.Index(b, []byte(" :"))
		if i < 0 || len(b)-i <= ircShortest {
			return addr, 0, false
		}
		text, is := bytes.CutPrefix(b[i+2:], []byte("\x01DCC "))
		if !is {
			return addr, 0, false
		}
		for _, w := range ircWords {
			if rest, is := bytes.CutPrefix(text, []byte(w)); is {
				return ircRequest(rest)
			}
		}
		b = text
	}
}

// ircRequest reads word address port, modulo 2³² and 2¹⁶ as the kernel does.
func ircRequest(b []byte) (addr [16]byte, port uint16, ok bool) {
	_, b, ok = bytes.Cut(b, []byte(" "))
	if !ok || bytes.IndexByte(b, '\n') < 0 {
		return addr, 0, false
	}
	a, n := decimal(b)
	v, _ := decimal(bytes.TrimLeft(b[n:], " "))
	return mappedIPv4(uint32(a)), uint16(v), true
}
