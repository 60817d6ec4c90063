package main

import (
	"bufio"
	"encoding/binary"
	"io"
	"os"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/gopacket/gopacket/reassembly"
)

// The rival is what one writes first in Go: gopacket's reader and
// DecodingLayerParser, as its documentation shows them, and a map of what is
// known of each flow.

// rivalKey is a flow without direction in 40 octets.
type rivalKey struct {
	low, high [16]byte
	ports     [2]uint16
	proto     layers.IPProtocol
}

// parser is one DecodingLayerParser and the layers that it fills.
type parser struct {
	*gopacket.DecodingLayerParser
	eth     layers.Ethernet
	tag     layers.Dot1Q
	ip4     layers.IPv4
	ip6     layers.IPv6
	tcp     layers.TCP
	udp     layers.UDP
	decoded []gopacket.LayerType
}

func newParser() *parser {
	p := &parser{}
	p.DecodingLayerParser = gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &p.eth, &p.tag, &p.ip4, &p.ip6, &p.tcp, &p.udp)
	p.IgnoreUnsupported = true
	return p
}

// eachPacket calls f for each packet of a file, which read returns.
func eachPacket(path string, read reading, f func(p *parser, ci gopacket.CaptureInfo)) (packets uint64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	r, err := pcapgo.NewReader(bufio.NewReaderSize(file, 1<<20))
	if err != nil {
		return 0, err
	}
	p := newParser()
	for {
		data, ci, err := read(r)
		switch err {
		case nil:
		case io.EOF:
			return packets, nil
		default:
			return packets, err
		}
		packets++
		if err := p.DecodeLayers(data, &p.decoded); err == nil {
			f(p, ci)
		}
	}
}

// reading is one of pcapgo's two ways to read a packet.
type reading = func(*pcapgo.Reader) ([]byte, gopacket.CaptureInfo, error)

// runGopacket keys the map with gopacket's own Flows and reads packets which
// are its own to keep.
func runGopacket(path string) (result, error) {
	flows := map[[2]gopacket.Flow]*floorState{}
	n, err := eachPacket(path, (*pcapgo.Reader).ReadPacketData, func(p *parser, ci gopacket.CaptureInfo) {
		if k, from, ok := p.flows(); ok {
			p.update(state(flows, k), from, ci)
		}
	})
	return result{Packets: n, Connections: uint64(len(flows)), Live: uint64(len(flows)), keep: flows}, err
}

// runTuned is the same by someone who measured: packets in a buffer that is
// used again, and a key a quarter as large.
func runTuned(path string) (result, error) {
	flows := map[rivalKey]*floorState{}
	n, err := eachPacket(path, (*pcapgo.Reader).ZeroCopyReadPacketData, func(p *parser, ci gopacket.CaptureInfo) {
		if k, from, ok := p.key(); ok {
			p.update(state(flows, k), from, ci)
		}
	})
	return result{Packets: n, Connections: uint64(len(flows)), Live: uint64(len(flows)), keep: flows}, err
}

// state returns what is known of a flow.
func state[K comparable](flows map[K]*floorState, k K) *floorState {
	s := flows[k]
	if s == nil {
		s = &floorState{}
		flows[k] = s
	}
	return s
}

// flows returns the network and the transport Flow of the packet just decoded,
// the lower end first, and which end sent it.
func (p *parser) flows() (k [2]gopacket.Flow, from int, ok bool) {
	for _, l := range p.decoded {
		switch l {
		case layers.LayerTypeIPv4:
			k[0], ok = p.ip4.NetworkFlow(), true
		case layers.LayerTypeIPv6:
			k[0], ok = p.ip6.NetworkFlow(), true
		case layers.LayerTypeTCP:
			k[1] = p.tcp.TransportFlow()
		case layers.LayerTypeUDP:
			k[1] = p.udp.TransportFlow()
		}
	}
	if src, dst := k[0].Endpoints(); dst.LessThan(src) {
		return [2]gopacket.Flow{k[0].Reverse(), k[1].Reverse()}, 1, ok
	}
	return k, 0, ok
}

// key returns the flow of the packet just decoded, and which end sent it.
func (p *parser) key() (k rivalKey, from int, ok bool) {
	var src, dst [16]byte
	for _, l := range p.decoded {
		switch l {
		case layers.LayerTypeIPv4:
			copy(src[:], p.ip4.SrcIP)
			copy(dst[:], p.ip4.DstIP)
			k.proto, ok = p.ip4.Protocol, true
		case layers.LayerTypeIPv6:
			copy(src[:], p.ip6.SrcIP)
			copy(dst[:], p.ip6.DstIP)
			k.proto, ok = p.ip6.NextHeader, true
		case layers.LayerTypeTCP:
			k.ports = [2]uint16{uint16(p.tcp.SrcPort), uint16(p.tcp.DstPort)}
		case layers.LayerTypeUDP:
			k.ports = [2]uint16{uint16(p.udp.SrcPort), uint16(p.udp.DstPort)}
		}
	}
	if string(src[:]) > string(dst[:]) {
		from, src, dst = 1, dst, src
		k.ports[0], k.ports[1] = k.ports[1], k.ports[0]
	}
	k.low, k.high = src, dst
	return k, from, ok
}

func (p *parser) update(s *floorState, from int, ci gopacket.CaptureInfo) {
	s.at = ci.Timestamp.UnixNano()
	s.octets[from] += uint64(ci.Length)
	s.packets[from]++
	if p.decoded[len(p.decoded)-1] != layers.LayerTypeTCP {
		return
	}
	t := &p.tcp
	s.seq[from], s.ack[from], s.win[from] = t.Seq, t.Ack, t.Window
	for i := range t.Options {
		if o := &t.Options[i]; o.OptionType == layers.TCPOptionKindTimestamps && len(o.OptionData) == 8 {
			s.tsval[from] = binary.BigEndian.Uint32(o.OptionData)
		}
	}
	for bit, set := range [...]bool{t.FIN, t.SYN, t.RST, t.PSH, t.ACK} {
		if set {
			s.flags[from] |= 1 << bit
		}
	}
}

// runReassembly is the second rival: gopacket's own TCP reassembly, which
// throws away what it puts together.
func runReassembly(path string) (result, error) {
	f := &streams{}
	a := reassembly.NewAssembler(reassembly.NewStreamPool(f))
	n, err := eachPacket(path, (*pcapgo.Reader).ZeroCopyReadPacketData, func(p *parser, ci gopacket.CaptureInfo) {
		switch last := p.decoded[len(p.decoded)-1]; {
		case last != layers.LayerTypeTCP:
		case p.decoded[len(p.decoded)-2] == layers.LayerTypeIPv4:
			a.AssembleWithContext(p.ip4.NetworkFlow(), &p.tcp, context(ci.Timestamp))
		default:
			a.AssembleWithContext(p.ip6.NetworkFlow(), &p.tcp, context(ci.Timestamp))
		}
	})
	return result{Packets: n, Connections: f.n, keep: a}, err
}

// context is the time of a packet, as reassembly wants to be told it.
type context time.Time

// GetCaptureInfo implements reassembly.AssemblerContext.
func (c context) GetCaptureInfo() gopacket.CaptureInfo {
	return gopacket.CaptureInfo{Timestamp: time.Time(c)}
}

// streams counts the connections that reassembly begins.
type streams struct{ n uint64 }

// New implements reassembly.StreamFactory.
func (f *streams) New(_, _ gopacket.Flow, _ *layers.TCP, _ reassembly.AssemblerContext) reassembly.Stream {
	f.n++
	return &stream{}
}

// stream counts the octets of one connection.
type stream struct{ octets int }

// Accept implements reassembly.Stream: every segment is welcome.
func (s *stream) Accept(_ *layers.TCP, _ gopacket.CaptureInfo, _ reassembly.TCPFlowDirection, _ reassembly.Sequence, _ *bool, _ reassembly.AssemblerContext) bool {
	return true
}

// ReassembledSG implements reassembly.Stream.
func (s *stream) ReassembledSG(sg reassembly.ScatterGather, _ reassembly.AssemblerContext) {
	n, _ := sg.Lengths()
	s.octets += n
}

// ReassemblyComplete implements reassembly.Stream: forget the connection.
func (s *stream) ReassemblyComplete(reassembly.AssemblerContext) bool { return true }
