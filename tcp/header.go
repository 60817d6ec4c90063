package tcp

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// MinHeader is the length in octets of a TCP header without options.
const MinHeader = 20

// Why octets cannot be read as a header. Truncated is the capture's fault (a
// short snaplen), Offset is the sender's.
var (
	ErrTruncated = errors.New("fewer octets captured than the header needs")
	ErrOffset    = errors.New("data offset below 5 words")
)

// A HeaderError is what ParseHeader returns: Err, and the lengths, in octets,
// that led to it.
type HeaderError struct {
	Err        error // ErrTruncated or ErrOffset
	Have, Need int
}

func (e *HeaderError) Error() string {
	return fmt.Sprintf("tcp header: %v (have %d, need %d)", e.Err, e.Have, e.Need)
}

// Unwrap returns the sentinel, for errors.Is.
func (e *HeaderError) Unwrap() error { return e.Err }

// Header is a view of the octets of one TCP header, options included
// (RFC 9293 §3.1):
//
//	 0               4               8               12  13   14      16      18
//	┌───────┬───────┬───────────────┬───────────────┬───┬────┬───────┬───────┬───────┬─────────
//	│ sport │ dport │      seq      │      ack      │off│flgs│  win  │  sum  │  urg  │ options…
//	└───────┴───────┴───────────────┴───────────────┴───┴────┴───────┴───────┴───────┴─────────
//
// It shares memory with the slice given to ParseHeader and is valid as long as
// that slice is. Accessors of a Header from ParseHeader never panic.
type Header []byte

// HeaderLen returns the octets that the header in b claims to have, and whether
// b holds all of them and the claim is at least MinHeader. It is ParseHeader
// for the packet path: no error is built, so nothing is allocated.
func HeaderLen(b []byte) (n int, ok bool) {
	if len(b) < MinHeader {
		return MinHeader, false
	}
	n = int(b[12]>>4) * 4
	return n, n >= MinHeader && n <= len(b)
}

// ParseHeader splits b, an IP payload, into a TCP header and what follows it.
// It checks lengths and nothing else. The error is a *HeaderError.
func ParseHeader(b []byte) (h Header, payload []byte, err error) {
	n, ok := HeaderLen(b)
	switch {
	case ok:
		return Header(b[:n:n]), b[n:], nil
	case n < MinHeader:
		return nil, nil, &HeaderError{ErrOffset, n, MinHeader}
	}
	return nil, nil, &HeaderError{ErrTruncated, len(b), n}
}

// SrcPort returns the sender's port.
func (h Header) SrcPort() uint16 { return binary.BigEndian.Uint16(h[0:]) }

// DstPort returns the addressee's port.
func (h Header) DstPort() uint16 { return binary.BigEndian.Uint16(h[2:]) }

// Seq returns the sequence number of the first octet, or of the SYN.
func (h Header) Seq() Seq { return Seq(binary.BigEndian.Uint32(h[4:])) }

// Ack returns the acknowledgment field; it means something only with ACK.
func (h Header) Ack() Seq { return Seq(binary.BigEndian.Uint32(h[8:])) }

// Flags returns the nine control bits, AE (RFC 9768) the highest.
func (h Header) Flags() Flags { return Flags(binary.BigEndian.Uint16(h[12:]) & 0x1ff) }

// Reserved returns the three reserved bits, as a number 0 to 7.
func (h Header) Reserved() uint8 { return h[12] >> 1 & 7 }

// Window returns the window as on the wire, not scaled.
func (h Header) Window() uint16 { return binary.BigEndian.Uint16(h[14:]) }

// Checksum returns the checksum field as on the wire.
func (h Header) Checksum() uint16 { return binary.BigEndian.Uint16(h[16:]) }

// Urgent returns the urgent pointer; it means something only with URG.
func (h Header) Urgent() uint16 { return binary.BigEndian.Uint16(h[18:]) }

// Options starts a walk over the option list:
//
//	for o := h.Options(); o.Next(); {
//		switch o.Kind { … }
//	}
func (h Header) Options() Options { return Options{rest: h[MinHeader:]} }
