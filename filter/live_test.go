package filter

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"onpath/packet"
)

// told returns a program as it is when the kernel tells of a frame: its tag, if it has
// taken one off, and whether this host sent it.
func (p Program) told(tag uint16, tagged, out bool) Program {
	says := map[uint32]uint32{adTag: uint32(tag), adTagPresent: 0, adPacketType: 0}
	if tagged {
		says[adTagPresent] = 1
	}
	if out {
		says[adPacketType] = outgoing
	}
	p = slices.Clone(p)
	for i := range p {
		if k, ok := says[p[i].K]; ok && p[i].Op&^0x18 == opLd|modeAbs {
			p[i] = Instruction{Op: opLd | modeImm, K: k}
		}
	}
	return p
}

// untagged returns a frame as the kernel hands it over, and the tag that it has taken
// off (net/core/dev.c: those of IEEE 802.1Q and 802.1ad).
func untagged(b []byte) (frame []byte, tag uint16, tagged bool) {
	if len(b) < 16 {
		return b, 0, false
	}
	if t := binary.BigEndian.Uint16(b[12:]); t != typeVLAN && t != typeQinQ {
		return b, 0, false
	}
	return append(slices.Clone(b[:12]), b[16:]...), binary.BigEndian.Uint16(b[14:]), true
}

// TestLiveAsTcpdump: on an interface filters select what tcpdump's select there.
func TestLiveAsTcpdump(t *testing.T) {
	o := newOracle(t)
	if _, why := o.ask("-p", "-i", "lo", "-ddd", "ip"); why != "" {
		t.Skipf("tcpdump cannot open lo, which needs root: %s", why)
	}
	frames := newDice(11).frames(packet.LinkEthernet, 2000)
	for _, text := range lines(t, "live.txt") {
		f, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		ours, err := f.CompileLive(packet.LinkEthernet)
		ask := func(flags ...string) (Program, string) {
			return o.ask(append(flags, "-p", "-i", "lo", "-ddd", "--", text)...)
		}
		agree(t, fmt.Sprintf("%q", text), ours, err, ask, len(frames), func(p Program, i int) bool {
			b, tag, tagged := untagged(frames[i].data)
			return p.told(tag, tagged, i%2 == 0).Match(b, frames[i].wire)
		})
	}
}

// TestLiveIsAsRecorded: what begins with vlan selects on an interface what it selects in
// a capture, where the tags are back in their frames. Other words mean frames without
// their first tag there; there are none behind two that are alike.
func TestLiveIsAsRecorded(t *testing.T) {
	frames := newDice(12).frames(packet.LinkEthernet, 3000)
	for _, text := range []string{
		"vlan", "vlan 5", "vlan and ip", "vlan 5 and tcp port 80", "vlan and vlan 6 and ip", "vlan and vlan and tcp",
		"vlan and not tcp", "vlan 6 and mpls and ip", "vlan and pppoes and ip6", "not vlan", "vlan 5 or vlan 6 and ip",
	} {
		f, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		recorded, err1 := f.Compile(packet.LinkEthernet)
		live, err2 := f.CompileLive(packet.LinkEthernet)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		for _, f := range frames {
			b, tag, tagged := untagged(f.data)
			if is := live.told(tag, tagged, false).Match(b, f.wire); is != recorded.Match(f.data, f.wire) {
				t.Errorf("%q: % x: live %v", text, f.data, is)
				break
			}
		}
	}
}
