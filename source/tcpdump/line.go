package tcpdump

import (
	"net/netip"
	"strconv"
	"strings"
)

// Kind says what a line of the text was. kinds has the names.
type Kind uint8

// The Kinds.
const (
	Prose    Kind = iota // no packet
	Segment              // a TCP segment
	Datagram             // UDP, or an ICMP echo
	Quiet                // TCP without flags and numbers: as -q prints it, or cut by the capture
	Fragment             // one of several of a datagram
	ICMP                 // an ICMP message other than an echo
	Other                // another protocol, or one inside UDP that hides the length
	Broken               // looks like a TCP segment, and cannot be read
	numKinds
)

// kinds is the only place where a Kind's words are written.
var kinds = [numKinds]string{
	Prose: "prose", Segment: "TCP segments", Datagram: "UDP and ICMP echo", Quiet: "TCP without numbers (-q, or cut)",
	Fragment: "fragments", ICMP: "ICMP", Other: "other packets", Broken: "broken",
}

// String returns the words of the summary.
func (k Kind) String() string { return kinds[k] }

// line is what was read of one printed packet.
type line struct {
	kind     Kind
	why      string // of Broken
	v6       bool
	src, dst endpoint
	head     int // octets before src
	link     linkSaid
	ip       ipSaid
	seg      segment
	datagram datagram
	mended   string
}

// maxArrows is how many packets inside of one another are looked at; the decoder
// does not follow as many.
const maxArrows = 16

// read reads the text of one packet, without its time.
func (l *line) read(text string) {
	link, seg := l.link, l.seg
	*l = line{kind: Prose, link: link, seg: seg}
	at, ok := l.arrow(text, 0)
	for range maxArrows {
		if !ok {
			break
		}
		if l.classify(text, at) {
			return
		}
		at, ok = l.arrow(text, at)
	}
	l.leftover(text)
}

// arrow finds the next A > B: in text, from an octet on, and returns where the
// words behind the colon begin. An HTML entity that nobody knows is taken for the
// arrow.
func (l *line) arrow(text string, from int) (body int, ok bool) {
	for {
		i, width, slip := nextArrow(text[from:])
		if i < 0 {
			return 0, false
		}
		l.head, from = from+i, from+i+width
		left := text[:l.head]
		word, rest, _ := strings.Cut(strings.TrimLeft(text[from:], " "), " ")
		l.head = strings.LastIndexAny(left, " !") + 1 // behind the ! of truncated-ip
		var ok1, ok2 bool
		l.src, ok1 = cutEndpoint(left[l.head:])
		l.dst, ok2 = cutEndpoint(strings.TrimSuffix(word, ":"))
		if !ok1 || !ok2 || !strings.HasSuffix(word, ":") {
			continue
		}
		if slip {
			l.mended = quoted(strings.TrimSpace(text[from-width:from])) + " taken for >"
		}
		return len(text) - len(strings.TrimLeft(rest, " ")), true
	}
}

// nextArrow finds " > ", or a word between spaces that is an unknown entity.
func nextArrow(text string) (at, width int, slip bool) {
	at = strings.Index(text, " > ")
	before := text
	if at >= 0 { // no further: a line may have many arrows
		before = text[:at]
	}
	entity := strings.Index(before, " &")
	if entity < 0 {
		return at, 3, false
	}
	end := strings.Index(text[entity:], "; ")
	if end < 0 || end > 10 {
		return at, 3, false
	}
	return entity, end + 2, true
}

// classify says what the line is by what begins at an octet, behind an arrow, and
// reports false if something else may lie inside of it.
func (l *line) classify(text string, at int) bool {
	head, body := text[:l.head], text[at:]
	l.v6 = isV6(head, l.src.addr, l.dst.addr)
	l.link.read(head)
	l.ip = ipSaid{}
	if i := opening(head); i >= 0 {
		inside, _ := balanced(head[i:], '(', ')')
		l.ip.read(inside)
	}
	switch {
	case l.src.some && l.dst.some && isSegment(body):
		l.segment(body)
	case strings.HasPrefix(body, "ICMP"), strings.HasPrefix(body, "icmp"):
		l.kind = ICMP
		l.echo(body)
	case strings.HasPrefix(body, "tcp "):
		l.kind = Quiet
	case strings.HasPrefix(body, "[|tcp]"):
		l.kind = Quiet
	case l.src.some && l.dst.some && l.udp(body):
	case l.ip.fragment || strings.HasPrefix(body, "(frag "):
		l.kind = Fragment
	default:
		l.kind = Other
		return false
	}
	return true
}

// opening returns where the innermost brackets of -v begin, below 0 if there are none.
func opening(head string) int {
	at := -1
	for _, first := range [...]string{"(tos ", "(class ", "(flowlabel ", "(hlim "} {
		at = max(at, strings.LastIndex(head, first))
	}
	return at
}

func (l *line) segment(body string) {
	l.kind = Segment
	l.why = l.seg.read(body)
	switch {
	case body == "" && l.why != "": // unless a line continues it, no segment
		l.kind, l.why = Prose, ""
		return
	case l.why != "":
		l.kind = Broken
		return
	}
	if l.seg.mended != "" {
		l.mended = strings.TrimPrefix(l.mended+"; "+l.seg.mended, "; ")
	}
	if !l.seg.modern {
		l.ip = l.ip.with(l.seg.ip)
	}
	if l.ip.fragment {
		l.kind = Fragment
	}
}

// with adds what a classic line says behind the segment: DF, where it is set, and
// the type of service, where it is not 0, are printed without -v, too.
func (i ipSaid) with(behind ipSaid) ipSaid {
	if !i.hasTTL {
		i.ttl, i.hasTTL = behind.ttl, behind.hasTTL
	}
	if !i.hasID {
		i.id, i.hasID = behind.id, behind.hasID
	}
	if !i.hasFlags {
		i.df, i.hasFlags = behind.df, behind.hasFlags
	}
	if i.total == 0 {
		i.total = behind.total
	}
	if !i.hasTOS {
		i.tos, i.hasTOS = behind.tos, behind.hasTOS
	}
	i.fragment = i.fragment || behind.fragment
	return i
}

// leftover says what a line without a readable arrow is.
func (l *line) leftover(text string) {
	word, _, _ := strings.Cut(text, " ")
	switch {
	case l.kind != Prose:
	case strings.Contains(text, " > ") && strings.Contains(text, " win "):
		l.kind, l.why = Broken, "no address and port on both sides of the arrow"
	case otherProtocols[strings.TrimSuffix(word, ",")] || strings.Contains(text, ", ethertype "):
		l.kind = Other
	case strings.HasPrefix(text, "IP ") && strings.Contains(text, " > ") || strings.HasPrefix(text, "IP6 ") && strings.Contains(text, " > "):
		l.kind = Other
	}
}

// otherProtocols are words with which lines of other protocols begin.
var otherProtocols = map[string]bool{
	"arp": true, "ARP": true, "rarp": true, "RARP": true, "802.1d": true, "802.1D": true, "STP": true, "CDPv1": true, "CDPv2": true,
	"LLDP": true, "IPX": true, "ipx": true, "AARP": true, "aarp": true, "EAPOL": true, "PPPoE": true, "MPLS": true, "IS-IS": true, "LACPv1": true,
}

// datagram is what a line says of UDP, or of an ICMP echo.
type datagram struct {
	echo    bool
	reply   bool
	id, seq uint16
	length  uint32 // of the UDP payload, or of the ICMP message
}

// udp reads a line of UDP as far as it tells the length: that of the datagram, or
// the one in brackets at the end of what was said to a name server.
func (l *line) udp(body string) bool {
	for strings.HasPrefix(body, "[") { // [udp sum ok], [bad udp cksum …], [no cksum]
		_, body = balanced(body, '[', ']')
		body = strings.TrimLeft(body, " ")
	}
	text, ok := strings.CutPrefix(body, "UDP, length ")
	if !ok {
		text, ok = strings.CutPrefix(body, "UDP, length: ")
	}
	if !ok {
		text, ok = strings.CutPrefix(body, "udp ")
	}
	if _, tail, found := cutLast(body, ", length "); !ok && strings.HasPrefix(body, "NTPv") && found {
		text, ok = tail, true
	}
	if _, tail, found := cutLast(body, " ("); !ok && (l.src.names() || l.dst.names()) && found {
		text, ok = tail, strings.HasSuffix(tail, ")")
	}
	n, _, why := number(text, 16, "length")
	if !ok || why != "" {
		return false
	}
	l.kind, l.datagram = Datagram, datagram{length: uint32(n)}
	return true
}

// names reports whether the end is a name server.
func (e *endpoint) names() bool { return e.port == 53 || e.port == 5353 }

// cutLast cuts text at the last mark.
func cutLast(text, mark string) (before, after string, ok bool) {
	i := strings.LastIndex(text, mark)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(mark):], true
}

// echo reads ICMP echo request, id 7, seq 1, length 64.
func (l *line) echo(body string) {
	_, what, _ := strings.Cut(body, "echo ")
	id, ok1 := said(what, "id")
	seq, ok2 := said(what, "seq")
	n, ok3 := said(what, "length")
	if ok1 && ok2 && ok3 && n >= 8 && n < 1<<16 {
		l.kind = Datagram
		l.datagram = datagram{echo: true, reply: strings.HasPrefix(what, "reply"), id: uint16(id), seq: uint16(seq), length: uint32(n)}
	}
}

// ends gives both sides their addresses.
func (l *line) ends(n *names) (src, dst netip.AddrPort, why string) {
	if !n.resolve(&l.src, l.v6) || !n.resolve(&l.dst, l.v6) {
		return src, dst, "more than " + strconv.Itoa(maxNames) + " names of hosts or " + strconv.Itoa(maxServices) + " of services"
	}
	a, b := l.src.addr.Unmap(), l.dst.addr.Unmap()
	if a.Is4() != b.Is4() {
		return src, dst, "an IPv4 and an IPv6 address"
	}
	return netip.AddrPortFrom(a, l.src.port), netip.AddrPortFrom(b, l.dst.port), ""
}
