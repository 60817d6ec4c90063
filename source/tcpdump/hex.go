package tcpdump

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"

	"onpath/packet"
	"onpath/tcp"
)

// maxDump is how many octets of a hex dump are kept.
const maxDump = 1 << 18

// dump collects the hex dump below a line (-x, -X, -xx).
type dump struct {
	octets []byte
	lines  int
	bad    bool // its lines do not follow each other
}

// add takes a line, and reports whether it is one of a dump:
//
//	0x0000:  4500 003c 1c46 4000 4006 b1e6 ac10 0a63  E..<.F@.@......c
//	         4500 003c 1c46 4000                      (version 3)
func (d *dump) add(text string) bool {
	text = strings.TrimSpace(text)
	offset, numbered := uint64(len(d.octets)), false
	if rest, ok := strings.CutPrefix(text, "0x"); ok {
		word, after, _ := strings.Cut(rest, " ")
		n, err := strconv.ParseUint(strings.TrimSuffix(word, ":"), 16, 32)
		if err != nil {
			return false
		}
		offset, numbered, text = n, true, strings.TrimLeft(after, " \t")
	}
	row, ok := hexRow(text, numbered)
	if !ok {
		return false
	}
	d.lines++
	if offset != uint64(len(d.octets)) || len(d.octets)+len(row) > maxDump {
		d.bad = true
		return true
	}
	d.octets = append(d.octets, row...)
	return true
}

// hexRow reads at most 16 octets in groups of two. Two spaces end it: behind them
// stand the octets as characters. Without an offset before it, it must be
// nothing else, and more than a word that happens to be a number.
func hexRow(text string, numbered bool) (row []byte, ok bool) {
	groups, _, _ := strings.Cut(strings.ReplaceAll(text, "\t", "  "), "  ")
	for word := range strings.SplitSeq(groups, " ") {
		b, err := hex.DecodeString(word)
		if err != nil || len(b) > 2 || len(b) == 0 || len(row)+len(b) > 16 {
			return row, numbered && len(row) > 0
		}
		row = append(row, b...)
	}
	return row, numbered || len(row) >= 4 && len(groups) == len(text)
}

func (d *dump) reset() { d.octets, d.lines, d.bad = d.octets[:0], 0, false }

// whole returns the frame of the dump if it holds the headers of the segment that
// the line above it tells of, and where IP begins: at once, or (-xx) behind an
// Ethernet header.
func (d *dump) whole(src, dst netip.AddrPort, named bool) (ip int, h tcp.Header, ok bool) {
	if d.bad || len(d.octets) == 0 {
		return 0, nil, false
	}
	if h, ok := segmentIn(d.octets, src, dst, named); ok {
		return 0, h, true
	}
	for at := 14; at+8 < len(d.octets) && at <= 14+4*maxVLANs; at += 4 {
		if h, ok := segmentIn(d.octets[at:], src, dst, named); ok {
			return at, h, true
		}
	}
	return 0, nil, false
}

// segmentIn finds the TCP header in an IP packet between these ends; named says
// that their addresses were made up, and only the ports must agree.
func segmentIn(ip []byte, src, dst netip.AddrPort, named bool) (h tcp.Header, ok bool) {
	at, a, b := ipHeader(ip)
	if at == 0 || len(ip) < at+tcp.MinHeader {
		return nil, false
	}
	n, whole := tcp.HeaderLen(ip[at:])
	if !whole || n < tcp.MinHeader || at+n > len(ip) {
		return nil, false
	}
	h = tcp.Header(ip[at : at+n : at+n])
	return h, h.SrcPort() == src.Port() && h.DstPort() == dst.Port() && (named || a == src.Addr() && b == dst.Addr())
}

// ipHeader returns where TCP begins in an IP packet, and its addresses; 0 if it
// does not.
func ipHeader(ip []byte) (at int, src, dst netip.Addr) {
	switch {
	case len(ip) >= 20 && ip[0]>>4 == 4 && ip[9] == packet.ProtoTCP && binary.BigEndian.Uint16(ip[6:])&0x3fff == 0:
		return int(ip[0]&15) * 4, netip.AddrFrom4([4]byte(ip[12:])), netip.AddrFrom4([4]byte(ip[16:]))
	case len(ip) >= 40 && ip[0]>>4 == 6 && ip[6] == packet.ProtoTCP:
		return 40, netip.AddrFrom16([16]byte(ip[8:])), netip.AddrFrom16([16]byte(ip[24:]))
	}
	return 0, src, dst
}
