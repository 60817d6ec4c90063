package source

import (
	"encoding/binary"
	"io"
	"math/bits"

	"onpath/packet"
)

// The magic numbers of classic files, and the octets of their headers.
const (
	magicMicro     = 0xa1b2c3d4
	magicNano      = 0xa1b23c4d
	magicKuznetzov = 0xa1b2cd34 // record headers carry interface, protocol and packet type too

	fileHeaderLen      = 24
	recordHeaderLen    = 16
	kuznetzovHeaderLen = 24
)

const (
	// maxCapture is the most captured octets of a record of most link types:
	// libpcap's MAXIMUM_SNAPLEN and Wireshark's limit.
	maxCapture = 262144
	// maxCaptureBus is the same for D-Bus and USB, whose transfers are larger.
	maxCaptureBus = 128 << 20
)

// busLinks are the link types whose records may have maxCaptureBus octets:
// LINKTYPE_USB_LINUX_MMAPPED, LINKTYPE_DBUS, LINKTYPE_USBPCAP.
var busLinks = map[packet.LinkType]bool{220: true, 231: true, 249: true}

// linkUnknown stands for numbers that are no LINKTYPE_: a file header has 16
// bits for it and 10 reserved ones which are not 0.
const linkUnknown packet.LinkType = 0xffff

// swaps says whether the two lengths of a record are in the other order.
type swaps uint8

const (
	inOrder  swaps = iota
	whenOdd        // if the captured length is the larger one
	otherWay       // always
)

// classic reads records of a classic pcap file.
//
//	 0       4       8       12      16      20      24
//	┌───────┬───┬───┬───────┬───────┬───────┬───────┐
//	│ magic │maj│min│ zone  │sigfigs│snaplen│f│ link│  once
//	└───────┴───┴───┴───────┴───────┴───────┴───────┘
//	┌───────┬───────┬───────┬───────┬┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┬─────────
//	│ sec   │ frac  │caplen │wirelen│ ifindex …     │ frame…
//	└───────┴───────┴───────┴───────┴┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┴─────────
type classic struct {
	*input
	big       bool
	swaps     swaps
	link      packet.LinkType
	headerLen int
	second    uint32 // fractions in a second
	nanos     int64  // ns in a fraction
	longest   uint32 // captured octets that are believed
	most      uint32 // captured octets of a usual record; 0: none of this file is usual
	rest      int64  // octets of the last record that were not handed over
	sec       uint32 // of the last frame, 0 before the first
	steps     int    // headers that chain may still look at
}

// record is the header of one record, its lengths in order.
type record struct{ sec, frac, caplen, wirelen uint32 }

// newClassic reads the file header, whose fileHeaderLen octets are held.
func newClassic(in *input) *classic {
	k := &classic{input: in}
	k.begin()
	return k
}

// begin reads a file header, whose fileHeaderLen octets are held.
func (k *classic) begin() {
	h := k.held()
	*k = classic{input: k.input, headerLen: recordHeaderLen, second: 1e6, nanos: 1000, longest: maxCapture}
	magic := binary.LittleEndian.Uint32(h)
	if h[0] == 0xa1 {
		k.big = true
		magic = bits.ReverseBytes32(magic)
	}
	switch magic {
	case magicNano:
		k.second, k.nanos = 1e9, 1
	case magicKuznetzov:
		k.headerLen = kuznetzovHeaderLen
	}
	k.swaps = swapsOf(k.u32(h[4:]), k.big)
	k.link = linkOf(k.u32(h[20:]))
	if busLinks[k.link] {
		k.longest = maxCaptureBus
	}
	if !k.big && k.headerLen == recordHeaderLen && k.swaps != otherWay {
		k.most = min(k.longest, maxCapture)
	}
	k.take(fileHeaderLen)
	k.keep = 0
}

// joined takes a file header that stands where a record should: somebody put two
// captures into one file with cat. Read as a record, a file header has no octets:
// time zone and accuracy, which stand where its lengths would, are 0.
func (k *classic) joined() bool {
	if !isClassic(k.held()) || !k.has(fileHeaderLen) {
		return false
	}
	k.damage(Joined, 0, 0)
	k.begin()
	return true
}

// isClassic reports whether a file beginning with head is a classic one.
func isClassic(head []byte) bool {
	m := binary.BigEndian.Uint32(head)
	for _, magic := range [...]uint32{magicMicro, magicNano, magicKuznetzov} {
		if m == magic || bits.ReverseBytes32(m) == magic {
			return true
		}
	}
	return false
}

// swapsOf knows which versions wrote the lengths in which order. version is the
// field of four octets; 543.0 is 2.something as DG/UX wrote it.
func swapsOf(version uint32, big bool) swaps {
	major, minor := version&0xffff, version>>16
	if big {
		major, minor = minor, major
	}
	switch {
	case major == 2 && minor < 3, major == 543:
		return otherWay
	case major == 2 && minor == 3:
		return whenOdd
	}
	return inOrder
}

// linkOf takes the LINKTYPE_ number from the last word of the file header. Its
// upper 6 bits tell of the FCS, the 10 below must be 0.
func linkOf(word uint32) packet.LinkType {
	if word&0x03ff0000 != 0 {
		return linkUnknown
	}
	return packet.LinkType(word)
}

func (k *classic) u32(b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if k.big {
		return bits.ReverseBytes32(v)
	}
	return v
}

// header reads a record header from b, which has at least 16 octets.
func (k *classic) header(b []byte) record {
	b = b[:recordHeaderLen]
	h := record{k.u32(b), k.u32(b[4:]), k.u32(b[8:]), k.u32(b[12:])}
	if k.swaps == otherWay || k.swaps == whenOdd && h.caplen > h.wirelen {
		h.caplen, h.wirelen = h.wirelen, h.caplen
	}
	return h
}

func (k *classic) next(f *packet.Frame) error {
	if k.usual(f) {
		return nil
	}
	return k.anyRecord(f)
}

// anyRecord hands over the next record, whatever it is.
func (k *classic) anyRecord(f *packet.Frame) error {
	for k.passRest() && k.has(k.headerLen) {
		h := k.header(k.held())
		if min(h.caplen, h.wirelen) == 0 && k.joined() {
			continue
		}
		if k.odd(h) && !k.readable(h) {
			k.resync(h)
			continue
		}
		keep := min(int(h.caplen), maxCapture)
		if k.has(k.headerLen + keep) {
			k.hand(f, h, keep)
			return nil
		}
		if !k.overrun(h) {
			break
		}
	}
	return io.EOF
}

// usual hands over the next record if it is held whole, and written as most are: with
// lengths and a fraction that can be. It only saves time: anyRecord reads it the same.
func (k *classic) usual(f *packet.Frame) bool {
	b, le := k.buf[k.lo:k.hi], binary.LittleEndian
	if len(b) < recordHeaderLen || k.rest != 0 {
		return false
	}
	sec, frac, n, wire := le.Uint32(b), le.Uint32(b[4:]), le.Uint32(b[8:]), le.Uint32(b[12:])
	if n-1 >= k.most || n > wire || frac >= k.second || len(b)-recordHeaderLen < int(n) {
		return false
	}
	keep := recordHeaderLen + int(n)
	f.Data = b[recordHeaderLen:keep:keep]
	f.At, f.WireLen = int64(sec)*1e9+int64(frac)*k.nanos, wire
	f.Link, f.Text = k.link, nil
	k.keep, k.lo = keep, k.lo+keep
	k.sec = sec
	k.frames++
	return true
}

// passRest passes over what the last record had beyond maxCapture octets.
func (k *classic) passRest() bool {
	if k.rest == 0 {
		return true
	}
	k.short = k.drop(k.rest) < k.rest
	k.rest = 0
	return !k.short
}

// hand fills f from the record that is held, of which it takes keep octets.
func (k *classic) hand(f *packet.Frame, h record, keep int) {
	f.Data = k.held()[k.headerLen:][:keep:keep]
	f.At = int64(h.sec)*1e9 + int64(h.frac)*k.nanos
	f.WireLen = max(h.wirelen, h.caplen)
	f.Link, f.Text = k.link, nil
	k.keep = k.headerLen + keep
	k.take(k.keep)
	k.rest = int64(h.caplen) - int64(keep)
	k.sec = h.sec
	k.frames++
}

// ready reports whether the next record is held as a whole.
func (k *classic) ready() bool {
	held := k.held()
	if k.rest != 0 || len(held) < k.headerLen {
		return false
	}
	h := k.header(held)
	return !k.odd(h) && min(h.caplen, h.wirelen) > 0 && len(held)-k.headerLen >= int(h.caplen)
}
