package packet_test

import (
	"net/netip"
	"path/filepath"
	"testing"

	"onpath/packet"
	"onpath/tcp"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// gopacketSegment returns the innermost segment that gopacket finds.
func gopacketSegment(f *packet.Frame) (s segment, ok bool) {
	p := gopacket.NewPacket(f.Data, layers.LinkType(f.Link), gopacket.DecodeOptions{NoCopy: true})
	var src, dst netip.Addr
	var payload uint32
	for _, l := range p.Layers() {
		switch l := l.(type) {
		case *layers.IPv4:
			src, dst = address(l.SrcIP), address(l.DstIP)
		case *layers.IPv6:
			src, dst = address(l.SrcIP), address(l.DstIP)
		case *layers.TCP:
			if len(l.Contents) < tcp.MinHeader {
				return s, false // it gave up inside the header
			}
			payload = uint32(len(l.Payload))
			flags := tcp.Flags(l.Contents[12]&1)<<8 | tcp.Flags(l.Contents[13])
			s = segment{
				netip.AddrPortFrom(src, uint16(l.SrcPort)), netip.AddrPortFrom(dst, uint16(l.DstPort)),
				l.Seq, l.Ack, flags, l.Window, payload, tcp.SumUnknown,
			}
			ok = true
		}
	}
	return s, ok
}

func address(b []byte) netip.Addr {
	a, _ := netip.AddrFromSlice(b)
	return a
}

// TestAgainstGopacket: where gopacket finds a segment, we find the same one. It
// counts payload octets that were captured, and knows fewer headers.
func TestAgainstGopacket(t *testing.T) {
	dir, rows := corpus(t, 1)
	known := newAllowance("g")
	defer known.stale(t)
	for _, row := range rows {
		decode(t, filepath.Join(dir, row.path), func(f *packet.Frame, v *packet.View) {
			theirs, ok := gopacketSegment(f)
			if !ok {
				return
			}
			s, isTCP := ours(v)
			if v.CapLen < v.WireLen {
				s.len = uint32(len(v.Payload))
			}
			switch {
			case isTCP && s.agrees(theirs), known.allows(row.path, f.Number):
			case !isTCP:
				t.Errorf("%s: frame %d: %v, gopacket: %v", row.path, f.Number, v.Why, &theirs)
			default:
				t.Errorf("%s: frame %d: %v, gopacket: %v", row.path, f.Number, &s, &theirs)
			}
		})
	}
}
