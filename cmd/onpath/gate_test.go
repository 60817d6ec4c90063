package main

import (
	"net"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// gate is what a firewall may see: a connection whose segments break each of its
// bounds, an ending that it never saw the beginning of, a file that FTP sends over
// another connection, and a name server that is not there.
var gate = []traffic{
	{from: "192.0.2.10:40001", to: "198.51.100.80:80", segments: `
		0.000000 > S  1000:1000(0) win 1000 <mss 1460>
		0.020000 < S. 5000:5000(0) ack 1001 win 1000 <mss 1460>
		0.020100 > .  1001:1001(0) ack 5001 win 1000
		0.030000 > P. 1001:2001(1000) ack 5001 win 1000
		0.050000 < .  5001:5001(0) ack 2001 win 1000
		0.060000 > P. 2001:3001(1000) ack 5001 win 1000
		0.080000 < P. 5001:5101(100) ack 3001 win 1000
		0.090000 > .  3001:3001(0) ack 5101 win 1000
		0.100000 > .  900000:900100(100) ack 5101 win 1000
		0.110000 > .  3001:3001(0) ack 6000 win 1000
		0.120000 > .  1001:1011(10) ack 5101 win 1000
		0.130000 > .  3001:3001(0) ack 4294902397 win 1000
		0.140000 > .  4101:4201(100) ack 5101 win 1000
		0.150000 > R  2001:2001(0) win 0
		0.160000 > S  700000:700000(0) win 1000 <mss 1460>
		0.170000 < R. 5101:5101(0) ack 3001 win 0`},
	{from: "192.0.2.10:40002", to: "198.51.100.80:80", starts: time.Second, segments: `
		0.000000 < F. 7000:7000(0) ack 3000 win 500
		0.000100 > .  3000:3000(0) ack 7001 win 500`},
	{from: "192.0.2.10:40003", to: "198.51.100.21:21", starts: 2 * time.Second,
		says: [2]string{"\000USER me\r\nPORT 192,0,2,10,156,68\r\n", "\000220 ready\r\n230 come in\r\n200 PORT it is\r\n"},
		segments: `
		0.000000 > S  100:100(0) win 64240 <mss 1460>
		0.010000 < S. 200:200(0) ack 101 win 65160 <mss 1460>
		0.010100 > .  101:101(0) ack 201 win 64240
		0.020000 < P. 201:212(11) ack 101 win 65160
		0.020100 > P. 101:110(9) ack 212 win 64240
		0.022000 < P. 212:225(13) ack 110 win 65160
		0.022100 > P. 110:134(24) ack 225 win 64240
		0.030000 < P. 225:241(16) ack 134 win 65160`},
	{from: "198.51.100.21:20", to: "192.0.2.10:40004", starts: 2040 * time.Millisecond, segments: `
		0.000000 > S  900:900(0) win 65160 <mss 1460>
		0.000200 < S. 800:800(0) ack 901 win 64240 <mss 1460>
		0.010000 > .  901:901(0) ack 801 win 65160`},
	{from: "192.0.2.10:40005", to: "198.51.100.53:53", starts: 3 * time.Second, frames: []single{
		{0, false, func() []gopacket.SerializableLayer { return dns(false) }},
	}},
	{from: "192.0.2.10:0", to: "198.51.100.53:0", starts: 3 * time.Second, frames: []single{
		{10 * time.Millisecond, true, noSuchPort},
	}},
}

// noSuchPort is an ICMP error about the question to the name server (RFC 792).
func noSuchPort() []gopacket.SerializableLayer {
	quoted := gopacket.NewSerializeBuffer()
	ip := &layers.IPv4{Version: 4, TTL: 63, Protocol: layers.IPProtocolUDP, SrcIP: net.IP{192, 0, 2, 10}, DstIP: net.IP{198, 51, 100, 53}}
	udp := &layers.UDP{SrcPort: 40005, DstPort: 53}
	udp.SetNetworkLayerForChecksum(ip) // refuses other layers than IP
	err := gopacket.SerializeLayers(quoted, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ip, udp)
	if err != nil {
		panic(err) // the layers stand here
	}
	unreachable := &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(layers.ICMPv4TypeDestinationUnreachable, layers.ICMPv4CodePort)}
	return []gopacket.SerializableLayer{unreachable, gopacket.Payload(quoted.Bytes())}
}
