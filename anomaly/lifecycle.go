package anomaly

var lifecycleRows = []Row{
	{
		ID: EventSyn, Name: "event-syn", Family: FamilyLifecycle, Tier: 1, Severity: Informational, Scope: ScopeSegment,
		Rule:  "the SYN of a new attempt",
		Ref:   "RFC 9293 §3.5",
		Peers: "Zeek connection_attempt; pping opening; PATHspider tcp_synflags_fwd",
		Traps: "none",
	},
	{
		ID: EventSynack, Name: "event-synack", Family: FamilyLifecycle, Tier: 1, Severity: Informational, Scope: ScopeSegment,
		Rule:  "the SYN,ACK of a new attempt",
		Ref:   "RFC 9293 §3.5",
		Peers: "PATHspider tcp_synflags_rev",
		Traps: "none",
	},
	{
		ID: EventEstablished, Name: "event-established", Family: FamilyLifecycle, Tier: 1, Severity: Informational, Scope: ScopeConnection,
		Rule:  "the three segments of the handshake are complete and fit each other",
		Ref:   "RFC 9293 §3.5",
		Peers: "Zeek connection_established; PATHspider tcp_connected; argus CON",
		Traps: "needs both directions, or the peer's ACKs",
	},
	{
		ID: EventFinActive, Name: "event-fin-active", Family: FamilyLifecycle, Tier: 1, Severity: Informational, Scope: ScopeSegment,
		Rule:  "the first FIN of the connection",
		Ref:   "RFC 9293 §3.6",
		Traps: "none",
	},
	{
		ID: EventFinPassive, Name: "event-fin-passive", Family: FamilyLifecycle, Tier: 1, Severity: Informational, Scope: ScopeSegment,
		Rule:  "the FIN of the other side",
		Ref:   "RFC 9293 §3.6",
		Traps: "none",
	},
	{
		ID: EventRst, Name: "event-rst", Family: FamilyLifecycle, Tier: 1, Severity: Informational, Scope: ScopeSegment,
		Rule:  "a RST that its addressee accepts",
		Ref:   "RFC 9293 §3.5.3",
		Peers: "Tranalyzer2 tcpStates 0x40",
		Traps: "none; the rows rst-… judge it",
	},
	{
		ID: SnackOption, Name: "snack-option", Family: FamilyLifecycle, Tier: 3, Severity: Informational, Scope: ScopeSegment,
		Rule:  "a SNACK option of the Space Communications Protocol Specifications",
		Ref:   "CCSDS 714.0-B",
		Traps: "proxies on satellite links",
	},
}
