package tcpchain

import (
	"net/netip"
	"strconv"
)

// AppendJSON appends f as one JSON object on a line of its own, with the field
// names, types and order of the original's records. pkt_first and pkt_last are
// seconds since the Unix epoch, n_tcp is Segments.
func (f *Flow) AppendJSON(dst []byte) []byte {
	return append(f.AppendFields(append(dst, '{')), "}\n"...)
}

// AppendFields appends what stands between the braces of AppendJSON, for those
// whose Chain has fields to add.
func (f *Flow) AppendFields(dst []byte) []byte {
	src, to := f.Src(), f.Dst()
	dst = appendSeconds(append(dst, `"pkt_first":`...), f.First)
	dst = appendAddr(append(dst, `,"sip":`...), src.Addr())
	dst = appendAddr(append(dst, `,"dip":`...), to.Addr())
	dst = appendUint(dst, `,"proto":`, uint64(f.Proto()))
	dst = appendUint(dst, `,"sp":`, uint64(src.Port()))
	dst = appendUint(dst, `,"dp":`, uint64(to.Port()))
	dst = appendUint(dst, `,"pkt_fwd":`, f.Packets[0])
	dst = appendUint(dst, `,"pkt_rev":`, f.Packets[1])
	dst = appendUint(dst, `,"oct_fwd":`, f.Octets[0])
	dst = appendUint(dst, `,"oct_rev":`, f.Octets[1])
	dst = f.TCP.AppendFields(append(dst, ','))
	dst = appendSeconds(append(dst, `,"pkt_last":`...), f.Last)
	return appendUint(dst, `,"n_tcp":`, f.Segments)
}

// AppendFields appends the seven fields as JSON, without braces.
func (s *State) AppendFields(dst []byte) []byte {
	dst = s.appendSyn(append(dst, `"tcp_synflags_fwd":`...), false)
	dst = s.appendSyn(append(dst, `,"tcp_synflags_rev":`...), true)
	dst = strconv.AppendBool(append(dst, `,"tcp_fin_fwd":`...), s.Fin(false))
	dst = strconv.AppendBool(append(dst, `,"tcp_fin_rev":`...), s.Fin(true))
	dst = strconv.AppendBool(append(dst, `,"tcp_rst_fwd":`...), s.Rst(false))
	dst = strconv.AppendBool(append(dst, `,"tcp_rst_rev":`...), s.Rst(true))
	return strconv.AppendBool(append(dst, `,"tcp_connected":`...), s.Connected())
}

func (s *State) appendSyn(dst []byte, rev bool) []byte {
	f, ok := s.SynFlags(rev)
	if !ok {
		return append(dst, "null"...)
	}
	return strconv.AppendUint(dst, uint64(f), 10)
}

func appendUint(dst []byte, name string, n uint64) []byte {
	return strconv.AppendUint(append(dst, name...), n, 10)
}

func appendAddr(dst []byte, a netip.Addr) []byte {
	return append(a.AppendTo(append(dst, '"')), '"')
}

// appendSeconds appends a time in ns as seconds, with as many decimals as it
// needs, one at least.
func appendSeconds(dst []byte, at int64) []byte {
	s, ns := at/1e9, at%1e9
	if at < 0 {
		dst, s, ns = append(dst, '-'), -s, -ns
	}
	dst = append(strconv.AppendInt(dst, s, 10), '.')
	for unit := int64(1e8); ; unit /= 10 {
		dst = append(dst, byte('0'+ns/unit%10))
		if ns%unit == 0 {
			return dst
		}
	}
}
