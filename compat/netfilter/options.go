package netfilter

import (
	"encoding/binary"

	"onpath/tcp"
)

// maxScale is the largest shift (RFC 7323 §2.3); a larger one counts as this.
const maxScale = 14

// readOptions sets scale and flags of s to what a SYN offers. Without any option
// they stay what they were; the list ends at an option whose length cannot be.
func (s *Side) readOptions(h tcp.Header) {
	if len(h) == tcp.MinHeader {
		return
	}
	s.Scale, s.Flags = 0, s.Flags&FlagLiberal
	for o := h.Options(); o.Next(); {
		switch {
		case o.Kind == tcp.KindSACKOK && len(o.Data) == 0:
			s.Flags |= FlagSACK
		case o.Kind == tcp.KindWScale && len(o.Data) == 1:
			s.Scale = min(o.Data[0], maxScale)
			s.Flags |= FlagWScale
		}
	}
}

// highestSACK returns the highest right edge of the first SACK option, or ack if
// that is higher.
func highestSACK(h tcp.Header, ack uint32) uint32 {
	if len(h) == loneTimestamp && binary.BigEndian.Uint32(h[tcp.MinHeader:]) == 0x0101080a {
		return ack
	}
	for o := h.Options(); o.Next(); {
		if o.Kind != tcp.KindSACK || len(o.Data) < 8 || len(o.Data)%8 != 0 {
			continue
		}
		for b := o.Data; len(b) >= 8; b = b[8:] {
			if edge := binary.BigEndian.Uint32(b[4:]); after(edge, ack) {
				ack = edge
			}
		}
		return ack
	}
	return ack
}

// loneTimestamp is the length of a header whose only option is a timestamp behind
// two NOPs, as RFC 7323 appendix A advises: that of most segments.
const loneTimestamp = tcp.MinHeader + 12

// after reports whether a lies behind b on the circle of sequence numbers.
func after(a, b uint32) bool { return int32(b-a) < 0 }
