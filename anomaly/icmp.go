package anomaly

var icmpRows = []Row{
	{
		ID: IcmpUnreachableOnSyn, Name: "icmp-unreachable-on-syn", Family: FamilyIcmp, Tier: 1, Severity: Informational, Scope: ScopeConnection,
		Rule:  "an ICMP destination unreachable quotes a SYN of the attempt",
		Ref:   "RFC 9293 §3.9.2.2; RFC 5461 §2",
		Peers: "argus URP, URH, URN, URFIL; Zeek icmp_unreachable; netfilter RELATED",
		Traps: "the quoted SEQ must be that of the SYN (RFC 5927 §4.1)",
	},
	{
		ID: IcmpAdminProhibited, Name: "icmp-admin-prohibited", Family: FamilyIcmp, Tier: 1, Severity: Informational, Scope: ScopeConnection,
		Rule:  "an ICMP destination unreachable with code 9, 10 or 13 (ICMPv6: 1, 5 or 6) quotes the connection",
		Ref:   "RFC 1812 §5.2.7.1; RFC 4443 §3.1",
		Peers: "argus URFIL, URHPRO, URNPRO",
		Traps: "none; a firewall that rejects",
	},
	{
		ID: IcmpFragNeeded, Name: "icmp-frag-needed", Family: FamilyIcmp, Tier: 1, Severity: Performance, Scope: ScopeConnection,
		Rule:  "an ICMP fragmentation needed (type 3, code 4) or ICMPv6 packet too big (type 2) quotes the connection",
		Ref:   "RFC 1191 §4; RFC 8201 §4",
		Peers: "argus URF",
		Traps: "none; smaller segments should follow, else pmtud-blackhole",
	},
	{
		ID: PmtudBlackhole, Name: "pmtud-blackhole", Family: FamilyIcmp, Tier: 2, Severity: Performance, Scope: ScopeConnection,
		Rule:  "full segments that must not be fragmented are sent again and again while small ones pass, without ICMP error or against it",
		Ref:   "RFC 2923 §2.1; RFC 4821 §1",
		Traps: "bursts that are lost as a whole; needs 3 timeouts or more",
	},
	{
		ID: IcmpOutOfWindow, Name: "icmp-out-of-window", Family: FamilyIcmp, Tier: 1, Severity: Suspicious, Scope: ScopeConnection,
		Rule:  "the SEQ that an ICMP error quotes is not within SND.UNA to SND.NXT of the one it is sent to",
		Ref:   "RFC 5927 §4.1",
		Traps: "an attack or a late error; a NAT translates what is quoted",
	},
	{
		ID: IcmpHardErrorReset, Name: "icmp-hard-error-reset", Family: FamilyIcmp, Tier: 2, Severity: Suspicious, Scope: ScopeConnection,
		Rule:  "an established connection is aborted right after an ICMP hard error",
		Ref:   "RFC 5461 §2.1; RFC 5927 §5; RFC 9293 §3.9.2.2 (SHLD-26)",
		Peers: "argus",
		Traps: "what the RFC asks for, and what newer systems no longer do",
	},
	{
		ID: IcmpSourceQuench, Name: "icmp-source-quench", Family: FamilyIcmp, Tier: 3, Severity: Violation, Scope: ScopeConnection,
		Rule:  "an ICMP source quench (type 4) quotes the connection",
		Ref:   "RFC 6633 §3",
		Peers: "Snort 116:439; argus SRC",
		Traps: "none; deprecated since 2012",
	},
	{
		ID: IcmpTtlExceeded, Name: "icmp-ttl-exceeded", Family: FamilyIcmp, Tier: 3, Severity: Informational, Scope: ScopeConnection,
		Rule:  "an ICMP time exceeded quotes the connection",
		Ref:   "RFC 9293 §3.9.2.2 (MUST-56: no reason to abort)",
		Peers: "argus T",
		Traps: "traceroute over TCP; a routing loop, where the segments' TTLs differ",
	},
}
