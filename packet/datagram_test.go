package packet

import (
	"bytes"
	"encoding/binary"
	"testing"

	"onpath/tcp"
)

// fragmented is a VXLAN packet in three IPv4 fragments, whose inside is a TCP
// segment in two IPv6 fragments; both inner fragments come so.
func fragmented() (frames [][]byte) {
	body := bytes.Repeat([]byte("onpath"), 50)
	whole := tcpOptions(1000, 80, body, nil)
	const cut = 160
	inner := [][]byte{
		ip6(host6A, host6B, ProtoFragment, be{ProtoTCP, 0}.u16(0|1).u32(77), whole[:cut]),
		ip6(host6A, host6B, ProtoFragment, be{ProtoTCP, 0}.u16(cut).u32(77), whole[cut:]),
	}
	for i, p := range inner {
		outer := udp(40000, 4789, vxlanHeader(9), ether(typeIPv6, p))
		for at := 0; at < len(outer); at += 96 {
			end, field := min(at+96, len(outer)), uint16(at/8)
			if end < len(outer) {
				field |= 0x2000
			}
			f := ip4Fragment(hostB, hostA, ProtoUDP, field, outer[at:end])
			f[5] = byte(i) // another identification
			frames = append(frames, f)
		}
	}
	return frames
}

// TestFragmentsInFragments follows both datagrams to the segment inside.
func TestFragmentsInFragments(t *testing.T) {
	d, v := NewDecoder(Config{}), new(View)
	frames := fragmented()
	for i, data := range frames {
		f := &Frame{Data: data, WireLen: uint32(len(data)), Number: uint64(i), Link: LinkRaw}
		d.Decode(f, v)
		checkView(t, f, v)
		if last := i == len(frames)-1; (v.Why == Decoded) != last || (v.Why == FragmentHeld) == last {
			t.Fatalf("frame %d: %v", i, v.Why)
		}
		if !inside(data, v.Fragment) || len(v.Fragment) != len(data) {
			t.Errorf("frame %d: own fragment of %d octets", i, len(v.Fragment))
		}
	}
	if got, want := shown(v), "6 2001:db8::1:1000 > 2001:db8::2:80 len 300 depth 2 net 16777225"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if v.IPLen != 40+20+300 || v.Fragments != 2 || !bytes.HasPrefix(v.Payload, []byte("onpathonpath")) {
		t.Errorf("%d octets of %d fragments: %q", v.IPLen, v.Fragments, v.Payload)
	}
	if v.Outer().Proto != ProtoUDP || v.Outer().APort != 4789 {
		t.Errorf("outer %+v", v.Outer())
	}
}

// TestJumbogram believes the option as far as the wire had the octets.
func TestJumbogram(t *testing.T) {
	const octets = 70000 // behind the IPv6 header
	options := be{ProtoTCP, 0, optionJumbo, 4}.u32(octets)
	data := withLength6(ip6(host6A, host6B, ProtoHopByHop, options, segment(1000, 80, "")), 0)
	for _, c := range []struct {
		wire, want uint32
	}{
		{40 + octets, octets - 8 - 20},
		{40 + octets + 6, octets - 8 - 20},
		{40 + octets - 1, octets - 8 - 20 - 1},
	} {
		v := new(View)
		NewDecoder(Config{}).Decode(&Frame{Data: data, WireLen: c.wire, Link: LinkRaw}, v)
		if v.Seg.Len != c.want || v.IPLen != c.want+68 {
			t.Errorf("%d octets on the wire: %v, %d octets, %d of them TCP's", c.wire, v.Why, v.IPLen, v.Seg.Len)
		}
	}
	binary.BigEndian.PutUint32(data[44:], 1<<16-1)
	if v := decodeNew(LinkRaw, data); v.Why != IPLength {
		t.Errorf("a jumbogram of 65,535 octets: %v", v.Why)
	}
}

// TestCutOptions holds a segment whose options were not captured to be tracked.
func TestCutOptions(t *testing.T) {
	frame := ip4(hostA, hostB, ProtoTCP, tcpOptions(1000, 80, []byte("GET"), timestamps))
	v := new(View)
	NewDecoder(Config{}).Decode(&Frame{Data: frame[:45], WireLen: uint32(len(frame)), Link: LinkRaw}, v)
	if !v.IsTCP() || v.Seg.Len != 3 || v.Seg.Opts != tcp.OptCut || len(v.TCP) != 25 {
		t.Errorf("%v, %d octets, options %b, header %d", v.Why, v.Seg.Len, v.Seg.Opts, len(v.TCP))
	}
}

// TestChecksums takes good and bad ones, with the addresses that a routing
// header and a home address put into the pseudo-header.
func TestChecksums(t *testing.T) {
	routed := join([]byte{ProtoTCP, 2, 0, 1, 0, 0, 0, 0}, host6C[:])
	segments := join([]byte{ProtoTCP, 2, 4, 1, 0, 0, 0, 0}, host6C[:])
	rpl := join([]byte{ProtoTCP, 2, 3, 1, 0, 0, 0, 0}, host6C[:])
	home := join([]byte{ProtoTCP, 2, optionHomeAddress, 16}, host6C[:], make([]byte, 4))
	good := func(dst [16]byte) []byte { return summed6(host6A, dst, segment(1000, 80, "GET")) }
	for _, c := range []struct {
		name  string
		frame []byte
		want  tcp.Sum
	}{
		{"good", ip6(host6A, host6B, ProtoTCP, good(host6B)), tcp.SumGood},
		{"of another address", ip6(host6A, host6B, ProtoTCP, good(host6C)), tcp.SumBad},
		{"of the final destination", ip6(host6A, host6B, ProtoRouting, routed, good(host6C)), tcp.SumGood},
		{"not of the first", ip6(host6A, host6B, ProtoRouting, routed, good(host6B)), tcp.SumBad},
		{"of the last segment", ip6(host6A, host6B, ProtoRouting, segments, good(host6C)), tcp.SumGood},
		{"of nobody knows whom", ip6(host6A, host6B, ProtoRouting, rpl, good(host6C)), tcp.SumUnknown},
		{"of a home address", ip6(host6A, host6B, ProtoDestOpts, home, good(host6B)), tcp.SumUnknown},
	} {
		if v := decodeNew(LinkRaw, c.frame); v.L4Sum != c.want || v.Seg.Sum != c.want {
			t.Errorf("%s: %v, %v", c.name, v.L4Sum, v.Why)
		}
	}
	v := new(View)
	NewDecoder(Config{NoChecksums: true}).Decode(&Frame{Data: web(), Link: LinkRaw}, v)
	if v.IPSum != tcp.SumUnknown || v.L4Sum != tcp.SumUnknown {
		t.Errorf("not asked for: %v, %v", v.IPSum, v.L4Sum)
	}
}

// TestICMPPorts holds the table to be its own inverse.
func TestICMPPorts(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		for kind := range 256 {
			src, dst, oneWay := ICMPPorts(v6, uint8(kind), 7)
			if oneWay {
				if src != uint16(kind) || dst != 7 {
					t.Errorf("type %d: %d, %d", kind, src, dst)
				}
				continue
			}
			if back, forth, _ := ICMPPorts(v6, uint8(dst), 7); back != dst || forth != src {
				t.Errorf("type %d: %d, %d; its answer %d, %d", kind, src, dst, back, forth)
			}
		}
	}
}
