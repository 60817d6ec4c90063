package netfilter

import (
	"strings"
	"testing"

	"onpath/packet"
	"onpath/tcp"
)

// TestUnseenSaysWhy: a packet that has no state, and one that has no connection to be looked
// up, have the cause of it.
func TestUnseenSaysWhy(t *testing.T) {
	whole := func(change func(v *packet.View)) *packet.View {
		v := segmentView(3, false, 1001, 5001, tcp.ACK, 1000)
		change(v)
		return v
	}
	six := func(next byte, dst byte) *packet.View {
		b := make([]byte, 48)
		b[0], b[5], b[6], b[8], b[24] = 0x60, 8, next, 0x20, dst
		b[41], b[43] = 1, 1 // as GRE: of version 1; as a fragment: more follow
		return &packet.View{Depth: 1, IP: b, IPLen: 48}
	}
	for name, c := range map[string]struct {
		view  *packet.View
		state State
		cause Cause
		says  string
	}{
		"arp":           {&packet.View{Why: packet.NotIP}, StateUnseen, CauseNotIP, "no IP packet could be read: no IP inside: ARP"},
		"short header":  {whole(func(v *packet.View) { v.IP[0] = 0x44 }), StateUnseen, CauseIPHeader, "lengths of the IP header"},
		"cut header":    {&packet.View{Depth: 1, IP: six(6, 0x20).IP[:39]}, StateUnseen, CauseIPHeader, "lengths of the IP header"},
		"bad checksum":  {whole(func(v *packet.View) { v.IPSum = tcp.SumBad }), StateUnseen, CauseIPChecksum, "checksum of the IPv4 header"},
		"fragment":      {whole(func(v *packet.View) { v.IP[6] = 0x20 }), StateUnseen, CauseFragment, "once that is whole"},
		"IPv6 fragment": {six(packet.ProtoFragment, 0x20), StateUnseen, CauseFragment, "once that is whole"},
		"overlap":       {whole(func(v *packet.View) { v.Overlap = true }), StateUnseen, CauseOverlap, "overlap"},
		"own host only": {six(6, 0xff), StateUnseen, CauseAddress, "must not leave its host"},
		"cut":           {whole(func(v *packet.View) { v.IP = v.IP[:39] }), StateUnseen, CauseCut, "was captured to tell"},
		"no header":     {six(packet.ProtoNoNext, 0x20), StateInvalid, CauseNoTuple, "nothing tells its connection"},
		"GRE, not PPP":  {six(packet.ProtoGRE, 0x20), StateInvalid, CauseNoTuple, "nothing tells its connection"},
	} {
		g := New(Config{})
		g.config.NoChecksums = c.cause != CauseIPChecksum
		a := g.Explain(c.view)
		v := &a.Verdict
		story := strings.Join(strings.Fields(a.Story(0)), " ")
		if v.State != c.state || v.Why.Cause != c.cause || !strings.Contains(story, c.says) {
			t.Errorf("%s: %v, %v, want %v, %v, and %q in\n%s", name, v.State, v.Why.Cause, c.state, c.cause, c.says, story)
		}
		var tally Tally
		tally.Count(v)
		if seen := tally.Unseen[c.cause] == 0; seen != (c.state == StateInvalid) || v.Why.String() != "" {
			t.Errorf("%s: counted as %+v, the kernel logs %q", name, tally, v.Why.String())
		}
	}
}

// TestEdgeOfSACK: where a SACK block breaks a bound, the reason does not say that the ACK did.
func TestEdgeOfSACK(t *testing.T) {
	for _, c := range []struct {
		n    numbers
		want string
	}{
		{numbers{ack: 500, sack: 1001}, "the SACK edge 1001 is 1 octets over the upper bound 1000"},
		{numbers{ack: 1001, sack: 1001}, "ACK 1001 is 1 octets over the upper bound 1000"},
		{numbers{ack: ^uint32(69999), sack: ^uint32(65999)}, "the SACK edge 4294901296 is 1000 octets under"},
	} {
		var why Reason
		bounds(&Side{}, &Side{End: 1000}, &c.n, &why)
		if got := string(why.Explain(nil)); !strings.HasPrefix(got, c.want) {
			t.Errorf("%+v: %s, want %s", c.n, got, c.want)
		}
	}
}
