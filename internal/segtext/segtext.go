// Package segtext reads TCP segments written one to a line, nearly as tcpdump
// prints them and packetdrill reads them:
//
//	0.000000 > S  3263977215:3263977215(0) win 16384 <mss 1460,wscale 3,sackOK>
//	0.000369 < S. 48495364:48495364(0) ack 3263977216 win 32120
//	0.000500 > .  3263977216:3263977216(0) ack 48495365          a comment
//
// > is the client, < the server. Times are seconds since the start. Without win
// the window is 1000. "id N" and "ttl N" are the IPv4 identification and the TTL,
// 0 where they are not given. A line that contradicts itself is refused. What stands
// behind these and the options is a comment, and so is a line with #. Segments
// whose headers are equal have equal digests.
package segtext

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"math"
	"strconv"
	"strings"

	"onpath/tcp"
)

// DefaultWindow is the window of a line that tells none, in octets.
const DefaultWindow = 1000

// Line is one line: a segment, and what its frame has beyond that.
type Line struct {
	tcp.Segment
	Reserved uint8  // "res N": the three reserved bits of the header
	Raw      []byte // "opts HEX": option octets behind the others, padded with zeros
	Data     string // "data TEXT": repeated, it is the payload; else octets tell their place in the stream
	Cut      int    // "cap N": octets of the frame that were captured; 0: all
	ICMP     uint16 // "icmp TYPE.CODE": what passes is an ICMP error that quotes the segment, on its way back; 0: none
}

// Parse reads every line of text that is not blank and not a comment.
func Parse(text string) ([]tcp.Segment, error) {
	lines, err := ParseLines(text)
	var segs []tcp.Segment
	for i := range lines {
		segs = append(segs, lines[i].Segment)
	}
	return segs, err
}

// ParseLines is Parse for who makes frames of the segments.
func ParseLines(text string) ([]Line, error) {
	var lines []Line
	for n, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		l, err := parseLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %q: %w", n+1, line, err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// parseLine reads one segment word by word.
func parseLine(line string) (s Line, err error) {
	line, options := cutOptions(line)
	w := strings.Fields(line)
	if len(w) < 4 {
		return s, fmt.Errorf("want TIME DIR FLAGS SEQ:END(LEN)")
	}
	at, err := strconv.ParseFloat(w[0], 64)
	if err != nil {
		return s, fmt.Errorf("time: %w", err)
	}
	s.At = int64(math.Round(at * 1e9))
	if s.Dir, err = parseDir(w[1]); err != nil {
		return s, err
	}
	var ok bool
	if s.Flags, ok = tcp.ParseFlags(w[2]); !ok {
		return s, fmt.Errorf("unknown flags %q", w[2])
	}
	if err = parseRange(&s.Segment, w[3]); err != nil {
		return s, err
	}
	if err = parseFields(&s, w[4:]); err != nil {
		return s, err
	}
	err = parseOptions(&s.Segment, options)
	s.Digest = digest(&s.Segment)
	return s, err
}

// digest is equal for equal headers.
func digest(s *tcp.Segment) uint32 {
	h := fnv.New32a()
	fmt.Fprint(h, s.Dir, s.Seq, s.Ack, s.Len, s.Flags, s.Win, s.Urg, s.Opts, s.TSval, s.TSecr, s.SACK)
	return h.Sum32()
}

// cutOptions takes the list between < and > out of a line; the direction's own
// sign stands alone.
func cutOptions(line string) (rest, options string) {
	i := strings.Index(line, " <")
	for i >= 0 && strings.HasPrefix(line[i:], " < ") {
		j := strings.Index(line[i+2:], " <")
		if j < 0 {
			return line, ""
		}
		i += 2 + j
	}
	if i < 0 {
		return line, ""
	}
	options, _, _ = strings.Cut(line[i+2:], ">")
	return line[:i], options
}

func parseDir(word string) (tcp.Dir, error) {
	switch word {
	case ">":
		return tcp.Client, nil
	case "<":
		return tcp.Server, nil
	}
	return 0, fmt.Errorf("direction %q is neither > nor <", word)
}

// parseRange reads SEQ:END(LEN).
func parseRange(s *tcp.Segment, word string) error {
	var seq, end, n uint32
	if _, err := fmt.Sscanf(word, "%d:%d(%d)", &seq, &end, &n); err != nil {
		return fmt.Errorf("%q is not SEQ:END(LEN): %w", word, err)
	}
	if seq+n != end {
		return fmt.Errorf("%d+%d is not %d", seq, n, end)
	}
	s.Seq, s.Len = tcp.Seq(seq), n
	return nil
}

// parseFields reads "ack N", "field N" (the same without the flag), "win N", "urg N", "id N", "ttl N", "ecn N" (the bits
// of the IP header), "sum bad", "sum partial" and the fields of Line; the first other
// word begins a comment.
func parseFields(s *Line, w []string) error {
	s.Win = DefaultWindow
	hasAck := false
fields:
	for ; len(w) >= 2; w = w[2:] {
		n, err := strconv.ParseUint(w[1], 10, 32)
		switch w[0] {
		case "ack":
			s.Ack, hasAck = tcp.Seq(n), true
		case "field":
			s.Ack = tcp.Seq(n)
		case "win":
			s.Win = uint16(n)
		case "urg":
			s.Urg = uint16(n)
		case "id":
			s.IPID = uint16(n)
		case "ttl":
			s.TTL = uint8(n)
		case "ecn":
			s.ECN = uint8(n) & 3
		case "res":
			s.Reserved = uint8(n) & 7
		case "cap":
			s.Cut = int(n)
		case "icmp":
			var kind, code uint8
			_, err = fmt.Sscanf(w[1], "%d.%d", &kind, &code)
			s.ICMP = uint16(kind)<<8 | uint16(code)
		case "opts":
			s.Raw, err = hex.DecodeString(w[1])
		case "data":
			s.Data, err = w[1], nil
		case "sum":
			s.Sum, err = sums[w[1]], nil
		default:
			break fields
		}
		if err != nil {
			return fmt.Errorf("%s: %w", w[0], err)
		}
	}
	if hasAck != s.Flags.Has(tcp.ACK) {
		return fmt.Errorf("flags %v and an ack do not go together", s.Flags)
	}
	return nil
}

// sums are the checksums that a line may ask for.
var sums = map[string]tcp.Sum{"bad": tcp.SumBad, "partial": tcp.SumPartial, "good": tcp.SumGood}

// parseOptions reads tcpdump's words for options, separated by commas.
func parseOptions(s *tcp.Segment, list string) error {
	for _, o := range strings.Split(list, ",") {
		w := strings.Fields(o)
		if len(w) == 0 || w[0] == "nop" || w[0] == "eol" {
			continue
		}
		if err := parseOption(s, w); err != nil {
			return fmt.Errorf("option %q: %w", o, err)
		}
	}
	return nil
}

func parseOption(s *tcp.Segment, w []string) error {
	n := make([]uint64, len(w))
	for i := range w {
		n[i], _ = strconv.ParseUint(w[i], 10, 32)
	}
	switch {
	case w[0] == "mss" && len(w) == 2:
		s.MSS, s.Opts = uint16(n[1]), s.Opts|tcp.OptMSS
	case w[0] == "wscale" && len(w) == 2:
		s.WScale, s.Opts = uint8(n[1]), s.Opts|tcp.OptWScale
	case w[0] == "sackOK":
		s.Opts |= tcp.OptSACKOK
	case w[0] == "TS" && len(w) == 5:
		s.TSval, s.TSecr, s.Opts = uint32(n[2]), uint32(n[4]), s.Opts|tcp.OptTimestamp
	case w[0] == "sack":
		return parseSACK(s, w[1:])
	case w[0] == "tfo" && len(w) > 1: // "cookiereq", or "cookie" and its octets
		s.Opts |= tcp.OptTFO
	case w[0] == "exp-tfo" && len(w) > 1:
		s.Opts |= tcp.OptTFOExp
	case w[0] == "mptcp" && len(w) > 1:
		s.Opts |= tcp.OptMPTCP
	default:
		return fmt.Errorf("unknown")
	}
	return nil
}

// parseSACK reads blocks FROM:TO.
func parseSACK(s *tcp.Segment, blocks []string) error {
	s.Opts |= tcp.OptSACK
	for _, b := range blocks {
		var from, to uint32
		if _, err := fmt.Sscanf(b, "%d:%d", &from, &to); err != nil || int(s.NumSACK) == len(s.SACK) {
			return fmt.Errorf("block %q", b)
		}
		s.SACK[s.NumSACK] = [2]tcp.Seq{tcp.Seq(from), tcp.Seq(to)}
		s.NumSACK++
	}
	return nil
}
