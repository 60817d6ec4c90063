package anomaly

var lifecycleRows = []Row{
	{
		ID: EventSyn, Name: "event-syn", Family: FamilyLifecycle, Tier: 1, Severity: Informational, Scope: ScopeSegment,
		Rule:  "bare SYN of a new attempt",
		Ref:   "RFC 9293 §3.5",
		Peers: "Wireshark tcp.connection.syn; Zeek connection_attempt; pping opening; PATHspider tcp_synflags_fwd",
		Traps: "none",
	},
	{
		ID: EventSynack, Name: "event-synack", Family: FamilyLifecycle, Tier: 1, Severity: Informational, Scope: ScopeSegment,
		Rule:  "SYN+ACK of a new attempt",
		Ref:   "RFC 9293 §3.5",
		Peers: "Wireshark tcp.connection.synack; PATHspider tcp_synflags_rev",
		Traps: "none",
	},
	{
		ID: EventEstablished, Name: "event-established", Family: FamilyLifecycle, Tier: 1, Severity: Informational, Scope: ScopeConnection,
		Rule:  "three segments complete and consistent",
		Ref:   "RFC 9293 §3.5",
		Peers: "Zeek connection_established; PATHspider tcp_connected; argus CON",
		Traps: "needs both ways, or the peer's ACK numbers",
	},
	{
		ID: EventFinActive, Name: "event-fin-active", Family: FamilyLifecycle, Tier: 1, Severity: Informational, Scope: ScopeSegment,
		Rule:  "first FIN of the connection",
		Ref:   "RFC 9293 §3.6",
		Peers: "Wireshark tcp.connection.fin, tcp.connection.fin_active",
		Traps: "none",
	},
	{
		ID: EventFinPassive, Name: "event-fin-passive", Family: FamilyLifecycle, Tier: 1, Severity: Informational, Scope: ScopeSegment,
		Rule:  "FIN of the other side",
		Ref:   "RFC 9293 §3.6",
		Peers: "Wireshark tcp.connection.fin_passive",
		Traps: "none",
	},
	{
		ID: EventRst, Name: "event-rst", Family: FamilyLifecycle, Tier: 1, Severity: Informational, Scope: ScopeSegment,
		Rule:  "any accepted RST",
		Ref:   "RFC 9293 §3.5.3",
		Peers: "Wireshark tcp.connection.rst (level Warning); T2 0x40",
		Traps: "grade by the rst-* rules",
	},
	{
		ID: SnackOption, Name: "snack-option", Family: FamilyLifecycle, Tier: 3, Severity: Informational, Scope: ScopeSegment,
		Rule:  "SCPS SNACK option",
		Ref:   "CCSDS 714.0-B",
		Peers: "Wireshark tcp.options.snack.sequence",
		Traps: "satellite PEPs",
	},
}
