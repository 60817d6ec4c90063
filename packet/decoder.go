package packet

import "onpath/tcp"

// Config says how a Decoder works. The zero Config is a good one.
type Config struct {
	NoChecksums bool           // leave IPSum and L4Sum unknown (tcpdump -K)
	Fragments   FragmentConfig // bounds the memory for fragments
}

// Decoder reads frames. It remembers nothing but fragments, and belongs to one
// goroutine.
type Decoder struct {
	checksums bool
	fragments *fragments
}

// NewDecoder returns a Decoder that holds no fragments.
func NewDecoder(c Config) *Decoder {
	return &Decoder{checksums: !c.NoChecksums, fragments: newFragments(c.Fragments)}
}

// FragmentStats returns what reassembly did so far.
func (d *Decoder) FragmentStats() FragmentStats { return d.fragments.stats }

// Decode fills v with what f holds. Whatever v held before is gone: equal frames
// make equal Views, unless fragments that came between make the difference.
func (d *Decoder) Decode(f *Frame, v *View) {
	v.Number, v.At, v.CapLen, v.WireLen = f.Number, f.At, uint32(len(f.Data)), max(f.WireLen, uint32(len(f.Data)))
	v.Frame, v.Link, v.Why, v.Text = f.Data, f.Link, Decoded, f.Text != nil
	if v.Text || !d.plain(f, v) {
		d.walk(f, v)
	}
	if v.Text {
		v.unsay(f.Text)
	}
	if f.Sum == tcp.SumPartial && v.L4Sum == tcp.SumBad {
		v.excuse()
	}
}

// excuse takes back that the transport checksum is bad: nobody had filled it in.
func (v *View) excuse() {
	v.L4Sum = tcp.SumPartial
	if v.TCP != nil {
		v.Seg.Sum = tcp.SumPartial
	}
}

// unsay takes back what a printed line did not tell.
func (v *View) unsay(t *Text) {
	v.IPSum, v.L4Sum, v.Seg.Sum = tcp.SumUnknown, t.Sum, t.Sum
	if !t.TTL {
		v.Seg.TTL = 0
	}
	if !t.ID {
		v.Seg.IPID = 0
	}
}

// walk reads any frame, layer by layer.
func (d *Decoder) walk(f *Frame, v *View) {
	var w walk // filled field by field: a literal would be copied
	w.d, w.v, w.at, w.b, w.wire = d, v, f.At, f.Data, v.WireLen
	v.Depth = 0
	w.run(w.link(f.Link))
	if v.Depth == 0 {
		v.clear()
	}
	if v.TCP == nil {
		v.Seg = tcp.Segment{}
	}
	if d.checksums && v.Why == Decoded {
		w.sum()
	}
}

// clear leaves only what is known of any frame.
func (v *View) clear() {
	*v = View{Number: v.Number, At: v.At, WireLen: v.WireLen, CapLen: v.CapLen, Frame: v.Frame, Link: v.Link, Why: v.Why, Text: v.Text}
}

// walk is the way through one frame: where it stands, and what it has met.
type walk struct {
	d    *Decoder
	v    *View
	at   int64  // ns since the Unix epoch
	b    []byte // captured octets from here on
	wire uint32 // octets on the wire from here on, at least len(b)
	told bool   // wire is what a link header says, not what the capture says

	net     uint32   // as Key.Net
	vlan    uint16   // as Key.VLAN
	frames  uint16   // as View.Fragments
	overlap bool     // as View.Overlap
	differ  bool     // as View.Differ
	proto   uint8    // IP protocol of what stands here
	ip      ipHeader // the IP header met last
	piece   []byte   // as View.Fragment
	padded  bool     // 802.11: the header is padded to words (radiotap)

	final *[16]byte // as ipHeader.final, of the packet in v
	moved bool      // as ipHeader.moved, of the packet in v
}

// tooDeep ends the walk at one header too many.
func (w *walk) tooDeep() layer {
	w.v.Why = TooDeep
	return end
}

// stop ends the walk for a header that cannot be read. Where an IP packet was
// read before, that packet is what the frame holds.
func (w *walk) stop(why Reason) layer {
	if w.v.Depth == 0 {
		w.v.Why = why
	}
	return end
}

// skip moves over n octets, which must have been captured.
func (w *walk) skip(n int) {
	w.b, w.wire = w.b[n:], w.wire-uint32(n)
}

// over moves over a link header of n octets to what stands behind it.
func (w *walk) over(n int, next layer) layer {
	if len(w.b) < n {
		return w.stop(LinkCut)
	}
	w.skip(n)
	return next
}

// limit cuts what lies here to n octets, if it is longer.
func (w *walk) limit(n uint32) {
	if n < w.wire {
		w.wire = n
		w.b = w.b[:min(uint32(len(w.b)), n)]
	}
}
