package kernel

import (
	"fmt"
	"net/netip"
	"strings"
)

// A line is what an end says on a control connection, and the end that it promises,
// if it does.
type line struct {
	words string
	at    netip.AddrPort
}

// served returns the ends of a new talk where helpers are: with a control port, or
// one that was promised.
func (s *stage) served(opener netip.AddrPort) (from, to netip.AddrPort) {
	if s.due && s.chance(90) || len(s.promised) > 0 && s.chance(10) {
		s.due = false
		to = s.promised[len(s.promised)-1-s.IntN(min(3, len(s.promised)))]
		return netip.AddrPortFrom(opener.Addr(), one[uint16](s.dice, 20, 40003)), to
	}
	return opener, netip.AddrPortFrom(s.host(), one[uint16](s.dice, 21, 21, 2121, 6667, 6667, 80))
}

// controls reports whether a helper reads connections to port.
func controls(port uint16) bool { return port == 21 || port == 2121 || port == 6667 }

// rehearse gives both ends of a control connection lines to say.
func (s *stage) rehearse(t *talk) {
	for i := range t.script {
		for range 3 + s.IntN(8) {
			l := s.line(t.ends[i], t.ends[1-i], i == 0)
			if s.chance(8) && len(l.words) > 4 { // cut across segments
				at := 1 + s.IntN(len(l.words)-2)
				t.script[i] = append(t.script[i], line{l.words[:at], l.at}, line{l.words[at:], l.at})
				continue
			}
			t.script[i] = append(t.script[i], l)
		}
	}
}

// hear takes note of what t promised last.
func (s *stage) hear(t *talk) {
	if t.said.at.IsValid() {
		s.promised, s.due = append(s.promised, t.said.at), true
		t.said = line{}
	}
}

// line is what an end says on a control connection: mostly what its helper reads.
func (s *stage) line(me, peer netip.AddrPort, client bool) line {
	told := me.Addr()
	if s.chance(12) {
		told = s.host()
	}
	at := netip.AddrPortFrom(told, uint16(50000+s.IntN(4)))
	if s.chance(4) {
		at = netip.AddrPortFrom(told, one[uint16](s.dice, 0, 1, 65535))
	}
	words := s.announcement(at, client, t21(me, peer))
	if s.chance(8) {
		words = strings.ToLower(words)
	}
	if s.chance(8) { // something is wrong with it
		words = strings.Replace(words, one(s.dice, ",", "|", " ", "\r", "\n", "1", "0", "2", ":", ")"), one(s.dice, "", ".", "  ", "999", "\t"), 1)
	}
	if s.chance(8) {
		words = one(s.dice, "x ", " ", "USER x\r\n", "a\n") + words
	}
	if s.chance(5) {
		words += one(s.dice, "x", "\r\n", "NOOP\r\n")
	}
	return line{words, at}
}

// t21 reports whether the talk of two ends is FTP, as far as its ports tell.
func t21(a, b netip.AddrPort) bool { return a.Port() != 6667 && b.Port() != 6667 }

// announcement says at in the words of FTP or IRC.
func (s *stage) announcement(at netip.AddrPort, client, ftp bool) string {
	a, p := at.Addr(), at.Port()
	comma := strings.ReplaceAll(a.String(), ".", ",")
	number := uint32(0)
	family := 2
	if a.Is4() {
		four := a.As4()
		number, family = be.Uint32(four[:]), 1
	}
	pair := fmt.Sprintf("%s,%d,%d", comma, p>>8, p&255)
	switch {
	case !ftp:
		word := one(s.dice, "SEND file.bin", "CHAT chat", "MOVE f", "TSEND f", "SCHAT chat", "XMIT f", "SEND")
		tail := one(s.dice, " 1234\x01\r\n", "\x01\r\n", "\x01\n", "\x01", " 1\n")
		return fmt.Sprintf("%sPRIVMSG bob :\x01DCC %s %d %d%s", one(s.dice, "", "", " ", ":al!u@h "), word, number, p, tail)
	case client:
		delim := one(s.dice, "|", "|", "!", ",", "1")
		return one(s.dice, "USER x\r\n", "PASV\r\n", "PORT "+pair+"\r\n", "PORT "+pair+"\r\n",
			fmt.Sprintf("EPRT %[1]s%[2]d%[1]s%[3]s%[1]s%[4]d%[1]s\r\n", delim, family, a, p), "LIST\r\n")
	}
	return one(s.dice, "220 ready\r\n", "200 ok\r\n", "227 Entering Passive Mode ("+pair+").\r\n", "227 "+pair+"\r\n",
		fmt.Sprintf("229 Entering Extended Passive Mode (|||%d|)\r\n", p), "230 ok\r\n")
}
