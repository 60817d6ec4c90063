package anomaly

var icmpRows = []Row{
	{
		ID: IcmpUnreachableOnSyn, Name: "icmp-unreachable-on-syn", Family: FamilyIcmp, Tier: 1, Severity: Informational, Scope: ScopeConnection,
		Rule:  "ICMP(v6) destination unreachable quoting the SYN",
		Ref:   "RFC 1122 §4.2.3.9; RFC 5461",
		Peers: "argus URP/URH/URN/URFIL..., flag U; Zeek icmp_unreachable; conntrack RELATED",
		Traps: "quoted SEQ must be the live one (RFC 5927 4)",
	},
	{
		ID: IcmpAdminProhibited, Name: "icmp-admin-prohibited", Family: FamilyIcmp, Tier: 1, Severity: Informational, Scope: ScopeConnection,
		Rule:  "codes 9,10,13 (v6 1,5,6)",
		Ref:   "RFC 1812 §5.2.7",
		Peers: "argus URFIL/URHPRO/URNPRO",
		Traps: "firewall reject",
	},
	{
		ID: IcmpFragNeeded, Name: "icmp-frag-needed", Family: FamilyIcmp, Tier: 1, Severity: Performance, Scope: ScopeConnection,
		Rule:  "type 3 code 4 / v6 type 2 quoting this connection",
		Ref:   "RFC 1191; RFC 8201",
		Peers: "argus URF",
		Traps: "followed by smaller segments: PMTUD works; else pmtud-blackhole",
	},
	{
		ID: PmtudBlackhole, Name: "pmtud-blackhole", Family: FamilyIcmp, Tier: 2, Severity: Performance, Scope: ScopeConnection,
		Rule:  "full-size DF segments repeatedly retransmitted, small ones pass, no ICMP or ICMP ignored",
		Ref:   "RFC 2923 §2.1; RFC 4821",
		Traps: "loss of large bursts; needs >= 3 RTOs and DF",
	},
	{
		ID: IcmpOutOfWindow, Name: "icmp-out-of-window", Family: FamilyIcmp, Tier: 1, Severity: Suspicious, Scope: ScopeConnection,
		Rule:  "quoted SEQ not in [SND.UNA, SND.NXT)",
		Ref:   "RFC 5927 §4.1",
		Traps: "attack or stale; NAT translates",
	},
	{
		ID: IcmpHardErrorReset, Name: "icmp-hard-error-reset", Family: FamilyIcmp, Tier: 2, Severity: Suspicious, Scope: ScopeConnection,
		Rule:  "connection aborts right after ICMP hard error in established state",
		Ref:   "RFC 5461 §2; RFC 5927 §5",
		Peers: "argus",
		Traps: "old stacks",
	},
	{
		ID: IcmpSourceQuench, Name: "icmp-source-quench", Family: FamilyIcmp, Tier: 3, Severity: Violation, Scope: ScopeConnection,
		Rule:  "type 4 in modern network",
		Ref:   "RFC 6633",
		Peers: "Snort 116:439; argus SRC",
		Traps: "deprecated",
	},
	{
		ID: IcmpTtlExceeded, Name: "icmp-ttl-exceeded", Family: FamilyIcmp, Tier: 3, Severity: Informational, Scope: ScopeConnection,
		Rule:  "time exceeded quoting this connection",
		Ref:   "RFC 1122",
		Peers: "argus T",
		Traps: "tcptraceroute, routing loop (TTL of segments falling)",
	},
}
