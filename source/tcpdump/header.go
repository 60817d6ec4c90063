package tcpdump

import (
	"net/netip"
	"strconv"
	"strings"
)

// ipSaid is what a line says of the IP header. A field counts if its has is set.
type ipSaid struct {
	ttl, tos       uint8
	id             uint16
	total          uint32 // octets of the datagram
	hasTTL, hasTOS bool
	hasID          bool
	df             bool
	hasFlags       bool
	fragment       bool // one of several
}

// read takes what stands in one pair of brackets: of -v before the addresses, or
// behind a classic line.
func (i *ipSaid) read(text string) {
	if n, ok := said(text, "ttl"); ok && n < 256 {
		i.ttl, i.hasTTL = uint8(n), true
	}
	if n, ok := said(text, "hlim"); ok && n < 256 {
		i.ttl, i.hasTTL = uint8(n), true
	}
	if n, ok := said(text, "tos"); ok && n < 256 {
		i.tos, i.hasTOS = uint8(n), true
	}
	if n, ok := said(text, "class"); ok && n < 256 {
		i.tos, i.hasTOS = uint8(n), true
	}
	if n, ok := said(text, "id"); ok && n < 1<<16 {
		i.id, i.hasID = uint16(n), true
	}
	i.readLength(text)
	i.readFlags(text)
}

func (i *ipSaid) readLength(text string) {
	if n, ok := said(text, "payload length"); ok && n > 0 && n < 1<<16 {
		i.total = uint32(n) + 40
	} else if n, ok := said(text, "length"); ok && n < 1<<16 {
		i.total = uint32(n)
	} else if n, ok := said(text, "len"); ok && n < 1<<16 {
		i.total = uint32(n)
	}
}

func (i *ipSaid) readFlags(text string) {
	_, flags, modern := strings.Cut(text, "flags [")
	flags, _, _ = strings.Cut(flags, "]")
	switch {
	case modern:
		i.df, i.hasFlags = strings.Contains(flags, "DF"), true
		offset, _ := said(text, "offset")
		i.fragment = strings.Contains(flags, "+") || offset > 0
	case text == "DF" || strings.HasPrefix(text, "DF, "):
		i.df, i.hasFlags = true, true
	case strings.HasPrefix(text, "frag "):
		i.fragment = true
	}
}

// said returns the number behind a word: "ttl  64", "id 0x1f", "length: 60".
func said(text, word string) (n uint64, ok bool) {
	for at := 0; ; {
		i := strings.Index(text[at:], word)
		if i < 0 {
			return 0, false
		}
		begin, end := at+i, at+i+len(word)
		at = end
		if begin > 0 && text[begin-1] != ' ' && text[begin-1] != '(' {
			continue
		}
		rest := strings.TrimLeft(strings.TrimPrefix(text[end:], ":"), " ")
		if j := strings.IndexAny(rest, " ,)"); j >= 0 {
			rest = rest[:j]
		}
		if n, err := strconv.ParseUint(rest, 0, 32); err == nil {
			return n, true
		}
	}
}

// linkSaid is what a line of -e says of the link.
type linkSaid struct {
	src, dst [6]byte
	has      bool
	vlans    []uint16 // outermost first
}

// maxVLANs is how many tags are rebuilt.
const maxVLANs = 2

// read takes the words before the IP packet.
func (l *linkSaid) read(text string) {
	l.vlans, l.has = l.vlans[:0], false
	for rest := text; ; {
		_, after, ok := strings.Cut(rest, "vlan ")
		if !ok || len(l.vlans) == maxVLANs {
			break
		}
		if id, tail, why := number(after, 12, "vlan"); why == "" {
			l.vlans, after = append(l.vlans, uint16(id)), tail
		}
		rest = after
	}
	left, right, arrow := strings.Cut(text, " > ")
	if !arrow {
		return
	}
	src, ok1 := mac(left[strings.LastIndexByte(left, ' ')+1:])
	right, _, _ = strings.Cut(right, " ")
	dst, ok2 := mac(strings.TrimRight(right, ",:"))
	l.src, l.dst, l.has = src, dst, ok1 && ok2
}

// mac reads six octets in base 16, also as classic lines have them: 0:a0:c9.
func mac(word string) (m [6]byte, ok bool) {
	for i := range m {
		part, rest, more := strings.Cut(word, ":")
		n, err := strconv.ParseUint(part, 16, 8)
		if err != nil || more != (i < 5) {
			return m, false
		}
		m[i], word = byte(n), rest
	}
	return m, true
}

// isV6 says of which family a line is: its addresses tell, else the word before
// them.
func isV6(head string, src, dst netip.Addr) bool {
	switch {
	case src.IsValid():
		return !src.Unmap().Is4()
	case dst.IsValid():
		return !dst.Unmap().Is4()
	}
	return strings.Contains(head, "IP6 ")
}
