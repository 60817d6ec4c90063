package filter

import (
	"os"
	"strconv"
	"testing"

	"onpath/packet"
)

// filter returns a filter by dice, most of them right.
func (d dice) filter(deep int) string {
	if deep == 0 || d.IntN(4) == 0 {
		return d.primitive()
	}
	switch d.IntN(10) {
	case 0, 1:
		return pick(d, "not ", "! ", "!", "not not ") + d.filter(deep-1)
	case 2, 3:
		return "(" + d.filter(deep-1) + ")"
	case 4:
		return d.filter(deep-1) + pick(d, " and ", " or ") + d.identifiers()
	}
	return d.filter(deep-1) + pick(d, " and ", " or ", " && ", " || ") + d.filter(deep-1)
}

func (d dice) identifiers() string {
	id := pick(d, "80", "81", "10.1.2.3", "1.2.3.4", "6", "17", "53")
	switch d.IntN(5) {
	case 0:
		return "not " + id
	case 1:
		return "(" + id + " or " + d.identifiers() + ")"
	}
	return id
}

func (d dice) primitive() string {
	switch d.IntN(12) {
	case 0, 1:
		return pick(d, "", "tcp ", "udp ", "ip ", "sctp ") + d.end() + pick(d, "port 80", "port 53", "port domain", "port 5", "portrange 80-81", "portrange 5-80")
	case 2, 3:
		return pick(d, "", "", "ip ", "arp ", "tcp ", "ip6 ") + d.end() + pick(d, "host ", "net ", "") + pick(d, "10.1.2.3", "10", "10.0.0.0/8", "2001:db8::1", "2001:db8::/32", "192.168", "1.2.3.4")
	case 4:
		return pick(d, "", "ip ", "ip6 ", "ether ", "arp ") + "proto " + pick(d, `\tcp`, "6", "17", "gre", "44", "0x800", `\ip`)
	case 5:
		return pick(d, "", "ether ", "ip ", "ip6 ", "tcp ") + pick(d, "multicast", "broadcast")
	case 6:
		return pick(d, "vlan", "vlan 5", "vlan 6", "mpls", "mpls 5", "pppoes", "pppoes 5", "pppoed")
	case 7, 8:
		return d.sum(2) + pick(d, " = ", " != ", ">", "<", " >= ", "<=") + d.sum(2)
	case 9:
		return pick(d, "less 70", "greater 60", "ether host 1:2:3:4:5:6", "ether src 1:2:3:4:5:6", "inbound", "len > 70")
	}
	return pick(d, "ip", "ip6", "tcp", "udp", "icmp", "icmp6", "arp", "rarp", "sctp", "ah", "esp", "pim", "igmp", "vrrp")
}

func (d dice) end() string {
	return pick(d, "", "", "src ", "dst ", "src or dst ", "src and dst ", "dst and src ")
}

func (d dice) sum(deep int) string {
	if deep > 0 && d.IntN(3) == 0 {
		a, b, sign := d.sum(deep-1), d.sum(deep-1), pick(d, " + ", " - ", "*", " / ", "&", "|", " % ", "^", " << ", " >> ")
		return pick(d, a+sign+b, "("+a+")"+sign+b, a+sign+"("+b+")")
	}
	switch d.IntN(4) {
	case 0:
		return pick(d, "0", "1", "2", "5", "0x45", "80", "- 1", "tcp-syn", "icmp-echo")
	case 1:
		return "len"
	}
	return pick(d, "ip", "ip6", "tcp", "udp", "icmp", "arp", "ether", "icmp6", "link", "sctp") +
		"[" + pick(d, strconv.Itoa(d.IntN(30)), "tcpflags", d.sum(deep-min(deep, 1))) + pick(d, "", "", ":1", ":2", ":4") + "]"
}

// TestRandomFilters holds filters made by dice to tcpdump's; ONPATH_RUNS says how many.
func TestRandomFilters(t *testing.T) {
	o := newOracle(t)
	runs, seed := 150, uint64(1)
	if n, err := strconv.Atoi(os.Getenv("ONPATH_RUNS")); err == nil {
		runs = n
	}
	if n, err := strconv.ParseUint(os.Getenv("ONPATH_SEED"), 10, 64); err == nil {
		seed = n
	}
	d := newDice(seed)
	frames := map[packet.LinkType][]frame{}
	right := 0
	for range runs {
		text, link := d.filter(3), pick(d, packet.LinkEthernet, packet.LinkEthernet, packet.LinkEthernet, packet.LinkRaw, packet.LinkLinuxSLL, packet.LinkPPP, packet.LinkNull)
		if frames[link] == nil {
			frames[link] = d.frames(link, 3000)
		}
		o.compare(t, link, text, frames[link])
		if _, err := compileFor(text, link); err == nil {
			right++
		}
	}
	t.Logf("%d of %d filters were right", right, runs)
}
