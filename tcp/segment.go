package tcp

import (
	"encoding/binary"
	"math/bits"
)

// Dir tells which end sent a segment.
type Dir uint8

const (
	Client Dir = iota // the end that opened the connection (DESIGN §5)
	Server            // its peer
)

// String returns "client" or "server", as the columns print it.
func (d Dir) String() string {
	if d == Client {
		return "client"
	}
	return "server"
}

// Sum is what the captured octets say of a checksum.
type Sum uint8

const (
	SumUnknown Sum = iota // not all octets were captured, or nobody asked
	SumGood
	SumBad
	SumPartial // only the pseudo-header is in it: the sender's card was to do the rest
)

var sumNames = [...]string{"unknown", "good", "bad", "partial"}

// String returns the name used in columns.
func (s Sum) String() string { return sumNames[s] }

// Segment is what one TCP segment tells an observer: a small value without
// pointers, so that it can be queued, kept and sent between machines. SACK
// beyond NumSACK, and fields whose option is not in Opts, are zero.
type Segment struct {
	At      int64     // capture time, ns since the Unix epoch
	Seq     Seq       // absolute, as on the wire
	Ack     Seq       // absolute; meaningful only with ACK
	Len     uint32    // payload octets on the wire, even if not captured
	TSval   uint32    // RFC 7323 §3; with OptTimestamp in Opts
	TSecr   uint32    // RFC 7323 §3; meaningful only with ACK
	SACK    [4][2]Seq // RFC 2018 §3: first octet, octet after the last
	Digest  uint32    // of the header's octets, checksum included; equal for copies
	Opts    OptSet    // kinds that were present
	Flags   Flags
	Win     uint16 // as on the wire, not scaled
	MSS     uint16 // RFC 9293 §3.7.1; 0 without the option
	Urg     uint16 // urgent pointer; meaningful only with URG
	IPID    uint16 // IPv4 identification; 0 with IPv6
	TTL     uint8  // TTL or hop limit of the innermost IP header
	ECN     uint8  // the two ECN bits of the innermost IP header (RFC 3168 §5)
	Dir     Dir    // who sent it; set by who knows the connection
	WScale  uint8  // RFC 7323 §2, as sent (may exceed 14); with OptWScale in Opts
	NumSACK uint8  // blocks in SACK, 0 to 4
	Sum     Sum    // TCP checksum
	Layout  Layout // of the options, where a SYN or SYN,ACK usually has them so; it tells no more than they do
}

// SeqLen returns the octets of sequence space that the segment occupies: its
// payload, and one each for SYN and FIN (RFC 9293 §3.4).
func (s *Segment) SeqLen() uint32 {
	n := s.Len
	if s.Flags&SYN != 0 {
		n++
	}
	if s.Flags&FIN != 0 {
		n++
	}
	return n
}

// End returns the sequence number after the segment.
func (s *Segment) End() Seq { return s.Seq.Add(s.SeqLen()) }

// Data returns the sequence number of the first payload octet: behind the SYN
// if there is one (RFC 9293 §3.4).
func (s *Segment) Data() Seq {
	if s.Flags&SYN != 0 {
		return s.Seq + 1
	}
	return s.Seq
}

// Read sets everything that the header tells: numbers, flags, options, digest.
// h is from ParseHeader, or the first MinHeader or more octets of a header that
// was not captured whole: that is OptCut. payload is how many octets of it were
// on the wire. At, Dir, Sum and the IP fields are left as they are.
func (s *Segment) Read(h Header, payload uint32) {
	f := h[:MinHeader] // one check of the length for all fields
	s.Seq, s.Ack, s.Len = f.Seq(), f.Ack(), payload
	s.Flags, s.Win, s.Urg = f.Flags(), f.Window(), f.Urgent()
	s.Digest = digest(h)
	s.readOptions(h)
}

// digest mixes the header's octets, ports and checksum included. The checksum
// stands for the payload (16 bits of it), so equal digests mean "very likely
// the same segment", never more. It takes 16 octets at a time, the last 16 in
// any case, so that no multiplication waits for another.
func digest(h Header) uint32 {
	le, last := binary.LittleEndian, (*[16]byte)(h[len(h)-16:])
	d := mix(le.Uint64(last[:])^0xa0761d6478bd642f, le.Uint64(last[8:])^uint64(len(h))*0x9e3779b97f4a7c15)
	for k := uint64(0xe7037ed1a0b428db); len(h) > 16; h = h[16:] {
		d += mix(le.Uint64(h)^k, le.Uint64(h[8:])^0x8ebc6af09c88c6e3)
		k = bits.RotateLeft64(k, 23)
	}
	return uint32(d ^ d>>32)
}

// mix folds the 128-bit product, as wyhash does.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// nopNopTS are the first four octets of the layout that nearly every segment
// of a connection with timestamps has (RFC 7323 appendix A).
const nopNopTS = uint32(KindNOP)<<24 | uint32(KindNOP)<<16 | uint32(KindTimestamp)<<8 | 10

// readOptions sets what the options tell.
func (s *Segment) readOptions(h Header) {
	if s.NumSACK != 0 {
		s.SACK, s.NumSACK = [4][2]Seq{}, 0
	}
	s.Opts, s.MSS, s.WScale, s.TSval, s.TSecr, s.Layout = 0, 0, 0, 0, 0, 0
	switch need := int(h[12]>>4) * 4; {
	case len(h) < need:
		s.walkOptions(h)
		s.Opts = s.Opts&^(OptBad|OptLoose) | OptCut // a cut option is no lie
	case len(h) == MinHeader:
	case len(h) == MinHeader+12 && binary.BigEndian.Uint32(h[MinHeader:]) == nopNopTS:
		s.Opts = OptTimestamp
		s.TSval, s.TSecr = binary.BigEndian.Uint32(h[24:]), binary.BigEndian.Uint32(h[28:])
	case len(h) == need && s.readLayout(h):
	case !s.usualOptions(h[MinHeader:]):
		s.walkOptions(h)
	}
}

// usualOptions sets what a list tells that has nothing but MSS, window shift, SACK
// permitted, SACK and timestamps, each once and with its length. It reports false of any other,
// for walkOptions, which sets the same of one that is usual.
func (s *Segment) usualOptions(b []byte) bool {
	be, found, nops := binary.BigEndian, OptSet(0), 0
	for len(b) > 1 {
		n, bit := int(b[1]), OptSet(0)
		switch k := Kind(b[0]); {
		case k == KindNOP:
			if nops++; nops > mostNops {
				return false
			}
			b = b[1:]
			continue
		case k == KindEOL && zeros(b):
			s.Opts = found
			return true
		case k == KindMSS && n == 4 && len(b) >= 4:
			bit, s.MSS = OptMSS, be.Uint16(b[2:])
		case k == KindSACKOK && n == 2:
			bit = OptSACKOK
		case k == KindTimestamp && n == 10 && len(b) >= 10:
			bit, s.TSval, s.TSecr = OptTimestamp, be.Uint32(b[2:]), be.Uint32(b[6:])
		case k == KindWScale && n == 3 && len(b) >= 3:
			bit, s.WScale = OptWScale, b[2]
		case k == KindSACK && n&7 == 2 && n > 2 && n <= 34 && len(b) >= n:
			bit, s.NumSACK = OptSACK, s.blocks(b[2:n])
		default:
			return false
		}
		if found&bit != 0 {
			return false
		}
		found, nops, b = found|bit, 0, b[n:]
	}
	if len(b) > 0 && b[0] != byte(KindEOL) && (b[0] != byte(KindNOP) || nops == mostNops) {
		return false
	}
	s.Opts = found
	return true
}

// blocks sets SACK to the blocks in b, of 8 octets each, and returns how many they are.
func (s *Segment) blocks(b []byte) (n uint8) {
	for be := binary.BigEndian; len(b) >= 8; b = b[8:] {
		s.SACK[n&3] = [2]Seq{Seq(be.Uint32(b)), Seq(be.Uint32(b[4:]))}
		n++
	}
	return n
}

// mostNops is how many octets of NOP in a row align an option: at most.
const mostNops = 3

// optMany are the bits that a header may well have twice: several options share
// OptOther and OptExp, and RFC 8684 §3 sends several MPTCP options at once.
const optMany = OptOther | OptExp | OptMPTCP

// walkOptions sets what any list of options tells. Of an option that occurs
// twice the last value counts, as in Linux and the BSDs.
func (s *Segment) walkOptions(h Header) {
	o, nops, ahead := h.Options(), 0, len(h)-MinHeader
	for o.Next() {
		nops = max(nops, ahead-len(o.rest)-len(o.Data)-2)
		ahead = len(o.rest)
		bit := o.bit()
		if s.Opts&bit&^optMany != 0 {
			s.Opts |= OptTwice
		}
		if !o.legal() {
			s.Opts |= OptLength | bit
			continue
		}
		s.Opts |= bit
		s.take(&o)
	}
	switch {
	case o.err != nil:
		s.Opts |= OptBad
	case !zeros(o.rest), max(nops, ahead-len(o.rest)) > mostNops:
		s.Opts |= OptLoose
	}
}

// zeros reports whether all octets of b are 0.
func zeros(b []byte) bool {
	for _, x := range b {
		if x != 0 {
			return false
		}
	}
	return true
}

// take keeps the value of the current option, if Segment has a field for it.
func (s *Segment) take(o *Options) {
	switch o.Kind {
	case KindMSS:
		s.MSS, _ = o.MSS()
	case KindWScale:
		s.WScale, _ = o.WScale()
	case KindTimestamp:
		s.TSval, s.TSecr, _ = o.Timestamps()
	case KindSACK:
		blocks, n := o.SACK()
		s.SACK, s.NumSACK = blocks, uint8(n)
	}
}
