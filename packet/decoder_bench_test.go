package packet

import (
	"encoding/binary"
	"testing"
)

// BenchmarkDecode measures a Decoder alone, on frames in the cache, with
// payloads of 512 octets. The sums case verifies checksums.
func BenchmarkDecode(b *testing.B) {
	payload := make([]byte, 512)
	tcpTS := func(src, dst uint16) []byte { return tcpOptions(src, dst, payload, timestamps) }
	for _, c := range []struct {
		name  string
		sums  bool
		frame func(i int) []byte
	}{
		{"tcp4", false, func(i int) []byte { return ether(typeIPv4, ip4(hostN(i), hostN(i+1), ProtoTCP, tcpTS(1000, 80))) }},
		{"tcp4-sums", true, func(i int) []byte {
			ip := ip4(hostN(i), hostN(i+1), ProtoTCP, tcpTS(1000, 80))
			binary.BigEndian.PutUint16(ip[36:], ^fold(uint64(onesSum(ip[12:]))+ProtoTCP+uint64(len(ip)-20)))
			return ether(typeIPv4, ip)
		}},
		{"tcp4-vlan", false, func(i int) []byte {
			return ether(typeVLAN, tag(7, typeIPv4, ip4(hostN(i), hostN(i+1), ProtoTCP, tcpTS(1000, 80))))
		}},
		{"tcp6", false, func(i int) []byte { return ether(typeIPv6, ip6(host6(i), host6(i+1), ProtoTCP, tcpTS(1000, 80))) }},
		{"udp4", false, func(i int) []byte {
			return ether(typeIPv4, ip4(hostN(i), hostN(i+1), ProtoUDP, udp(1000, 53, payload)))
		}},
		{"vxlan", false, func(i int) []byte {
			inner := ether(typeIPv4, ip4(hostN(i), hostN(i+1), ProtoTCP, tcpTS(1000, 80)))
			return ether(typeIPv4, ip4(hostN(3), hostN(4), ProtoUDP, udp(1000, 4789, vxlanHeader(9), inner)))
		}},
	} {
		b.Run(c.name, func(b *testing.B) { benchDecode(b, c.sums, c.frame) })
	}
}

func benchDecode(b *testing.B, sums bool, frame func(i int) []byte) {
	const n = 64
	var frames [n]Frame
	for i := range frames {
		data := frame(i * 7919 % 5)
		binary.BigEndian.PutUint16(data[0:], uint16(i))
		frames[i] = Frame{Data: data, WireLen: uint32(len(data)), Number: uint64(i), Link: LinkEthernet}
	}
	d, v, i := NewDecoder(Config{NoChecksums: !sums}), &View{}, 0
	b.ReportAllocs()
	for b.Loop() {
		d.Decode(&frames[i%n], v)
		i++
	}
	if v.Why != Decoded {
		b.Fatal(v.Why)
	}
}
