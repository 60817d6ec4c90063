package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"onpath/internal/segtext"
	"onpath/tcp"
)

var update = flag.Bool("update", false, "rewrite the captures and expected outputs in testdata")

// captureDir is where the captures for tests and the README lie.
const captureDir = "../../testdata"

// captures are made here and nowhere else: by name, what passes.
var captures = map[string][]traffic{
	"town.pcap":    town,
	"gate.pcap":    gate,
	"strange.pcap": strange,
}

// traffic is one thing that passes: a TCP conversation, or single frames.
type traffic struct {
	from, to string // address and port
	starts   time.Duration
	segments string    // as segtext reads it
	says     [2]string // the streams, by tcp.Client, tcp.Server; "" for some text
	frames   []single
}

// single is a frame that is not TCP.
type single struct {
	at     time.Duration // after the start
	answer bool          // from to to from
	layers func() []gopacket.SerializableLayer
}

// town is a small capture with one of everything: a web page whose second
// segment was lost behind the tap and is sent again, a telnet that is refused
// twice, a name that is looked up, a ping, a mail server that resets over IPv6,
// a connection still open at the end, and an ARP request.
var town = []traffic{
	{from: "192.0.2.10:49769", to: "198.51.100.80:80", segments: `
		0.000000 > S  1862966176:1862966176(0) win 65535 <mss 1460,sackOK,wscale 6>
		0.031802 < S. 2733542190:2733542190(0) ack 1862966177 win 28960 <mss 1460,sackOK,wscale 7>
		0.031960 > .  1862966177:1862966177(0) ack 2733542191 win 2058
		0.032411 > P. 1862966177:1862966283(106) ack 2733542191 win 2058
		0.064290 < .  2733542191:2733542191(0) ack 1862966283 win 227
		0.071004 < .  2733542191:2733543651(1460) ack 1862966283 win 227
		0.071129 < .  2733543651:2733545111(1460) ack 1862966283 win 227
		0.071201 < P. 2733545111:2733545911(800) ack 1862966283 win 227
		0.071333 > .  1862966283:1862966283(0) ack 2733543651 win 2035
		0.071390 > .  1862966283:1862966283(0) ack 2733543651 win 2035 <sack 2733545111:2733545911>
		0.301422 < .  2733543651:2733545111(1460) ack 1862966283 win 227
		0.301570 > .  1862966283:1862966283(0) ack 2733545911 win 2000
		0.302018 > F. 1862966283:1862966283(0) ack 2733545911 win 2000
		0.333790 < F. 2733545911:2733545911(0) ack 1862966284 win 227
		0.333921 > .  1862966284:1862966284(0) ack 2733545912 win 2000`},
	{from: "192.0.2.10:1063", to: "192.0.2.165:23", starts: 1 * time.Second, segments: `
		0.000000 > S  3034008467:3034008467(0) win 16384 <mss 1460,sackOK>
		0.000181 < R. 0:0(0) ack 3034008468 win 0
		0.498622 > S  3034008467:3034008467(0) win 16384 <mss 1460,sackOK>
		0.498726 < R. 0:0(0) ack 3034008468 win 0`},
	{from: "192.0.2.10:54585", to: "192.0.2.53:53", starts: -50 * time.Millisecond, frames: []single{
		{0, false, func() []gopacket.SerializableLayer { return dns(false) }},
		{18 * time.Millisecond, true, func() []gopacket.SerializableLayer { return dns(true) }},
	}},
	{from: "192.0.2.10:0", to: "198.51.100.80:0", starts: 2 * time.Second, frames: []single{
		{0, false, func() []gopacket.SerializableLayer { return echo(layers.ICMPv4TypeEchoRequest, 1) }},
		{31 * time.Millisecond, true, func() []gopacket.SerializableLayer { return echo(layers.ICMPv4TypeEchoReply, 1) }},
		{time.Second, false, func() []gopacket.SerializableLayer { return echo(layers.ICMPv4TypeEchoRequest, 2) }},
		{1031 * time.Millisecond, true, func() []gopacket.SerializableLayer { return echo(layers.ICMPv4TypeEchoReply, 2) }},
	}},
	{from: "[2001:db8::1:2]:40000", to: "[2001:db8:5:25::1]:25", starts: 2200 * time.Millisecond, segments: `
		0.000000 > S  100:100(0) win 64800 <mss 1440>
		0.020000 < S. 4294967290:4294967290(0) ack 101 win 64800 <mss 1440>
		0.020100 > .  101:101(0) ack 4294967291 win 64800
		0.040000 < P. 4294967291:15(20) ack 101 win 64800
		0.040100 > P. 101:121(20) ack 15 win 64800
		0.060000 < R. 15:15(0) ack 121 win 0`},
	{from: "192.0.2.10:49770", to: "203.0.113.22:22", starts: 3 * time.Second, segments: `
		0.000000 > S  500:500(0) win 64240 <mss 1460,sackOK,TS val 7000 ecr 0,wscale 7>
		0.012000 < S. 900:900(0) ack 501 win 65160 <mss 1460,sackOK,TS val 90 ecr 7000,wscale 7>
		0.012100 > .  501:501(0) ack 901 win 502 <TS val 7012 ecr 90>
		0.030000 < P. 901:922(21) ack 501 win 509 <TS val 108 ecr 7012>
		0.030100 > .  501:501(0) ack 922 win 502 <TS val 7030 ecr 108>`},
	{from: "192.0.2.10:0", to: "192.0.2.1:0", starts: -51 * time.Millisecond, frames: []single{
		{0, false, nil}, // nil: an ARP request
	}},
}

// noon is when the captures start.
var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func TestCaptures(t *testing.T) {
	for name, what := range captures {
		path := filepath.Join(captureDir, name)
		want := capture(t, what)
		if *update {
			noError(t, os.WriteFile(path, want, 0o644))
		}
		got, err := os.ReadFile(path)
		noError(t, err)
		if !bytes.Equal(got, want) {
			t.Errorf("%s is stale: go test ./cmd/onpath -update mends it", path)
		}
	}
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// frame is a frame and when it passes.
type frame struct {
	at   time.Duration
	data []byte
}

// capture returns a classic pcap file with everything in the order of time.
func capture(t *testing.T, what []traffic) []byte {
	var frames []frame
	for _, w := range what {
		frames = append(frames, w.play(t)...)
	}
	slices.SortStableFunc(frames, func(a, b frame) int { return cmp.Compare(a.at, b.at) })
	var file bytes.Buffer
	w := pcapgo.NewWriter(&file)
	noError(t, w.WriteFileHeader(262144, layers.LinkTypeEthernet))
	for _, f := range frames {
		info := gopacket.CaptureInfo{Timestamp: noon.Add(f.at), CaptureLength: len(f.data), Length: len(f.data)}
		noError(t, w.WritePacket(info, f.data))
	}
	return file.Bytes()
}

// play makes the frames.
func (w *traffic) play(t *testing.T) (frames []frame) {
	segments, err := segtext.Parse(w.segments)
	noError(t, err)
	iss := [2]tcp.Seq{}
	for i := range segments {
		s := &segments[i]
		if s.Flags.Has(tcp.SYN) {
			iss[s.Dir] = s.Seq
		}
		h, payload := w.segment(s, uint32(s.Seq-iss[s.Dir]))
		frames = append(frames, frame{w.starts + time.Duration(s.At), w.frame(t, s.Dir == tcp.Server, layers.IPProtocolTCP, h, payload)})
	}
	for _, s := range w.frames {
		data := w.arp(t)
		if s.layers != nil {
			data = w.other(t, s)
		}
		frames = append(frames, frame{w.starts + s.at, data})
	}
	return frames
}

// segment makes a TCP header. Payload octets depend on their place in the
// stream only, so what is sent again is the same.
func (w *traffic) segment(s *tcp.Segment, offset uint32) (*layers.TCP, gopacket.Payload) {
	from, to := w.ends(s.Dir == tcp.Server)
	h := &layers.TCP{
		SrcPort: layers.TCPPort(from.Port()), DstPort: layers.TCPPort(to.Port()),
		Seq: uint32(s.Seq), Ack: uint32(s.Ack), Window: s.Win,
		FIN: s.Flags.Has(tcp.FIN), SYN: s.Flags.Has(tcp.SYN), RST: s.Flags.Has(tcp.RST),
		PSH: s.Flags.Has(tcp.PSH), ACK: s.Flags.Has(tcp.ACK), Options: optionsOf(s),
	}
	text := cmp.Or(w.says[s.Dir], "onpath sees what passes. ")
	payload := make(gopacket.Payload, s.Len)
	for i := range payload {
		payload[i] = text[(int(offset)+i)%len(text)]
	}
	return h, payload
}

// optionsOf lays the options out in words of four octets, with NOPs in front.
func optionsOf(s *tcp.Segment) (list []layers.TCPOption) {
	add := func(nops int, kind layers.TCPOptionKind, data []byte) {
		for range nops {
			list = append(list, layers.TCPOption{OptionType: layers.TCPOptionKindNop, OptionLength: 1})
		}
		list = append(list, layers.TCPOption{OptionType: kind, OptionLength: uint8(len(data) + 2), OptionData: data})
	}
	be, has := binary.BigEndian, func(o tcp.OptSet) bool { return s.Opts&o != 0 }
	if has(tcp.OptMSS) {
		add(0, layers.TCPOptionKindMSS, be.AppendUint16(nil, s.MSS))
	}
	switch {
	case has(tcp.OptSACKOK) && has(tcp.OptTimestamp):
		add(0, layers.TCPOptionKindSACKPermitted, nil)
		add(0, layers.TCPOptionKindTimestamps, be.AppendUint32(be.AppendUint32(nil, s.TSval), s.TSecr))
	case has(tcp.OptSACKOK):
		add(2, layers.TCPOptionKindSACKPermitted, nil)
	case has(tcp.OptTimestamp):
		add(2, layers.TCPOptionKindTimestamps, be.AppendUint32(be.AppendUint32(nil, s.TSval), s.TSecr))
	}
	if has(tcp.OptWScale) {
		add(1, layers.TCPOptionKindWindowScale, []byte{s.WScale})
	}
	for _, b := range s.SACK[:s.NumSACK] {
		add(2, layers.TCPOptionKindSACK, be.AppendUint32(be.AppendUint32(nil, uint32(b[0])), uint32(b[1])))
	}
	return list
}

func (w *traffic) ends(answer bool) (from, to netip.AddrPort) {
	from, to = netip.MustParseAddrPort(w.from), netip.MustParseAddrPort(w.to)
	if answer {
		return to, from
	}
	return from, to
}

func (w *traffic) other(t *testing.T, s single) []byte {
	list := s.layers()
	from, to := w.ends(s.answer)
	if udp, ok := list[0].(*layers.UDP); ok {
		udp.SrcPort, udp.DstPort = layers.UDPPort(from.Port()), layers.UDPPort(to.Port())
		return w.frame(t, s.answer, layers.IPProtocolUDP, list...)
	}
	return w.frame(t, s.answer, layers.IPProtocolICMPv4, list...)
}

// frame puts Ethernet and IP in front.
func (w *traffic) frame(t *testing.T, answer bool, proto layers.IPProtocol, list ...gopacket.SerializableLayer) []byte {
	from, to := w.ends(answer)
	eth := &layers.Ethernet{SrcMAC: []byte{2, 0, 0, 0, 0, 1}, DstMAC: []byte{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
	if answer {
		eth.SrcMAC, eth.DstMAC = eth.DstMAC, eth.SrcMAC
	}
	var ip gopacket.NetworkLayer
	if from.Addr().Is4() {
		ip = &layers.IPv4{Version: 4, TTL: 64, Flags: layers.IPv4DontFragment, Protocol: proto, SrcIP: from.Addr().AsSlice(), DstIP: to.Addr().AsSlice()}
	} else {
		eth.EthernetType = layers.EthernetTypeIPv6
		ip = &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: proto, SrcIP: from.Addr().AsSlice(), DstIP: to.Addr().AsSlice()}
	}
	for _, l := range list {
		if l, ok := l.(interface {
			SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
		}); ok {
			noError(t, l.SetNetworkLayerForChecksum(ip))
		}
	}
	return serialize(t, append([]gopacket.SerializableLayer{eth, ip.(gopacket.SerializableLayer)}, list...)...)
}

func (w *traffic) arp(t *testing.T) []byte {
	from, to := w.ends(false)
	mac := []byte{2, 0, 0, 0, 0, 1}
	eth := &layers.Ethernet{SrcMAC: mac, DstMAC: layers.EthernetBroadcast, EthernetType: layers.EthernetTypeARP}
	arp := &layers.ARP{
		AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4, HwAddressSize: 6, ProtAddressSize: 4, Operation: layers.ARPRequest,
		SourceHwAddress: mac, SourceProtAddress: from.Addr().AsSlice(), DstHwAddress: make([]byte, 6), DstProtAddress: to.Addr().AsSlice(),
	}
	return serialize(t, eth, arp)
}

func serialize(t *testing.T, list ...gopacket.SerializableLayer) []byte {
	b := gopacket.NewSerializeBuffer()
	noError(t, gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, list...))
	return b.Bytes()
}

func dns(answer bool) []gopacket.SerializableLayer {
	name := []byte("www.example.org")
	d := &layers.DNS{ID: 7, RD: true, QR: answer, RA: answer, Questions: []layers.DNSQuestion{{Name: name, Type: layers.DNSTypeA, Class: layers.DNSClassIN}}}
	if answer {
		d.Answers = []layers.DNSResourceRecord{{Name: name, Type: layers.DNSTypeA, Class: layers.DNSClassIN, TTL: 300, IP: []byte{198, 51, 100, 80}}}
	}
	return []gopacket.SerializableLayer{&layers.UDP{}, d}
}

func echo(kind uint8, seq uint16) []gopacket.SerializableLayer {
	h := &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(kind, 0), Id: 4242, Seq: seq}
	return []gopacket.SerializableLayer{h, gopacket.Payload(bytes.Repeat([]byte("onpath! "), 7))}
}
