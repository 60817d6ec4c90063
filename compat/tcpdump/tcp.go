package tcpdump

import (
	"encoding/binary"

	"onpath/packet"
	"onpath/tcp"
)

// tcp prints a segment.
func (w *walk) tcp() bool {
	if len(w.b) < 4 {
		return w.noPorts()
	}
	be := binary.BigEndian
	src, dst := be.Uint16(w.b), be.Uint16(w.b[2:])
	if w.config.Classic && !w.config.Quick {
		return w.classic(src, dst)
	}
	w.endsPorts(src, dst)
	if len(w.b) < tcp.MinHeader {
		return w.cut("tcp")
	}
	w.shown = true
	n := uint32(w.b[12]>>4) * 4
	switch {
	case n < tcp.MinHeader:
		w.num(" tcp ", uint64(w.wire-n))
		w.num(" [bad hdr length ", uint64(n))
		w.put(" - too short, < 20]")
	case w.config.Quick:
		w.num("tcp ", uint64(w.wire-n))
		w.tooLong(n)
	default:
		w.segment(tcp.Header(w.b[:tcp.MinHeader]), n)
	}
	return true
}

// noPorts ends the line of a segment whose ports were not captured.
func (w *walk) noPorts() bool {
	if !w.named {
		w.ends()
		w.out = w.out[:len(w.out)-1] // the blank
	}
	return w.cut("tcp")
}

// tooLong prints that a header claims to be longer than the segment, and reports
// whether it does.
func (w *walk) tooLong(n uint32) bool {
	if n <= w.wire {
		return false
	}
	w.num(" [bad hdr length ", uint64(n))
	w.num(" - too long, > ", uint64(w.wire))
	w.put("]")
	return true
}

// numbers are a segment's as they are to be printed, and what its SACK blocks are
// relative to.
type numbers struct {
	seq, ack tcp.Seq
	sack     tcp.Seq
}

// numbers takes them from the header. tcpdump knows connections by segments with
// ACK alone, so others keep their absolute numbers; so does one with which the
// bases begin, but for its SACK blocks.
func (w *walk) numbers(h tcp.Header) numbers {
	n := numbers{seq: h.Seq(), ack: h.Ack()}
	if w.config.Absolute || !h.Flags().Has(tcp.ACK) {
		return n
	}
	key, fromB := w.key(h.SrcPort(), h.DstPort())
	own, peer, set := w.conns.relative(key, fromB, n.seq, n.ack, h.Flags().Has(tcp.SYN))
	n.sack = peer
	if !set {
		n.seq, n.ack = n.seq-own, n.ack-peer
	}
	return n
}

// segment prints a segment whose fixed header was captured and claims n octets.
func (w *walk) segment(h tcp.Header, n uint32) {
	flags := h.Flags()
	w.put("Flags [")
	w.out = append(flags.Append(w.out), ']')
	num := w.numbers(h)
	if w.tooLong(n) {
		return
	}
	payload := w.wire - n
	if w.tells() {
		w.segmentSum(h)
	}
	w.fields(h, num, payload)
	if n > tcp.MinHeader {
		w.put(", options [")
		if !w.options(flags, int(n), num.sack) {
			return
		}
		w.put("]")
	}
	w.num(", length ", uint64(payload))
	if w.config.Verbose > 0 && payload > 0 && flags.Has(tcp.RST) {
		w.resetCause(int(n), int(payload))
	}
}

// fields prints the numbers of a header, those that mean something.
func (w *walk) fields(h tcp.Header, num numbers, payload uint32) {
	flags := h.Flags()
	if payload > 0 || flags&(tcp.SYN|tcp.FIN|tcp.RST) != 0 || w.config.Verbose > 1 {
		w.num(", seq ", uint64(num.seq))
	}
	if payload > 0 {
		w.num(":", uint64(num.seq.Add(payload)))
	}
	if flags.Has(tcp.ACK) {
		w.num(", ack ", uint64(num.ack))
	}
	w.num(", win ", uint64(h.Window()))
	if flags.Has(tcp.URG) {
		w.num(", urg ", uint64(h.Urgent()))
	}
}

// segmentSum prints the checksum, if all that it is of was captured in this frame.
func (w *walk) segmentSum(h tcp.Header) {
	if w.config.NoChecksums || w.fragment || uint32(len(w.b)) < w.wire {
		return
	}
	w.hex4(", cksum 0x", h.Checksum())
	sum := w.pseudoSum()
	if onesSum(uint32(sum), w.b) == 0xffff {
		w.put(" (correct)")
		return
	}
	w.hex4(" (incorrect -> 0x", ^onesSum(uint32(sum)+uint32(^h.Checksum()), w.b))
	w.put(")")
}

// pseudoSum returns the sum of the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1).
func (w *walk) pseudoSum() uint16 {
	rest := uint32(packet.ProtoTCP) + w.wire>>16 + w.wire&0xffff
	if w.v6 {
		return onesSum(uint32(onesSum(rest, w.src[:])), w.final[:])
	}
	return onesSum(uint32(onesSum(rest, w.src[12:])), w.final[12:])
}

// maxCause is how many octets of a reset's payload are shown.
const maxCause = 30

// resetCause prints why a host says it resets the connection (RFC 1122 §4.2.2.12),
// behind a header of n octets: + if there is more of it than is shown, ! if the
// capture has less.
func (w *walk) resetCause(n, payload int) {
	if len(w.b) < n {
		return
	}
	text := w.b[n:]
	w.put(" [")
	if len(text) < payload {
		w.put("!")
	}
	w.put("RST")
	if payload > maxCause {
		w.put("+")
	}
	w.put(" ")
	for _, c := range text[:min(len(text), payload, maxCause)] {
		w.char(c)
	}
	w.put("]")
}

// char prints an octet so that it is readable: M- before it if the highest bit is
// set, ^ before a control character.
func (w *walk) char(c byte) {
	if c >= 0x80 {
		w.put("M-")
		c &= 0x7f
	}
	if c < ' ' || c == 0x7f {
		w.put("^")
		c ^= 0x40
	}
	w.out = append(w.out, c)
}
