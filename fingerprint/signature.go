package fingerprint

import (
	"encoding/binary"
	"strconv"
)

// Signature is what a SYN or SYN,ACK shows of its sender: equal ones are printed the
// same and found to be the same. The zero Signature is of no segment.
type Signature struct {
	Quirks  Quirks
	MSS     uint16 // of the option, in octets; 0 without
	Window  uint16 // as on the wire
	PeerMSS uint16 // of a SYN,ACK: the MSS of the SYN that it answers, 0 if that was not seen; else 0
	V6      bool   // IPv6, else IPv4
	Answer  bool   // SYN,ACK, else SYN
	Stamped bool   // a timestamp of its own that is not zero
	Payload bool   // octets behind the header
	Untold  bool   // a printed line was read, which did not tell the TTL: fits any, as fuzzy
	TTL     uint8  // or hop limit, as it passed here
	OptLen  uint8  // octets of IPv4 options or IPv6 extension headers
	Headers uint8  // octets of both headers, options included
	Scale   uint8  // shift of the window; 0 without the option
	Layout  Layout
}

// Layout is the order of TCP options.
type Layout struct {
	Kinds [maxOptions]uint8 // the first Len
	Len   uint8
	Pad   uint8 // octets behind EOL, which is the last kind then
}

// maxOptions is how many options p0f keeps; a list with more is bad to it.
const maxOptions = 24

// Kinds of options that have a name in a layout.
const (
	kindEOL, kindNOP, kindMSS, kindScale, kindSACKOK, kindSACK, kindTimestamp = 0, 1, 2, 3, 4, 5, 8
)

// optionNames are those of a layout; other kinds are ?n.
var optionNames = [...]string{
	kindEOL: "eol", kindNOP: "nop", kindMSS: "mss", kindScale: "ws", kindSACKOK: "sok", kindSACK: "sack", kindTimestamp: "ts",
}

// Quirks are what is unusual about the headers, one bit each.
type Quirks uint32

// The quirks, in the order in which they are printed.
const (
	DontFragment  Quirks = 1 << iota // IPv4: DF
	FragmentID                       // IPv4: DF, but an identification that is not 0
	NoID                             // IPv4: no DF, but identification 0
	ECN                              // an ECN bit of IP, or ECE, CWR or AE
	ReservedBit                      // IPv4: the reserved flag
	FlowLabel                        // IPv6: a flow label that is not 0
	ZeroSeq                          // sequence number 0
	AckWithout                       // acknowledgment number without ACK, see acked
	ZeroAck                          // acknowledgment number 0 with ACK
	UrgentWithout                    // urgent pointer without URG
	UrgentFlag                       // URG
	PushFlag                         // PSH
	ZeroStamp                        // a timestamp of its own that is 0
	PeerStamp                        // SYN: the peer's timestamp is not 0
	OptionData                       // behind EOL something that is not 0, see padding
	WideScale                        // a shift above 14
	BadOptions                       // options that cannot be read, or too many
)

// quirkNames are in the order of the bits.
var quirkNames = [...]string{
	"df", "id+", "id-", "ecn", "0+", "flow", "seq-", "ack+", "ack-", "uptr+", "urgf+", "pushf+", "ts1-", "ts2+", "opt+", "exws", "bad",
}

// Quirks that only one version of IP has.
const (
	only4 = DontFragment | FragmentID | NoID | ReservedBit
	only6 = FlowLabel
)

// Append appends the signature as p0f prints raw_sig:
//
//	4:57+7:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:0
//
// that is version, TTL as it passed and guessed hops before (?+? if Untold), length of IP options,
// MSS, window and its scale, options, quirks, and whether there was a payload.
func (s *Signature) Append(dst []byte) []byte {
	dst = append(dst, s.version(), ':')
	dst = s.appendTTL(dst)
	dst = appendNumber(append(dst, ':'), s.OptLen)
	dst = s.appendMSS(append(dst, ':'))
	dst = s.appendWindow(append(dst, ':'))
	dst = appendNumber(append(dst, ','), s.Scale)
	dst = s.Layout.append(append(dst, ':'))
	dst = s.Quirks.append(append(dst, ':'))
	if s.Payload {
		return append(dst, ":+"...)
	}
	return append(dst, ":0"...)
}

// codeKinds is how many options a Code has room for.
const codeKinds = 8

// Code returns all that Append's text is made of as numbers; ok is false if there are
// too many options.
func (s *Signature) Code() (numbers, quirks, kinds uint64, ok bool) {
	numbers = uint64(s.MSS) | uint64(s.Window)<<16 | uint64(s.PeerMSS)<<32 | uint64(s.TTL)<<48 | uint64(s.OptLen)<<56
	quirks = uint64(s.Quirks) | uint64(s.Headers)<<32 | uint64(s.Scale)<<40 | uint64(s.Layout.Pad)<<48 | uint64(s.Layout.Len)<<56
	for i, is := range [...]bool{s.V6, s.Answer, s.Stamped, s.Payload, s.Untold} {
		if is {
			quirks |= 1 << (24 + i)
		}
	}
	return numbers, quirks, binary.LittleEndian.Uint64(s.Layout.Kinds[:]), s.Layout.Len <= codeKinds
}

// The quirks leave room for the five bits: this does not compile where they do not.
const _ = uint(24 - len(quirkNames))

// String returns what Append appends.
func (s *Signature) String() string { return string(s.Append(nil)) }

func (s *Signature) version() byte {
	if s.V6 {
		return '6'
	}
	return '4'
}

func (s *Signature) appendTTL(dst []byte) []byte {
	if s.Untold {
		return append(dst, "?+?"...)
	}
	dst = append(appendNumber(dst, s.TTL), '+')
	if hops := guessed(s.TTL); hops != Unknown {
		return appendNumber(dst, hops)
	}
	return append(dst, '?')
}

// senderMSS is the MSS of p0f-sendsyn's SYNs. p0f takes a SYN,ACK that has it, too, to
// be of a stack which repeats what it was offered.
const senderMSS = 1331

func (s *Signature) appendMSS(dst []byte) []byte {
	if s.Answer && s.MSS == senderMSS {
		return append(dst, '*')
	}
	return appendNumber(dst, s.MSS)
}

func (s *Signature) appendWindow(dst []byte) []byte {
	kind, n := s.window()
	return appendNumber(append(dst, windowPrefix[kind]...), n)
}

func (l *Layout) append(dst []byte) []byte {
	for i, kind := range l.Kinds[:l.Len] {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = l.appendKind(dst, kind)
	}
	return dst
}

func (l *Layout) appendKind(dst []byte, kind uint8) []byte {
	switch {
	case kind == kindEOL:
		return appendNumber(append(dst, "eol+"...), l.Pad)
	case int(kind) < len(optionNames) && optionNames[kind] != "":
		return append(dst, optionNames[kind]...)
	}
	return appendNumber(append(dst, '?'), kind)
}

func (q Quirks) append(dst []byte) []byte {
	sep := false
	for i, name := range quirkNames {
		if q>>i&1 == 0 {
			continue
		}
		if sep {
			dst = append(dst, ',')
		}
		dst, sep = append(dst, name...), true
	}
	return dst
}

func appendNumber[N uint8 | uint16 | int](dst []byte, n N) []byte {
	return strconv.AppendInt(dst, int64(n), 10)
}
