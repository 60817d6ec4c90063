package netfilter

import (
	"net/netip"
	"strconv"
)

// Cause is why a packet was ignored or refused: a row of the table of causes.
type Cause uint8

// The causes. Those of which the kernel logs nothing are marked so.
const (
	CauseNone           Cause = iota
	CauseTruncated            // a TCP header longer than the packet
	CauseTCPShort             // no room for the TCP header; not logged
	CauseShort                // no room for the header of UDP or ICMP
	CauseChecksum             // wrong checksum of TCP or UDP
	CauseFlags                // flags that no TCP sends together
	CauseNew                  // no entry, and none can begin with this segment
	CauseStrict               // no entry, and Config.Strict; not logged
	CauseIgnored              // against the state, but the table may be wrong
	CauseRefused              // against the state
	CauseChallenge            // an ACK that answers a SYN in LAST_ACK (RFC 5961 §4)
	CauseRST                  // a RST below what its addressee acknowledged
	CauseOvershoot            // bound I, but by less than a window
	CauseSeqOver              // bound I: data beyond the receiver's window
	CauseSeqUnder             // bound II: data more than a window before the newest
	CauseAckOver              // bound III: an ACK of what was not seen
	CauseAckUnder             // bound IV: a very old ACK
	CauseUDPLength            // a UDP length that cannot be
	CauseICMPType             // a type above 18
	CauseICMPChecksum         // wrong checksum of ICMP
	CauseICMPv6Checksum       // wrong checksum of ICMPv6
	CauseRedirectShort        // an ICMPv6 redirect without its two addresses
	CauseRedirectSource       // one that no router of the link sent
	CauseRedirectBare         // one that is about no packet
	CauseCoverage             // a UDP-Lite coverage that cannot be
	CauseNoChecksum           // UDP-Lite without a checksum
	CauseSCTPShort            // no room for SCTP's header
	CauseOuter                // an ICMP error to somebody whom it does not concern
	CauseVersion              // ICMP over IPv6, or the other way round; not logged
	CauseNoQuery              // an ICMP message that neither asks, nor answers, nor reports; not logged
	CauseUnasked              // an ICMP answer without its question; not logged
	CauseQuote                // an ICMP error that quotes no packet which could have an entry; not logged
	CauseUnrelated            // one about a packet that has no entry; not logged
	CauseHelper               // dropped by a helper
	CauseFull                 // dropped because the table is full
	CauseNoTuple              // no ports, or what stands for them; not logged
	CauseNotIP                // never seen, as the following: no IP packet that could be read
	CauseIPHeader             // an IP header that contradicts itself, or was cut
	CauseIPChecksum           // wrong checksum of the IPv4 header
	CauseFragment             // of a datagram that is not whole
	CauseOverlap              // fragments that overlap
	CauseAddress              // IPv6 addresses that no host takes
	CauseCut                  // too little was captured to tell
	numCauses
)

// Reason is a Cause and the numbers that led to it. The zero Reason is none.
type Reason struct {
	Cause Cause
	Index uint8    // kind of the packet, as the kernel's log numbers it: 0 SYN, 1 SYNACK, 2 FIN, 3 ACK, 4 RST
	Dir   Dir      // of the packet
	State TCPState // of the entry before it
	Upper bool     // Bound is an upper one
	SACK  bool     // Got is the highest edge of the SACK blocks, and not the ACK
	// Shortened says that this FIN or RST, refused after one of the other side, made
	// the entry's timeout 300 s; LastIndex is the kind of that one.
	Shortened bool
	LastIndex uint8
	// The bound that was broken: Got must be at most (Upper) or at least Bound, as
	// signed differences.
	Got, Bound uint32
	// Outer is the addressee of an ICMP error, Inner whom it concerns; addresses as
	// in Tuple.
	Outer, Inner [16]byte
	Log          string // what the log of the helper that dropped it says; of what is not IP, what it is
	Helper       string // its name
}

// bound notes that a bound was broken.
func (r *Reason) bound(c Cause, got, bound uint32) {
	r.Cause, r.Got, r.Bound, r.Upper = c, got, bound, causes[c].upper
}

// causes is the only place where a cause is put into words. In them $n is the
// distance between Got and Bound, $b is Bound as the kernel logs it, $B as it is,
// $g is Got, $i, $d and $s are Index, Dir and State, $k the kind in words, $e ACK or SACK, $o and $a are Outer
// and Inner, $h and $l Helper and Log.
var causes = [numCauses]struct {
	name   string // stable, for programs
	kernel string // its log, without "nf_ct_proto_6: " in front
	words  string // ours
	upper  bool   // Bound is an upper one
}{
	CauseNone:           {name: ""},
	CauseTruncated:      {"truncated", "truncated packet", "the TCP header claims more octets than the packet has, or fewer than 20", false},
	CauseTCPShort:       {"tcp-short", "", "the packet has no room for the TCP header", false},
	CauseShort:          {"short", "short packet", "the packet has no room for its transport header", false},
	CauseChecksum:       {"checksum", "bad checksum", "the checksum is wrong", false},
	CauseFlags:          {"flags", "invalid tcp flag combination", "no TCP sends these flags together", false},
	CauseNew:            {"invalid-new", "invalid new", "no connection is known that this $k belongs to, and none can begin with it", false},
	CauseStrict:         {"strict", "", "no connection is known that this $k belongs to, and none may be picked up in its middle (nf_conntrack_tcp_loose=0)", false},
	CauseIgnored:        {"state-ignored", "packet (index $i) in dir $d ignored, state $s", "$k against the state $s: passed over, as the ends may know better", false},
	CauseRefused:        {"state-refused", "packet (index $i) in dir $d invalid, state $s", "$k in the $r direction cannot be in state $s", false},
	CauseChallenge:      {"challenge", "challenge-ack ignored", "this ACK may answer the SYN before it (RFC 5961), so it ends nothing", false},
	CauseRST:            {"invalid-rst", "invalid rst", "SEQ $g of the RST is $n octets below $B, which its addressee acknowledged already", false},
	CauseOvershoot:      {"overshoot", "$o bytes more than expected", "END $g is $n octets over the upper bound $B, less than a window: passed, but the sender's END is $g now", true},
	CauseSeqOver:        {"seq-over", "SEQ is over upper bound $b (over the window of the receiver)", "SEQ $g is $n octets over the upper bound $B, the end of the receiver's window", true},
	CauseSeqUnder:       {"seq-under", "SEQ is under lower bound $b (already ACKed data retransmitted)", "END $g is $n octets under the lower bound $B, a window before the newest octet: passed, nothing is learnt", false},
	CauseAckOver:        {"ack-over", "ACK is over upper bound $b (ACKed data not seen yet)", "$e $g is $n octets over the upper bound $B, the end of what its addressee was seen to send", true},
	CauseAckUnder:       {"ack-under", "ignored ACK under lower bound $b (possible overly delayed)", "$e $g is $n octets under the lower bound $B, 66000 octets or the largest window before the newest octet: passed, nothing is learnt", false},
	CauseUDPLength:      {"udp-length", "truncated/malformed packet", "the UDP length does not fit the packet", false},
	CauseICMPType:       {"icmp-type", "invalid icmp type", "there is no such ICMP type", false},
	CauseICMPChecksum:   {"icmp-checksum", "bad hw icmp checksum", "the ICMP checksum is wrong", false},
	CauseICMPv6Checksum: {"icmpv6-checksum", "ICMPv6 checksum failed", "the ICMPv6 checksum is wrong", false},
	CauseRedirectShort:  {"redirect-short", "short redirect", "the redirect has no room for its two addresses", false},
	CauseRedirectSource: {"redirect-source", "invalid saddr or hoplimit for redirect", "a redirect comes from a link-local address with hop limit 255, this one does not (RFC 4861 8.1)", false},
	CauseRedirectBare:   {"redirect-bare", "redirect without options", "the redirect does not say which packet it is about", false},
	CauseCoverage:       {"coverage", "invalid checksum coverage", "the UDP-Lite checksum cannot cover so many octets", false},
	CauseNoChecksum:     {"no-checksum", "checksum missing", "UDP-Lite without a checksum (RFC 3828 3.1)", false},
	CauseSCTPShort:      {"sctp-short", "nf_ct_sctp: short packet", "the packet has no room for the SCTP header", false},
	CauseOuter:          {"outer", "outer daddr $a != inner $A", "the error goes to $a and concerns $A", false},
	CauseVersion:        {"icmp-version", "", "ICMP of the other version of IP", false},
	CauseNoQuery:        {"no-query", "", "this type of ICMP message neither asks, nor answers, nor reports an error", false},
	CauseUnasked:        {"unasked", "", "nothing is known that this ICMP message could answer", false},
	CauseQuote:          {"quote", "", "the ICMP error does not quote a packet that could have an entry", false},
	CauseUnrelated:      {"unrelated", "", "nothing is known of the connection that the ICMP error is about", false},
	CauseHelper:         {"helper", "nf_ct_$h: dropping packet: $l", "the helper $h drops the packet: $l", false},
	CauseFull:           {"full", "nf_conntrack: table full, dropping packet", "the table is full and holds nothing that may go early: dropped", false},
	CauseNoTuple:        {"no-tuple", "", "nothing tells its connection: the packet ends before its ports, its IPv6 extensions lead to no transport header, or it is GRE of version 1 without PPP", false},
	CauseNotIP:          {"not-ip", "", "no IP packet could be read: $l", false},
	CauseIPHeader:       {"ip-header", "", "the lengths of the IP header cannot be, or the capture cut it", false},
	CauseIPChecksum:     {"ip-checksum", "", "the checksum of the IPv4 header is wrong: a router drops the packet at once", false},
	CauseFragment:       {"fragment", "", "a fragment: what is tracked is its datagram, once that is whole", false},
	CauseOverlap:        {"overlap", "", "fragments of the datagram overlap: the kernel drops all of it (RFC 5722)", false},
	CauseAddress:        {"address", "", "it comes from a multicast address, or goes to one that must not leave its host: thrown away at once", false},
	CauseCut:            {"cut", "", "too little of the transport header was captured to tell", false},
}

// kindWords are the kinds of segments, by Index.
var kindWords = [...]string{"SYN", "SYN,ACK", "FIN", "ACK", "RST", "segment"}

// edgeWords say what was acknowledged, by Reason.SACK.
var edgeWords = map[bool]string{false: "ACK", true: "the SACK edge"}

// String returns the name of the cause; "" for none. It is stable.
func (c Cause) String() string { return causes[c].name }

// Drops reports whether the kernel drops the packet itself, and does not leave it
// to the rules.
func (c Cause) Drops() bool { return c == CauseHelper || c == CauseFull }

// Unseen reports whether it is why connection tracking would not have seen the packet, or why
// that cannot be told.
func (c Cause) Unseen() bool { return c >= CauseNotIP && c < numCauses }

// Append appends what the kernel logs of the packet (nf_conntrack_log_invalid),
// without the "nf_ct_proto_6: " that it puts in front; nothing where it logs nothing.
func (r *Reason) Append(dst []byte) []byte {
	dst = r.expand(dst, causes[r.Cause].kernel)
	if r.Shortened { // in jiffies of a kernel with HZ=250
		dst = append(strconv.AppendUint(append(dst, "; packet (index "...), uint64(r.Index), 10), ", dir "...)
		dst = append(strconv.AppendUint(dst, uint64(r.Dir), 10), ") response for index "...)
		dst = append(strconv.AppendUint(dst, uint64(r.LastIndex), 10), " lower timeout to 75000"...)
	}
	return dst
}

// String returns what Append appends.
func (r *Reason) String() string { return string(r.Append(nil)) }

// Explain appends the reason in plain words, with the numbers of the bound;
// nothing for none.
func (r *Reason) Explain(dst []byte) []byte {
	dst = r.expand(dst, causes[r.Cause].words)
	if r.Shortened {
		dst = append(dst, "; both sides are leaving unbelieved, so the entry lives 300 s at most from now on"...)
	}
	return dst
}

// expand appends a text of causes with its numbers put in.
func (r *Reason) expand(dst []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		if text[i] != '$' {
			dst = append(dst, text[i])
			continue
		}
		i++
		dst = r.number(dst, text[i])
	}
	return dst
}

// number appends what the letter behind a $ stands for.
func (r *Reason) number(dst []byte, letter byte) []byte {
	switch letter {
	case 'k':
		return append(dst, kindWords[min(int(r.Index), len(kindWords)-1)]...)
	case 'e':
		return append(dst, edgeWords[r.SACK]...)
	case 's':
		return append(dst, r.State.String()...)
	case 'r':
		return append(dst, r.Dir.String()...)
	case 'h':
		return append(dst, r.Helper...)
	case 'l':
		return append(dst, r.Log...)
	case 'a':
		return appendExpanded(dst, r.Outer)
	case 'A':
		return appendExpanded(dst, r.Inner)
	}
	return strconv.AppendUint(dst, uint64(r.figure(letter)), 10)
}

// appendExpanded appends an address as the kernel's log has it: all digits of IPv6.
func appendExpanded(dst []byte, a [16]byte) []byte {
	return append(dst, netip.AddrFrom16(a).Unmap().StringExpanded()...)
}

// figure returns the number that a letter stands for. The kernel logs the first
// value that breaks a bound.
func (r *Reason) figure(letter byte) uint32 {
	switch letter {
	case 'i':
		return uint32(r.Index)
	case 'd':
		return uint32(r.Dir)
	case 'g':
		return r.Got
	case 'o':
		return r.Got - r.Bound + 1
	case 'B':
		return r.Bound
	case 'n':
		return r.distance()
	}
	if r.Upper {
		return r.Bound + 1
	}
	return r.Bound - 1
}

// distance returns by how many octets Got breaks Bound.
func (r *Reason) distance() uint32 {
	if r.Upper {
		return r.Got - r.Bound
	}
	return r.Bound - r.Got
}
