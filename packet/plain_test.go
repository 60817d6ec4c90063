package packet

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
)

// plainFrames are Ethernet frames around TCP and UDP over both versions of IP, with so
// many tags, and good checksums.
func plainFrames(tags int) (frames [][]byte) {
	v4, v6 := address(hostA[:]...), address(hostB[:]...)
	for _, payload := range []string{"", "G", "GET /", string(make([]byte, 131)), string(make([]byte, 1400))} {
		l4 := seal(tcpOptions(1000, 80, []byte(payload), timestamps), len(payload)+32, v4, v6, false, true, ProtoTCP, 16)
		frames = append(frames, tagged(tags, typeIPv4, ip4(hostA, hostB, ProtoTCP, l4)))
		l4 = seal(segment(80, 1000, payload), len(payload)+20, host6A, host6B, true, true, ProtoTCP, 16)
		frames = append(frames, tagged(tags, typeIPv6, ip6(host6A, host6B, ProtoTCP, l4)))
		l4 = udp(1000, 53, []byte(payload))
		l4 = seal(l4, len(l4), v4, v6, false, true, ProtoUDP, 6)
		frames = append(frames, tagged(tags, typeIPv4, ip4(hostA, hostB, ProtoUDP, l4)))
		l4 = udp(53, 1000, []byte(payload))
		l4 = seal(l4, len(l4), host6B, host6A, true, true, ProtoUDP, 6)
		frames = append(frames, tagged(tags, typeIPv6, ip6(host6B, host6A, ProtoUDP, l4)))
	}
	return frames
}

// tagged puts an IP packet into a frame, behind VLAN tags.
func tagged(tags int, t uint16, ip []byte) []byte {
	for n := range tags {
		ip = tag(uint16(n+1), t, ip)
		t = [...]uint16{typeVLAN, typeQinQ}[n%2]
	}
	return ether(t, ip)
}

// TestPlain: what is plain goes the short way, and both ways say the same of it, of all
// that it can be cut to, padded, and with any octet changed.
func TestPlain(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for tags := range plainTags + 2 {
		for i, b := range plainFrames(tags) {
			t.Run(fmt.Sprint(tags, "/", i), func(t *testing.T) {
				f := Frame{Data: b, WireLen: uint32(len(b)), Link: LinkEthernet}
				v, short := new(View), NewDecoder(Config{}).plain
				if want := tags <= plainTags; short(&f, v) != want {
					t.Errorf("plain is %v", !want)
				} else if want && (v.L4Sum.String() != "good" || v.Key.VLAN != uint16(min(tags, 1)) && tags < 2) {
					t.Errorf("checksum %v, VLAN %d", v.L4Sum, v.Key.VLAN)
				}
				for n := range min(len(b), 160) {
					checkFrame(t, &Frame{Data: b[:n], WireLen: uint32(len(b)), Link: LinkEthernet})
				}
				checkFrame(t, &Frame{Data: append(b[:len(b):len(b)], 0, 1, 2, 3), Link: LinkEthernet})
				for range 300 {
					checkFrame(t, spoilt(rng, b))
				}
			})
		}
	}
}

// spoilt is a frame with some octets of its headers changed.
func spoilt(rng *rand.Rand, b []byte) *Frame {
	b = append([]byte{}, b...)
	for range 1 + rng.IntN(3) {
		at, x := plainEther-2+rng.IntN(min(len(b)-plainEther+2, 76)), byte(rng.Uint32())
		switch rng.IntN(3) {
		case 0:
			b[at] = x
		case 1:
			b[at] ^= 1 << (x % 8)
		default:
			at = min(at, len(b)-2)
			binary.BigEndian.PutUint16(b[at:], binary.BigEndian.Uint16(b[at:])+uint16(x)-128)
		}
	}
	return &Frame{Data: b, WireLen: uint32(len(b)), Link: LinkEthernet}
}
