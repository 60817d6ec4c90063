package tcp

import (
	"encoding/binary"
	"errors"
)

// ErrOptionLength says that an option's length octet is missing, below 2, or
// points past the header.
var ErrOptionLength = errors.New("tcp option: bad length")

// Options walks an option list. NOPs are skipped; the walk ends at EOL, at the
// end of the header, or at the first option that cannot be measured, which Err
// then reports. Kind and Data are those of the current option; the accessors
// below read Data, and their ok is false where its length is not legal.
type Options struct {
	Kind Kind
	Data []byte // the octets after kind and length; shares the header's memory

	rest []byte
	err  error
}

// Next moves to the next option and reports whether there is one.
func (o *Options) Next() bool {
	for len(o.rest) > 0 && o.rest[0] == byte(KindNOP) {
		o.rest = o.rest[1:]
	}
	if len(o.rest) == 0 || o.rest[0] == byte(KindEOL) || o.err != nil {
		return false
	}
	if len(o.rest) < 2 || o.rest[1] < 2 || int(o.rest[1]) > len(o.rest) {
		o.err = ErrOptionLength
		return false
	}
	n := o.rest[1]
	o.Kind, o.Data, o.rest = Kind(o.rest[0]), o.rest[2:n], o.rest[n:]
	return true
}

// Err returns what stopped the walk early, or nil.
func (o *Options) Err() error { return o.err }

// Rest returns the octets not walked yet: after the last option what follows
// EOL (padding, EOL included), or the option that cannot be measured.
func (o *Options) Rest() []byte { return o.rest }

// MSS returns the maximum segment size in octets (RFC 9293 §3.7.1).
func (o *Options) MSS() (octets uint16, ok bool) {
	if o.Kind != KindMSS || len(o.Data) != 2 {
		return 0, false
	}
	return binary.BigEndian.Uint16(o.Data), true
}

// WScale returns the window shift as sent; above 14 it counts as 14 (RFC 7323 §2.3).
func (o *Options) WScale() (shift uint8, ok bool) {
	if o.Kind != KindWScale || len(o.Data) != 1 {
		return 0, false
	}
	return o.Data[0], true
}

// Timestamps returns TSval and TSecr (RFC 7323 §3.2).
func (o *Options) Timestamps() (val, ecr uint32, ok bool) {
	if o.Kind != KindTimestamp || len(o.Data) != 8 {
		return 0, 0, false
	}
	return binary.BigEndian.Uint32(o.Data), binary.BigEndian.Uint32(o.Data[4:]), true
}

// SACK returns the blocks, at most 4: first octet, and the octet after the last
// (RFC 2018 §3). n is 0 where the length is not 8 times 1 to 4.
func (o *Options) SACK() (blocks [4][2]Seq, n int) {
	if o.Kind != KindSACK || len(o.Data) == 0 || len(o.Data)%8 != 0 || len(o.Data) > 32 {
		return blocks, 0
	}
	for b := o.Data; len(b) >= 8; b = b[8:] {
		blocks[n] = [2]Seq{Seq(binary.BigEndian.Uint32(b)), Seq(binary.BigEndian.Uint32(b[4:]))}
		n++
	}
	return blocks, n
}

// UserTimeout returns the time in seconds (RFC 5482 §3).
func (o *Options) UserTimeout() (seconds uint32, ok bool) {
	if o.Kind != KindUTO || len(o.Data) != 2 {
		return 0, false
	}
	v := uint32(binary.BigEndian.Uint16(o.Data))
	if v>>15 == 1 { // granularity is minutes
		return v & 0x7fff * 60, true
	}
	return v, true
}

// ExID returns the experiment identifier of kind 253 or 254: 16 bits, as
// RFC 6994 §3 asks at least. ok is false without room for it.
func (o *Options) ExID() (id uint16, ok bool) {
	if (o.Kind != KindExp1 && o.Kind != KindExp2) || len(o.Data) < 2 {
		return 0, false
	}
	return binary.BigEndian.Uint16(o.Data), true
}

// TFO returns the Fast Open cookie, empty for a request (RFC 7413 §4.1.1), of
// the option or of its experimental form (§9).
func (o *Options) TFO() (cookie []byte, ok bool) {
	if o.Kind == KindTFO {
		return o.Data, true
	}
	if id, ok := o.ExID(); ok && id == ExIDTFO {
		return o.Data[2:], true
	}
	return nil, false
}

// MPTCP returns the subtype (RFC 8684 §3): 0 MP_CAPABLE, 1 MP_JOIN, 2 DSS ….
func (o *Options) MPTCP() (subtype uint8, ok bool) {
	if o.Kind != KindMPTCP || len(o.Data) < 1 {
		return 0, false
	}
	return o.Data[0] >> 4, true
}

// AO returns KeyID, RNextKeyID and the MAC (RFC 5925 §2.2).
func (o *Options) AO() (keyID, rnext uint8, mac []byte, ok bool) {
	if o.Kind != KindAO || len(o.Data) < 2 {
		return 0, 0, nil, false
	}
	return o.Data[0], o.Data[1], o.Data[2:], true
}

// AccECN returns the octet counters that are there, in the order of the field
// names: ECT(0), CE, ECT(1), modulo 2²⁴, and how many (RFC 9768 §3.2.3). Kind
// 172 sends them in that order, kind 174 in the reverse one, and the last ones
// may be missing. Octets that make no counter are padding.
func (o *Options) AccECN() (ee0b, eceb, ee1b uint32, n int, ok bool) {
	data, reverse := o.Data, o.Kind == KindAccECN1
	switch id, exp := o.ExID(); {
	case exp && (id == ExIDAccECN0 || id == ExIDAccECN1):
		data, reverse = o.Data[2:], id == ExIDAccECN1
	case o.Kind != KindAccECN0 && o.Kind != KindAccECN1:
		return 0, 0, 0, 0, false
	}
	var f [3]uint32
	for ; len(data) >= 3 && n < len(f); data = data[3:] {
		f[n] = uint32(data[0])<<16 | uint32(data[1])<<8 | uint32(data[2])
		n++
	}
	if reverse {
		return f[2], f[1], f[0], n, true
	}
	return f[0], f[1], f[2], n, true
}

// bit returns the set's bit of the current option.
func (o *Options) bit() OptSet {
	row := kindRow[o.Kind]
	if row == 0 {
		return OptOther
	}
	if id, ok := o.ExID(); ok {
		switch id {
		case ExIDTFO:
			return OptTFOExp
		case ExIDAccECN0, ExIDAccECN1:
			return OptAccECN
		}
	}
	return kinds[row-1].Bit
}

// legal reports whether the current option has a length that its kind allows.
func (o *Options) legal() bool {
	row := kindRow[o.Kind]
	if row == 0 {
		return true
	}
	n := len(o.Data) + 2
	return n >= kinds[row-1].Min && n <= kinds[row-1].Max && (o.Kind != KindSACK || n%8 == 2)
}
