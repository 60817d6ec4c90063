package tcp

import "encoding/binary"

// Layout is the order in which a header has its options, and what pads them: one that
// nearly all SYNs and SYN,ACKs have, so that three comparisons tell what a walk would. 0 is
// any other, and that of a Segment which was not read from a header.
type Layout uint8

// layouts are what today's stacks send, by their kinds: each option has its own length,
// and MSS is the first.
var layouts = [...][]Kind{
	1:  {KindMSS, KindSACKOK, KindTimestamp, KindNOP, KindWScale},                                     // Linux
	2:  {KindMSS, KindNOP, KindWScale, KindSACKOK, KindTimestamp},                                     // FreeBSD
	3:  {KindMSS, KindNOP, KindWScale, KindNOP, KindNOP, KindTimestamp, KindSACKOK, KindEOL, KindEOL}, // macOS, iOS
	4:  {KindMSS, KindNOP, KindNOP, KindSACKOK, KindNOP, KindWScale, KindNOP, KindNOP, KindTimestamp}, // OpenBSD
	5:  {KindMSS, KindNOP, KindWScale, KindNOP, KindNOP, KindSACKOK},                                  // Windows
	6:  {KindMSS, KindNOP, KindNOP, KindSACKOK, KindNOP, KindWScale},                                  // Linux without timestamps
	7:  {KindMSS, KindSACKOK, KindTimestamp},                                                          // and so on
	8:  {KindMSS, KindNOP, KindNOP, KindTimestamp, KindNOP, KindWScale},
	9:  {KindMSS, KindNOP, KindNOP, KindTimestamp},
	10: {KindMSS, KindNOP, KindNOP, KindSACKOK},
	11: {KindMSS, KindNOP, KindWScale},
	12: {KindMSS},
}

// layoutWords is how many words of 8 octets at the end of a header are compared: the
// shortest that has an option has so many.
const layoutWords = 3

// template is a layout as octets: what stands in the last words of such a header, where
// mask has bits, and where the values of its options are; 0: it has none of that kind.
type template struct {
	layout    Layout
	is, mask  [layoutWords]uint64
	opts      OptSet
	scale, ts uint8
}

// templates are those of headers of so many words of 4 octets: at most three.
var templates = func() (by [16][]template) {
	for layout, kinds := range layouts {
		if kinds != nil {
			n, t := templateOf(kinds)
			t.layout = Layout(layout)
			by[n/4] = append(by[n/4], t)
		}
	}
	return by
}()

// optionLen is how long each option of a layout is.
var optionLen = [...]int{KindEOL: 1, KindNOP: 1, KindMSS: 4, KindWScale: 3, KindSACKOK: 2, KindTimestamp: 10}

// templateOf returns the octets of a header with those options, and the template.
func templateOf(kinds []Kind) (n int, t template) {
	h, fixed := make([]byte, MinHeader, 60), make([]byte, MinHeader, 60)
	for _, k := range kinds {
		at := len(h)
		h, fixed = append(h, make([]byte, optionLen[k])...), append(fixed, make([]byte, optionLen[k])...)
		h[at], fixed[at] = byte(k), 0xff
		if optionLen[k] > 1 {
			h[at+1], fixed[at+1] = byte(optionLen[k]), 0xff
		}
		switch k {
		case KindMSS:
			t.opts |= OptMSS
		case KindSACKOK:
			t.opts |= OptSACKOK
		case KindWScale:
			t.opts, t.scale = t.opts|OptWScale, uint8(at+2)
		case KindTimestamp:
			t.opts, t.ts = t.opts|OptTimestamp, uint8(at+2)
		}
	}
	for i := range t.is {
		at := len(h) - 8*(layoutWords-i)
		t.is[i], t.mask[i] = binary.LittleEndian.Uint64(h[at:]), binary.LittleEndian.Uint64(fixed[at:])
	}
	return len(h), t
}

// readLayout is usualOptions for a header of one of the layouts; it reports false, and sets
// nothing, of any other. (A SYN of Linux: 80 instructions instead of 160.)
func (s *Segment) readLayout(h Header) bool {
	le, be := binary.LittleEndian, binary.BigEndian
	if len(h) < MinHeader+4 || len(h) > MinHeader+40 {
		return false
	}
	end := (*[8 * layoutWords]byte)(h[len(h)-8*layoutWords:])
	a, b, c := le.Uint64(end[:]), le.Uint64(end[8:]), le.Uint64(end[16:])
	list := templates[len(h)/4]
	for i := range list {
		t := &list[i]
		if (a^t.is[0])&t.mask[0]|(b^t.is[1])&t.mask[1]|(c^t.is[2])&t.mask[2] != 0 {
			continue
		}
		s.Layout, s.Opts, s.MSS = t.layout, t.opts, be.Uint16(h[MinHeader+2:])
		if t.scale != 0 {
			s.WScale = h[t.scale]
		}
		if at := int(t.ts); at != 0 {
			both := be.Uint64(h[at:])
			s.TSval, s.TSecr = uint32(both>>32), uint32(both)
		}
		return true
	}
	return false
}
