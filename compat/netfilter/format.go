package netfilter

import (
	"net/netip"
	"strconv"
	"time"
)

// Protocols whose entries conntrack prints in a way of their own.
const (
	protoICMP    = 1
	protoTCP     = 6
	protoUDP     = 17
	protoGRE     = 47
	protoICMPv6  = 58
	protoDCCP    = 33
	protoSCTP    = 132
	protoUDPLite = 136
)

// protoNames are those that conntrack prints. All others are unknown to it.
var protoNames = [256]string{
	protoICMP: "icmp", protoTCP: "tcp", protoUDP: "udp", protoDCCP: "dccp", protoGRE: "gre",
	protoICMPv6: "icmpv6", protoSCTP: "sctp", protoUDPLite: "udplite",
}

// tupleEnds are how conntrack prints what a protocol's tuple has behind the
// addresses; nil for nothing.
var tupleEnds = [256]func([]byte, Tuple) []byte{
	protoICMP: appendQuery, protoICMPv6: appendQuery, protoGRE: appendCallKeys,
	protoTCP: appendPorts, protoUDP: appendPorts, protoDCCP: appendPorts, protoSCTP: appendPorts, protoUDPLite: appendPorts,
}

// eventWords are how conntrack -E prints a kind, right-aligned.
var eventWords = [...]string{EventNew: "    [NEW] ", EventUpdate: " [UPDATE] ", EventDestroy: "[DESTROY] "}

// Append appends the event as conntrack -E -o timestamp,id prints it (measured:
// conntrack-tools 1.4.7), without the end of the line. The id is the entry's ID.
func (ev *Event) Append(dst []byte) []byte {
	dst = appendStamp(dst, ev.At)
	dst = append(dst, '\t')
	dst = append(dst, eventWords[ev.Kind]...)
	left := ev.Entry.Remaining(ev.At)
	dst = ev.Entry.appendBody(dst, left, ev.Kind != EventDestroy || left > 0, ev.State)
	dst = ev.Entry.appendHelper(dst)
	return appendNumber(dst, "id=", uint64(ev.Entry.ID))
}

// Append appends the entry as conntrack -L prints it, as of the time now in ns
// since the Unix epoch, without the end of the line. Nothing marks packets here
// and nothing holds an entry, so mark=0 and use=1 are all that is ever said.
func (e *Entry) Append(dst []byte, now int64) []byte {
	dst = e.appendBody(dst, e.Remaining(now), true, true)
	dst = append(dst, "mark=0 "...)
	dst = e.appendHelper(dst)
	return append(dst, "use=1"...)
}

// Remaining returns for how many whole seconds the entry would live on after now if
// no packet came; now is in ns since the Unix epoch.
func (e *Entry) Remaining(now int64) int64 { return max(0, e.Expires-now) / int64(time.Second) }

// appendBody appends what tables and events have in common, with a space behind.
func (e *Entry) appendBody(dst []byte, left int64, timed, state bool) []byte {
	dst = appendProto(dst, e.Orig.Proto)
	if timed {
		dst = append(strconv.AppendInt(dst, left, 10), ' ')
	}
	if state && e.Orig.Proto == protoTCP {
		dst = append(append(dst, e.TCP.String()...), ' ')
	}
	dst = e.Tuple(Original).append(dst)
	if e.Status&SeenReply == 0 {
		dst = append(dst, "[UNREPLIED] "...)
	}
	dst = e.Tuple(Reply).append(dst)
	if e.Status&Assured != 0 {
		dst = append(dst, "[ASSURED] "...)
	}
	return dst
}

func (e *Entry) appendHelper(dst []byte) []byte {
	if e.Helper == "" {
		return dst
	}
	dst = append(append(dst, "helper="...), e.Helper...)
	return append(dst, ' ')
}

// appendProto appends a protocol's name in eight columns, and its number.
func appendProto(dst []byte, proto uint8) []byte {
	name := protoNames[proto]
	if name == "" {
		name = "unknown"
	}
	dst = append(dst, name...)
	dst = append(dst, "        "[:8-len(name)]...)
	return appendNumber(dst, " ", uint64(proto), ' ')
}

// append appends the tuple, with a space behind.
func (t Tuple) append(dst []byte) []byte {
	dst = appendAddr(append(dst, "src="...), t.Src, t.V6)
	dst = appendAddr(append(dst, " dst="...), t.Dst, t.V6)
	dst = append(dst, ' ')
	if end := tupleEnds[t.Proto]; end != nil {
		return append(end(dst, t), ' ')
	}
	return dst
}

func appendAddr(dst []byte, a [16]byte, v6 bool) []byte {
	if v6 {
		return netip.AddrFrom16(a).AppendTo(dst)
	}
	return netip.AddrFrom4([4]byte(a[12:])).AppendTo(dst)
}

func appendPorts(dst []byte, t Tuple) []byte {
	dst = appendNumber(dst, "sport=", uint64(t.SrcPort), ' ')
	return appendNumber(dst, "dport=", uint64(t.DstPort))
}

func appendQuery(dst []byte, t Tuple) []byte {
	dst = appendNumber(dst, "type=", uint64(t.DstPort>>8), ' ')
	dst = appendNumber(dst, "code=", uint64(t.DstPort&0xff), ' ')
	return appendNumber(dst, "id=", uint64(t.SrcPort))
}

func appendCallKeys(dst []byte, t Tuple) []byte {
	dst = strconv.AppendUint(append(dst, "srckey=0x"...), uint64(t.SrcPort), 16)
	return strconv.AppendUint(append(dst, " dstkey=0x"...), uint64(t.DstPort), 16)
}

func appendNumber(dst []byte, name string, n uint64, behind ...byte) []byte {
	dst = strconv.AppendUint(append(dst, name...), n, 10)
	return append(dst, behind...)
}

// appendStamp appends a time, in ns since the Unix epoch, as seconds and
// microseconds in brackets.
func appendStamp(dst []byte, at int64) []byte {
	const micro, second = int64(time.Microsecond), int64(time.Second)
	sec, rest := at/second, at%second
	if rest < 0 {
		sec, rest = sec-1, rest+second
	}
	dst = strconv.AppendInt(append(dst, '['), sec, 10)
	dst = append(dst, '.')
	for digit := int64(100000); digit > 0; digit /= 10 {
		dst = append(dst, byte('0'+rest/micro/digit%10))
	}
	return append(dst, ']')
}

// sideFields are the numbers of a Side, and whether they are known.
var sideFields = [...]struct {
	name string
	of   func(Side) (n uint32, known bool)
}{
	{"_end=", func(s Side) (uint32, bool) { return s.End, true }},
	{"_max_end=", func(s Side) (uint32, bool) { return s.MaxEnd, true }},
	{"_max_win=", func(s Side) (uint32, bool) { return s.MaxWin, true }},
	{"_max_ack=", func(s Side) (uint32, bool) { return s.MaxAck, s.Flags&FlagMaxAck != 0 }},
	{"_scale=", func(s Side) (uint32, bool) { return uint32(s.Scale), true }},
}

// AppendWindows appends the numbers of each Side that was seen, as name=number
// joined by commas: original_end, original_max_end, original_max_win,
// original_max_ack if it is known, original_scale, and the same of reply.
func (e *Entry) AppendWindows(dst []byte) []byte {
	start := len(dst)
	for d, s := range e.Sides {
		if s.MaxWin == 0 {
			continue
		}
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = s.append(dst, Dir(d))
	}
	return dst
}

func (s Side) append(dst []byte, d Dir) []byte {
	for i := range sideFields {
		n, known := sideFields[i].of(s)
		if !known {
			continue
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, d.String()...)
		dst = appendNumber(dst, sideFields[i].name, uint64(n))
	}
	return dst
}
