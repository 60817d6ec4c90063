package tcpdump

import (
	"encoding/binary"

	"onpath/tcp"
)

// classicFlags are the letters of tcpdump 3; a dot stands where none of the first
// four is set.
var classicFlags = [...]struct {
	flag   tcp.Flags
	letter byte
}{{tcp.SYN, 'S'}, {tcp.FIN, 'F'}, {tcp.RST, 'R'}, {tcp.PSH, 'P'}}

// classic prints a segment as tcpdump 3 did:
//
//	192.168.2.10.1249 > 192.168.2.165.23: S 3263977215:3263977215(0) win 16384 <mss 1460,nop,nop,sackOK> (DF)
func (w *walk) classic(src, dst uint16) bool {
	w.endsPorts(src, dst)
	if len(w.b) < tcp.MinHeader {
		w.out = w.out[:len(w.out)-1] // the blank
		return w.cut("tcp")
	}
	w.shown = true
	h, n := tcp.Header(w.b[:tcp.MinHeader]), uint32(w.b[12]>>4)*4
	w.classicFlags(h.Flags())
	num := w.numbers(h)
	if n < tcp.MinHeader || n > w.wire {
		w.num(" [bad hdr length ", uint64(n))
		w.put("]")
		return true
	}
	w.classicFields(h, num, w.wire-n)
	if n > tcp.MinHeader {
		w.put(" <")
		if !w.options(h.Flags(), int(n), num.sack) {
			return true
		}
		w.put(">")
	}
	w.classicIP()
	return true
}

// classicFields prints the numbers of a header: the sequence numbers with how many
// octets lie between, where there are some or the segment opens, closes or resets.
func (w *walk) classicFields(h tcp.Header, num numbers, payload uint32) {
	if payload > 0 || h.Flags()&(tcp.SYN|tcp.FIN|tcp.RST) != 0 {
		w.num(" ", uint64(num.seq))
		w.num(":", uint64(num.seq.Add(payload)))
		w.num("(", uint64(payload))
		w.put(")")
	}
	if h.Flags().Has(tcp.ACK) {
		w.num(" ack ", uint64(num.ack))
	}
	w.num(" win ", uint64(h.Window()))
	if h.Flags().Has(tcp.URG) {
		w.num(" urg ", uint64(h.Urgent()))
	}
}

func (w *walk) classicFlags(flags tcp.Flags) {
	start := len(w.out)
	for _, f := range classicFlags {
		if flags.Has(f.flag) {
			w.out = append(w.out, f.letter)
		}
	}
	if len(w.out) == start {
		w.put(".")
	}
	if flags.Has(tcp.CWR) {
		w.put("W")
	}
	if flags.Has(tcp.ECE) {
		w.put("E")
	}
}

// classicIP prints what stood behind a segment of the IPv4 header: that it is the
// first fragment, of how many octets, or that there must be none.
func (w *walk) classicIP() {
	if w.v6 || len(w.header) < 20 {
		return
	}
	switch field := binary.BigEndian.Uint16(w.header[6:]); {
	case field&0x2000 != 0:
		w.num(" (frag ", uint64(binary.BigEndian.Uint16(w.header[4:])))
		w.num(":", uint64(w.wire))
		w.put("@0+)")
	case field&0x4000 != 0:
		w.put(" (DF)")
	}
}
