package record

import (
	"strings"
	"testing"

	"onpath/compat/netfilter"
	"onpath/packet"
)

// refused is a packet of telnet that a firewall knows and refuses.
func refused() *Packet {
	p := seen()
	e := &netfilter.Entry{TCP: netfilter.SynSent, Status: netfilter.SeenReply | netfilter.Confirmed, Expires: p.View.At + 119_999_999_999}
	e.Orig.Proto = packet.ProtoTCP
	e.Sides[netfilter.Original] = netfilter.Side{End: 1001, MaxEnd: 66161, MaxWin: 64240, MaxAck: 5001, Scale: 7, Flags: netfilter.FlagMaxAck}
	p.Netfilter = &netfilter.Verdict{State: netfilter.StateInvalid, Dir: netfilter.Reply, Entry: e}
	return p
}

// lone is a packet of which the firewall knows nothing.
func lone() *Packet {
	p := seen()
	p.Netfilter = &netfilter.Verdict{State: netfilter.StateInvalid}
	return p
}

// verdict returns the columns named nf_… of a packet, separated by tabs.
func verdict(p *Packet) string {
	var list []string
	for _, c := range netfilterColumns {
		list = append(list, string(c.Append(nil, p)))
	}
	return strings.Join(list, "\t")
}

func TestNetfilterColumns(t *testing.T) {
	ended := refused()
	ended.Netfilter.Deleted = true
	ended.Netfilter.Entry.Status |= netfilter.Dying
	ping := refused()
	ping.Netfilter.Entry.Orig.Proto = packet.ProtoICMP
	ping.Netfilter.State = netfilter.StateNew
	icmpError := lone()
	*icmpError.Netfilter = netfilter.Verdict{State: netfilter.StateRelated, Dir: netfilter.Reply}
	const windows = "original_end=1001,original_max_end=66161,original_max_win=64240,original_max_ack=5001,original_scale=7"
	for name, c := range map[string]struct {
		p    *Packet
		want string
	}{
		"refused":    {refused(), "INVALID\treply\tSYN_SENT\t119\tSEEN_REPLY,CONFIRMED\t" + windows + "\t"},
		"ended":      {ended, "INVALID\treply\tSYN_SENT\t\tSEEN_REPLY,CONFIRMED,DYING\t" + windows + "\t"},
		"ping":       {ping, "NEW\treply\t\t119\tSEEN_REPLY,CONFIRMED\t\t"},
		"lone":       {lone(), "INVALID\t\t\t\t\t\t"},
		"ICMP error": {icmpError, "RELATED\treply\t\t\t\t\t"},
		"not asked":  {seen(), "\t\t\t\t\t\t"},
	} {
		if got := verdict(c.p); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestRefusedPacketsOfARecord(t *testing.T) {
	r := telnet()
	if got := string(appendNFInvalid(nil, r)); got != "" {
		t.Errorf("not asked: got %q", got)
	}
	r.Firewall = true
	if got := string(appendNFInvalid(nil, r)); got != "0" {
		t.Errorf("asked: got %q", got)
	}
}
