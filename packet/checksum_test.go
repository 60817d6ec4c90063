package packet

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"onpath/tcp"
)

func TestHeaderSum(t *testing.T) {
	good := []byte("\x45\x00\x00\x3c\x1c\x46\x40\x00\x40\x06\xb1\xe6\xac\x10\x0a\x63\xac\x10\x0a\x0c")
	withOption := append(append([]byte("\x46"), good[1:]...), 1, 1, 1, 0)
	bad := append([]byte{}, good...)
	bad[8]--
	for _, tt := range []struct {
		name string
		ip   []byte
		want tcp.Sum
	}{
		{"good", good, tcp.SumGood},
		{"what follows does not count", append(good[:20:20], 1, 2, 3), tcp.SumGood},
		{"TTL changed, sum not", bad, tcp.SumBad},
		{"options count", withOption, tcp.SumBad},
		{"cut", good[:19], tcp.SumUnknown},
		{"cut in the options", withOption[:23], tcp.SumUnknown},
		{"IHL 4", append([]byte("\x44"), good[1:]...), tcp.SumUnknown},
		{"nothing", nil, tcp.SumUnknown},
	} {
		if got := headerSum(tt.ip); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// address returns an address as Key has it.
func address(a ...byte) (k [16]byte) {
	if len(a) == 4 {
		k[10], k[11] = 0xff, 0xff
	}
	copy(k[16-len(a):], a)
	return k
}

// seal writes the checksum into the field of l4, over the octets that count,
// from the slow sum of a pseudo-header written out.
func seal(l4 []byte, covered int, src, dst [16]byte, v6, pseudo bool, proto uint8, field int) []byte {
	l4 = append([]byte{}, l4...)
	var b []byte
	length := len(l4)
	if proto == ProtoUDP {
		length = covered
	}
	switch {
	case pseudo && v6:
		b = append(append(b, src[:]...), dst[:]...)
		b = append(binary.BigEndian.AppendUint32(b, uint32(length)), 0, 0, 0, proto)
	case pseudo:
		b = append(append(b, src[12:]...), dst[12:]...)
		b = binary.BigEndian.AppendUint16(append(b, 0, proto), uint16(length))
	}
	binary.BigEndian.PutUint16(l4[field:], 0)
	binary.BigEndian.PutUint16(l4[field:], ^slowSum(append(b, l4[:covered]...)))
	return l4
}

func octets(n int, set map[int]byte) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(37*i + 11)
	}
	for at, c := range set {
		b[at] = c
	}
	return b
}

// sealed are transport headers with a checksum, and how many of their octets it
// covers.
var sealed = []struct {
	name          string
	proto         uint8
	v6            bool
	field, covers int
	octets        []byte
}{
	{"TCP", ProtoTCP, false, 16, 45, octets(45, nil)},
	{"TCP over IPv6", ProtoTCP, true, 16, 44, octets(44, nil)},
	{"UDP", ProtoUDP, false, 6, 31, octets(31, map[int]byte{4: 0, 5: 31})},
	{"UDP with octets behind it", ProtoUDP, false, 6, 20, octets(31, map[int]byte{4: 0, 5: 20})},
	{"UDP over IPv6", ProtoUDP, true, 6, 8, octets(8, map[int]byte{4: 0, 5: 8})},
	{"UDP jumbogram", ProtoUDP, true, 6, 80_000, octets(80_000, map[int]byte{4: 0, 5: 0})},
	{"UDP-Lite, all", ProtoUDPLite, false, 6, 31, octets(31, map[int]byte{4: 0, 5: 0})},
	{"UDP-Lite, the header", ProtoUDPLite, false, 6, 8, octets(31, map[int]byte{4: 0, 5: 8})},
	{"UDP-Lite, some", ProtoUDPLite, true, 6, 12, octets(31, map[int]byte{4: 0, 5: 12})},
	{"ICMP", ProtoICMP, false, 2, 29, octets(29, nil)},
	{"ICMPv6", ProtoICMPv6, true, 2, 29, octets(29, nil)},
	{"DCCP", ProtoDCCP, false, 6, 40, octets(40, map[int]byte{4: 4, 5: 0})},
	{"DCCP, the header", ProtoDCCP, false, 6, 16, octets(40, map[int]byte{4: 4, 5: 1})},
	{"DCCP, all of them words", ProtoDCCP, false, 6, 24, octets(24, map[int]byte{4: 4, 5: 3})},
	{"DCCP, some data", ProtoDCCP, true, 6, 24, octets(40, map[int]byte{4: 4, 5: 3})},
}

func TestTransportSum(t *testing.T) {
	for _, tt := range sealed {
		src, dst := address(10, 0, 0, 1), address(192, 168, 255, 254)
		if tt.v6 {
			src, dst = address(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 2, 0x1b, 0, 0, 0, 0, 0, 1), address(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfb)
		}
		pseudo := tt.proto != ProtoICMP
		l4 := seal(tt.octets, tt.covers, src, dst, tt.v6, pseudo, tt.proto, tt.field)
		check := func(what string, l4 []byte, length int, want tcp.Sum) {
			if got := transportSum(&src, &dst, tt.v6, tt.proto, l4, uint32(length)); got != want {
				t.Errorf("%s, %s: %v, want %v", tt.name, what, got, want)
			}
		}
		check("whole", l4, len(l4), tcp.SumGood)
		check("cut behind what counts", l4[:tt.covers], len(l4), tcp.SumGood)
		check("cut", l4[:tt.covers-1], len(l4), tcp.SumUnknown)
		check("all gone", nil, len(l4), tcp.SumUnknown)
		changed := append([]byte{}, l4...)
		changed[tt.covers-1] ^= 4
		check("last octet changed", changed, len(l4), tcp.SumBad)
		if pseudo {
			n := len(l4)
			if tt.proto == ProtoUDP {
				n = tt.covers
			}
			binary.BigEndian.PutUint16(changed[tt.field:], bigFold(pseudoSum(&src, &dst, tt.v6, tt.proto, uint32(n))))
			check("left to the card", changed, len(l4), tcp.SumPartial)
			binary.BigEndian.PutUint16(changed[tt.field:], bigFold(pseudoSum(&src, &dst, tt.v6, tt.proto, 0)))
			check("left to the card, without a length", changed, len(l4), map[bool]tcp.Sum{true: tcp.SumPartial, false: tcp.SumBad}[tt.proto == ProtoTCP])
			src[15]++
			check("another sender", l4, len(l4), tcp.SumBad)
		}
	}
}

func TestTransportSumRefuses(t *testing.T) {
	src, dst := address(10, 0, 0, 1), address(10, 0, 0, 2)
	for _, tt := range []struct {
		name  string
		proto uint8
		v6    bool
		l4    []byte
		want  tcp.Sum
	}{
		{"UDP without", ProtoUDP, false, octets(20, map[int]byte{4: 0, 5: 20, 6: 0, 7: 0}), tcp.SumUnknown},
		{"UDP without, IPv6", ProtoUDP, true, octets(20, map[int]byte{4: 0, 5: 20, 6: 0, 7: 0}), tcp.SumBad},
		{"UDP length 7", ProtoUDP, false, octets(20, map[int]byte{4: 0, 5: 7}), tcp.SumBad},
		{"UDP longer than IP", ProtoUDP, false, octets(20, map[int]byte{4: 0, 5: 21}), tcp.SumUnknown},
		{"UDP-Lite coverage 7", ProtoUDPLite, false, octets(20, map[int]byte{4: 0, 5: 7}), tcp.SumBad},
		{"UDP-Lite coverage 21 of 20", ProtoUDPLite, false, octets(20, map[int]byte{4: 0, 5: 21}), tcp.SumBad},
		{"DCCP coverage past the end", ProtoDCCP, false, octets(20, map[int]byte{4: 5, 5: 2}), tcp.SumBad},
		{"SCTP", ProtoSCTP, false, octets(20, nil), tcp.SumUnknown},
		{"ESP", ProtoESP, false, octets(20, nil), tcp.SumUnknown},
	} {
		if got := transportSum(&src, &dst, tt.v6, tt.proto, tt.l4, uint32(len(tt.l4))); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// No octets and no lengths make transportSum panic.
func FuzzTransportSum(f *testing.F) {
	for _, s := range sealed {
		f.Add(s.proto, s.v6, s.octets[:min(len(s.octets), 64)], uint32(len(s.octets)))
	}
	f.Fuzz(func(t *testing.T, proto uint8, v6 bool, l4 []byte, length uint32) {
		src, dst := address(10, 0, 0, 1), address(10, 0, 0, 2)
		got := transportSum(&src, &dst, v6, proto, l4, length)
		if got == tcp.SumPartial && (proto == ProtoICMP || transportOf(proto).need == 0) {
			t.Errorf("protocol %d has no pseudo-header, but is %v", proto, got)
		}
	})
}

func TestTransportSumDoesNotAllocate(t *testing.T) {
	src, dst, l4 := address(10, 0, 0, 1), address(10, 0, 0, 2), octets(1460, nil)
	if n := testing.AllocsPerRun(100, func() { transportSum(&src, &dst, false, ProtoTCP, l4, 1460) }); n != 0 {
		t.Errorf("%v allocations a segment, want 0", n)
	}
}

// TestPlainSumsAgree: the quick way over a plain datagram says what the slow ones say: of random
// octets, with good, left and bad checksums, and cut.
func TestPlainSumsAgree(t *testing.T) {
	rng := rand.NewChaCha8([32]byte{1})
	for n := range 4000 {
		ip := make([]byte, 40+n%120)
		rng.Read(ip)
		ip[0] = 0x45
		src, dst := address(ip[12], ip[13], ip[14], ip[15]), address(ip[16], ip[17], ip[18], ip[19])
		field := ip[36:38]
		length := uint32(len(ip) - 20)
		switch n % 5 {
		case 0: // good
			field[0], field[1] = 0, 0
			binary.BigEndian.PutUint16(ip[10:], 0)
			binary.BigEndian.PutUint16(ip[10:], ^onesSum(ip[:20]))
			binary.BigEndian.PutUint16(field, ^fold(uint64(onesSum(ip[20:]))+uint64(bigFold(pseudoSum(&src, &dst, false, ProtoTCP, length)))))
		case 1:
			binary.BigEndian.PutUint16(field, bigFold(pseudoSum(&src, &dst, false, ProtoTCP, length)))
		case 2:
			binary.BigEndian.PutUint16(field, bigFold(pseudoSum(&src, &dst, false, ProtoTCP, 0)))
		}
		for _, cut := range []int{0, 1} {
			captured := ip[:max(40, len(ip)-cut)]
			v := View{IP: captured, L4: captured[20:], TCP: tcp.Header(captured[20:40]), IPLen: uint32(len(ip))}
			v.Key.Proto = ProtoTCP
			v.Key.A, v.Key.B = src, dst
			v.plainSums()
			header, segment := v.IPSum, v.L4Sum
			if want := headerSum(captured); header != want {
				t.Fatalf("%x: header %v, want %v", captured, header, want)
			}
			if want := transportSum(&src, &dst, false, ProtoTCP, captured[20:], length); segment != want {
				t.Fatalf("%x: segment %v, want %v", captured, segment, want)
			}
		}
	}
}
