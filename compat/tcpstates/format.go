package tcpstates

import (
	"net/netip"
	"strconv"

	"onpath/packet"
)

// The header lines of the flow file and the packet file: the original's, less
// the columns of other plugins.
const (
	FlowHeader   = "%dir\tflowInd\ttimeFirst\ttimeLast\tduration\tvlanID\tsrcIP\tsrcPort\tdstIP\tdstPort\tl4Proto\ttcpStatesAFlags\n"
	PacketHeader = "%pktNo\tflowInd\ttime\tsrcIP\tsrcPort\tdstIP\tdstPort\tl4Proto\ttcpStatesAFlags\n"
)

// AppendFlow appends f as a line of the flow file, newline included.
func AppendFlow(dst []byte, f *Flow) []byte {
	dir := byte('A')
	if f.B {
		dir = 'B'
	}
	dst = append(dst, dir, '\t')
	dst = strconv.AppendUint(dst, f.Number, 10)
	dst = appendTime(append(dst, '\t'), f.First)
	dst = appendTime(append(dst, '\t'), f.Last)
	dst = appendTime(append(dst, '\t'), f.Last-f.First)
	dst = appendVLANs(append(dst, '\t'), f.VLANs())
	dst = appendAddr(append(dst, '\t'), f.Src)
	dst = strconv.AppendUint(append(dst, '\t'), uint64(f.SrcPort), 10)
	dst = appendAddr(append(dst, '\t'), f.Dst)
	dst = strconv.AppendUint(append(dst, '\t'), uint64(f.DstPort), 10)
	dst = strconv.AppendUint(append(dst, '\t'), uint64(f.Proto), 10)
	return append(f.Flags.Append(append(dst, '\t')), '\n')
}

// AppendPacket appends p as a line of the packet file, newline included.
// Addresses and protocol are empty for what is not IP, ports for protocols that
// have none.
func AppendPacket(dst []byte, p *Packet) []byte {
	dst = strconv.AppendUint(dst, p.Number, 10)
	dst = strconv.AppendUint(append(dst, '\t'), p.Flow, 10)
	dst = appendTime(append(dst, '\t'), p.At)
	dst = append(dst, '\t')
	if p.key.kind == layer2 {
		dst = append(dst, "\t\t\t\t"...)
	} else {
		dst = appendEnd(dst, p.Src(), p.key.sport, p.key.proto)
		dst = appendEnd(append(dst, '\t'), p.Dst(), p.key.dport, p.key.proto)
		dst = strconv.AppendUint(append(dst, '\t'), uint64(p.key.proto), 10)
	}
	return append(p.Flags.Append(append(dst, '\t')), '\n')
}

// appendEnd appends the columns address and port.
func appendEnd(dst []byte, a netip.Addr, port uint16, proto uint8) []byte {
	dst = append(a.AppendTo(dst), '\t')
	if !hasPorts(proto) {
		return dst
	}
	return strconv.AppendUint(dst, uint64(port), 10)
}

// hasPorts reports whether the original reads ports of a protocol.
func hasPorts(proto uint8) bool {
	switch proto {
	case packet.ProtoTCP, packet.ProtoUDP, packet.ProtoSCTP, packet.ProtoUDPLite:
		return true
	}
	return false
}

// appendAddr appends an address, "-" if there is none.
func appendAddr(dst []byte, a netip.Addr) []byte {
	if !a.IsValid() {
		return append(dst, '-')
	}
	return a.AppendTo(dst)
}

// appendVLANs appends tags, separated by semicolons.
func appendVLANs(dst []byte, tags []uint16) []byte {
	for i, tag := range tags {
		if i > 0 {
			dst = append(dst, ';')
		}
		dst = strconv.AppendUint(dst, uint64(tag), 10)
	}
	return dst
}

// appendTime appends ns as seconds with nine decimals. Seconds have 32 bits: a
// negative duration wraps.
func appendTime(dst []byte, ns int64) []byte {
	sec, frac := ns/1e9, ns%1e9
	if frac < 0 {
		sec, frac = sec-1, frac+1e9
	}
	dst = strconv.AppendUint(dst, uint64(uint32(sec)), 10)
	var d [10]byte
	d[0] = '.'
	for i := 9; i > 0; i-- {
		d[i] = '0' + byte(frac%10)
		frac /= 10
	}
	return append(dst, d[:]...)
}
