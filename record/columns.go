package record

import (
	"net/netip"
	"slices"

	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// Where a column's meaning comes from.
const (
	srcOnpath = "onpath"
	srcZeek   = "Zeek conn.log"
	srcRFC    = "RFC 9293 §3.3.2"
	srcTcpad  = "tcpad; RFC 9293 §3.3.2"
	srcIANA   = "IANA Protocol Numbers"
	srcStates = "tcpStates §1.3.1"
	srcChain  = "PATHspider TCPChain"
)

// groups are the columns of a connection, in the order in which they are written.
// The tables are the only place where one is named: formats, the command columns
// and docs/columns.md read them.
var groups = slices.Concat(stateGroups, []Group[Record]{
	{State: attemptState, Groups: shownGroups},
	{State: historyState, Columns: historyColumns},
	{State: systemsState, Columns: systemColumns},
	{State: untimed, Groups: timesGroups},
	identityGroup(clientSignature, clientIdentity, tcp.Client),
	identityGroup(serverSignature, serverIdentity, tcp.Server),
	{State: calmState, Groups: []Group[Record]{
		{State: nothingFound, Groups: []Group[Record]{{Columns: firewallColumns}, {Own: foundColumns}}},
		{State: gatesState, Columns: gateColumns},
	}},
})

// columns are for who asks for names and writes no rows: what formats write by is theirs alone.
var columns = columnsOf(groups)

// stateGroups tell who talked, when, and what became of it.
var stateGroups = []Group[Record]{
	{Columns: numberColumns},
	{State: kindState, Columns: kindColumns},
	{Columns: endColumns},
	{State: tagsState, Columns: tagColumns},
	{Own: whenColumns},
	{State: outcomeState, Columns: outcomeColumns},
	{Columns: hashColumns},
}

// shownGroups tell how far both ends came, and how much they sent.
var shownGroups = []Group[Record]{
	{State: statesState, Columns: shownColumns},
	{State: sideState(tcp.Client), Columns: clientColumns},
	{State: sideState(tcp.Server), Columns: serverColumns},
	{State: quietState, Groups: []Group[Record]{
		{State: possibleState, Columns: possibleColumns},
		{State: repairsState(tcp.Client), Columns: repairColumns("client", tcp.Client)},
		{State: repairsState(tcp.Server), Columns: repairColumns("server", tcp.Server)},
	}},
}

var numberColumns = []Column[Record]{
	{"conn", Uint, "", "number of the record, 1, 2, … in the order of first packets", srcOnpath,
		func(dst []byte, r *Record) []byte { return appendUint(dst, r.Conn) }},
}

var kindColumns = []Column[Record]{
	{"continues", Uint, "", "number of the record that this one goes on from, which was idle or finished for so long that it was written; null if none", srcOnpath,
		func(dst []byte, r *Record) []byte { return appendNonZero(dst, r.Continues) }},
	{"proto", String, "", "IP protocol: tcp, udp, icmp, icmp6, …, or its number", srcIANA,
		func(dst []byte, r *Record) []byte { return AppendProto(dst, r.Key.Proto) }},
}

var endColumns = []Column[Record]{
	{"client", Addr, "", "address of the client: who sent the SYN, else whom the SYN,ACK addresses, else the higher port", srcOnpath,
		func(dst []byte, r *Record) []byte { return appendAddr(dst, r.Addr(tcp.Client)) }},
	{"client_port", Uint, "", "its port; for ICMP the type of the message; null without ports", srcZeek,
		func(dst []byte, r *Record) []byte { return appendPort(dst, r.Key.Proto, r.Port(tcp.Client)) }},
	{"server", Addr, "", "address of the other end", srcOnpath,
		func(dst []byte, r *Record) []byte { return appendAddr(dst, r.Addr(tcp.Server)) }},
	{"server_port", Uint, "", "its port; for ICMP the type of the answer, or the code where none exists; null without ports", srcZeek,
		func(dst []byte, r *Record) []byte { return appendPort(dst, r.Key.Proto, r.Port(tcp.Server)) }},
}

var tagColumns = []Column[Record]{
	{"vlan", Uint, "", "id of the innermost VLAN tag; null if untagged", "IEEE 802.1Q",
		func(dst []byte, r *Record) []byte { return appendNonZero(dst, uint64(r.Key.VLAN)) }},
	{"vni", Uint, "", "virtual network of the VXLAN or Geneve tunnel around it; null outside of both", "RFC 7348, RFC 8926",
		appendVNI},
}

func whenColumns() []Column[Record] {
	var last lastTime
	return []Column[Record]{
		{"start_time", Time, "", "time of the first packet", srcOnpath,
			func(dst []byte, r *Record) []byte { return last.append(dst, r.Start) }},
		{"end_time", Time, "", "time of the last packet", srcOnpath,
			func(dst []byte, r *Record) []byte { return last.append(dst, r.End) }},
		{"duration", Duration, "s", "from the first packet to the last", srcZeek,
			func(dst []byte, r *Record) []byte { return AppendSeconds(dst, r.End-r.Start) }},
	}
}

var outcomeColumns = []Column[Record]{
	{"start", String, "", "first segment: syn, synack, or midstream for any other; null if not TCP", srcOnpath,
		func(dst []byte, r *Record) []byte { return append(dst, r.Opening.String()...) }},
	{"view", String, "", "whose packets passed here: both, client-only, server-only", srcOnpath,
		func(dst []byte, r *Record) []byte { return append(dst, r.View().String()...) }},
	{"record", String, "", "final: the connection's last row; interim: a row of what it was by then (--interim), its counts from start_time on, so that the next row's hold these too", srcOnpath,
		func(dst []byte, r *Record) []byte { return append(dst, r.kind()...) }},
	{"part", Uint, "", "number of the row among those of its record: 1, 2, …; the final one has the last", srcOnpath,
		func(dst []byte, r *Record) []byte { return appendUint(dst, uint64(r.Part)) }},
	{"end_reason", String, "", "why the record ended: fin, rst, idle-timeout, attempt-timeout, evicted, capture-end, superseded, flush; null if interim", srcOnpath,
		appendEnding},
	{"outcome", String, "", "what became of the connection; onpath columns outcome tells the values; null if not TCP", srcOnpath,
		func(dst []byte, r *Record) []byte { return append(dst, r.Outcome.Class.String()...) }},
	{"outcome_flags", List, "", "more about the outcome; onpath columns outcome_flags tells the values; null if none", srcOnpath,
		func(dst []byte, r *Record) []byte { return r.Outcome.AppendFlags(dst) }},
	{"confidence", String, "", "how sure the outcome is: high, medium, or low, as in a one-way or late view; null if not TCP", srcOnpath,
		func(dst []byte, r *Record) []byte { return append(dst, r.Outcome.Confidence.String()...) }},
	{"closer", String, "", "who sent the first FIN, or RST that closed: client or server; null if nobody, or both before the other's arrived", srcOnpath,
		appendCloser},
	{"attempts", Uint, "", "SYNs of the client that passed, copies not counted; those with another ISN are other records; null if not TCP", srcOnpath,
		appendAttempts},
	{"deny_delay", Duration, "s", "of outcome denied: from the end of the handshake to the server's FIN or RST; else null", srcOnpath,
		appendDenyDelay},
}

var hashColumns = []Column[Record]{
	{"community_id", String, "", "hash of addresses, ports and protocol that other tools compute too; version 1, seed 0", "Community ID v1",
		func(dst []byte, r *Record) []byte { return appendCommunityID(dst, &r.Key, r.senderIsB()) }},
}

var shownColumns = []Column[Record]{
	{"client_state", String, "", "the state that the client is presumed to be in after the last packet; null if not TCP", srcTcpad,
		func(dst []byte, r *Record) []byte { return r.appendState(dst, tcp.Client) }},
	{"server_state", String, "", "the same of the server", srcTcpad,
		func(dst []byte, r *Record) []byte { return r.appendState(dst, tcp.Server) }},
}

var clientColumns = []Column[Record]{
	{"client_packets", Uint, "datagrams", "sent by the client; fragments of one datagram count once", "Zeek conn.log: orig_pkts",
		func(dst []byte, r *Record) []byte { return appendUint(dst, r.Side[tcp.Client].Packets) }},
	{"client_ip_octets", Uint, "octets", "of the client's IP datagrams, headers included", "Zeek conn.log: orig_ip_bytes",
		func(dst []byte, r *Record) []byte { return appendUint(dst, r.Side[tcp.Client].IPOctets) }},
	{"client_octets", Uint, "octets", "payload of the client; for TCP distinct octets of sequence space, not counted again when sent again", "RFC 9293 §3.4",
		func(dst []byte, r *Record) []byte { return appendUint(dst, r.Side[tcp.Client].Octets) }},
	{"client_repeated_octets", Uint, "octets", "TCP payload that the client sent again; null if not TCP", srcOnpath,
		func(dst []byte, r *Record) []byte { return r.appendRepeated(dst, tcp.Client) }},
}

var serverColumns = []Column[Record]{
	{"server_packets", Uint, "datagrams", "sent by the server", "Zeek conn.log: resp_pkts",
		func(dst []byte, r *Record) []byte { return appendUint(dst, r.Side[tcp.Server].Packets) }},
	{"server_ip_octets", Uint, "octets", "of the server's IP datagrams, headers included", "Zeek conn.log: resp_ip_bytes",
		func(dst []byte, r *Record) []byte { return appendUint(dst, r.Side[tcp.Server].IPOctets) }},
	{"server_octets", Uint, "octets", "payload of the server, counted as the client's", "RFC 9293 §3.4",
		func(dst []byte, r *Record) []byte { return appendUint(dst, r.Side[tcp.Server].Octets) }},
	{"server_repeated_octets", Uint, "octets", "TCP payload that the server sent again; null if not TCP", srcOnpath,
		func(dst []byte, r *Record) []byte { return r.appendRepeated(dst, tcp.Server) }},
}

var possibleColumns = []Column[Record]{
	{"client_possible", List, "", "all states that the client may be in after the last packet, the shown one first; null if not TCP", srcOnpath,
		func(dst []byte, r *Record) []byte { return r.appendPossible(dst, tcp.Client) }},
	{"server_possible", List, "", "all states that the server may be in after the last packet, the shown one first; null if not TCP", srcOnpath,
		func(dst []byte, r *Record) []byte { return r.appendPossible(dst, tcp.Server) }},
}

// historyColumns say what passed, in order.
var historyColumns = []Column[Record]{
	{"history", String, "", "the story in Zeek's letters and eight of ours, the client's capital, the server's small; onpath columns history tells them; null if none", "Zeek conn.log: history",
		func(dst []byte, r *Record) []byte { return r.History.Append(dst) }},
	{"zeek_conn_state", String, "", "conn_state, as Zeek would say, of the packets of this record", "Zeek conn.log: conn_state",
		appendConnState},
	{"zeek_history", String, "", "history in Zeek's letters alone, as with its option -C, which ignores checksums; null if none", "Zeek conn.log: history",
		func(dst []byte, r *Record) []byte { return r.History.AppendZeek(dst) }},
}

// systemColumns say what passed, in other programs' words.
var systemColumns = []Column[Record]{
	{"argus_state", String, "", "the state that argus prints of such a connection; null if not TCP", "argus ra: state",
		func(dst []byte, r *Record) []byte { return append(dst, r.Outcome.ArgusState()...) }},
	{"tshark_completeness", Uint, "", "what passed, added up: 1 SYN, 2 SYN,ACK, 4 ACK, 8 data, 16 FIN, 32 RST; null if not TCP", "Wireshark: tcp.completeness",
		appendCompleteness},
	{"tshark_completeness_str", String, "", "the same in Wireshark's letters, RFDASS, with dots for what did not pass; null if not TCP", "Wireshark: tcp.completeness.str",
		appendCompletenessLetters},
	{"tcpstates_client", String, "", "what tcpStates would have said of the client, of all its flows in this record: 0x00, or bits that onpath columns tcpstates_client 0x43 explains; null if not TCP", srcStates,
		func(dst []byte, r *Record) []byte { return r.appendTCPStates(dst, tcp.Client) }},
	{"tcpstates_server", String, "", "the same of the server; 0x00 too if it sent nothing", srcStates,
		func(dst []byte, r *Record) []byte { return r.appendTCPStates(dst, tcp.Server) }},
	{"tcp_synflags_fwd", Uint, "", "flags of the first SYN in the direction of the record's first segment: 2 SYN, 18 with ACK, 64 more with ECE, 128 more with CWR; null without SYN", srcChain,
		func(dst []byte, r *Record) []byte { return r.appendSynFlags(dst, false) }},
	{"tcp_synflags_rev", Uint, "", "the same of the other direction", srcChain,
		func(dst []byte, r *Record) []byte { return r.appendSynFlags(dst, true) }},
	{"tcp_fin_fwd", Bool, "", "whether a FIN passed in the direction of the first segment; null if not TCP", srcChain,
		func(dst []byte, r *Record) []byte { return r.appendChain(dst, r.TCPChain.Fin(false)) }},
	{"tcp_fin_rev", Bool, "", "the same of the other direction", srcChain,
		func(dst []byte, r *Record) []byte { return r.appendChain(dst, r.TCPChain.Fin(true)) }},
	{"tcp_rst_fwd", Bool, "", "whether a RST passed in the direction of the first segment; null if not TCP", srcChain,
		func(dst []byte, r *Record) []byte { return r.appendChain(dst, r.TCPChain.Rst(false)) }},
	{"tcp_rst_rev", Bool, "", "the same of the other direction", srcChain,
		func(dst []byte, r *Record) []byte { return r.appendChain(dst, r.TCPChain.Rst(true)) }},
	{"tcp_connected", Bool, "", "whether a SYN of the first segment's sender, a SYN,ACK back and an ACK forward passed; null if not TCP", srcChain,
		func(dst []byte, r *Record) []byte { return r.appendChain(dst, r.TCPChain.Connected()) }},
}

// firewallColumns tell what a firewall would have said.
var firewallColumns = []Column[Record]{
	{"nf_invalid", Uint, "packets", "of the record that Linux's firewall would have called INVALID; null if it was not asked (--netfilter)", srcNetfilter, appendNFInvalid},
}

// foundColumns tell what was strange.
func foundColumns() []Column[Record] {
	return []Column[Record]{
		{"findings", JSON, "", "what was strange, with evidence: an array of objects with the columns of a finding from id on; in tsv their ids; null if not TCP", srcCatalogue, newFindingsText().append},
	}
}

var gateColumns = []Column[Record]{
	{"gates_closed", JSON, "", "what did not hold, so that the rules that need it were silent: an array of gate: reason; in tsv the gates; null if interim or not TCP", srcCatalogue, appendGates},
}

// Columns returns the table of the columns of a Record.
func Columns() []Column[Record] { return columnsOf(groups) }

// Groups returns the same in groups.
func Groups() []Group[Record] { return append([]Group[Record](nil), groups...) }

// FlatColumns returns the table for formats whose values are words.
func FlatColumns() []Column[Record] { return columnsOf(FlatGroups()) }

// FlatGroups returns the same in groups.
func FlatGroups() []Group[Record] { return flattenGroups(groups, flatWords) }

// flatWords are the words of columns of type JSON.
var flatWords = map[string]func([]byte, *Record) []byte{"findings": appendFindingIDs, "gates_closed": appendGateNames}

// kind tells rows of records that go on from those of records that have ended.
func (r *Record) kind() string {
	if r.Interim {
		return "interim"
	}
	return "final"
}

func appendEnding(dst []byte, r *Record) []byte {
	if r.Interim {
		return dst
	}
	return append(dst, r.Ending.String()...)
}

// isB reports whether the end is Key.B.
func (r *Record) isB(end tcp.Dir) bool { return r.ClientIsB == (end == tcp.Client) }

// Addr returns the address of an end.
func (r *Record) Addr(end tcp.Dir) netip.Addr {
	if r.isB(end) {
		return r.Key.AddrB()
	}
	return r.Key.AddrA()
}

// Port returns the port of an end, or what stands in its place (packet.Key).
func (r *Record) Port(end tcp.Dir) uint16 {
	if r.isB(end) {
		return r.Key.BPort
	}
	return r.Key.APort
}

// View says whose packets passed here.
func (r *Record) View() View {
	switch {
	case r.Side[tcp.Server].Packets == 0:
		return ViewClientOnly
	case r.Side[tcp.Client].Packets == 0:
		return ViewServerOnly
	}
	return ViewBoth
}

func (r *Record) appendState(dst []byte, end tcp.Dir) []byte {
	if !r.IsTCP() {
		return dst
	}
	return append(dst, r.Side[end].State.String()...)
}

func (r *Record) appendRepeated(dst []byte, end tcp.Dir) []byte {
	if !r.IsTCP() {
		return dst
	}
	return appendUint(dst, r.Side[end].Repeated)
}

func appendVNI(dst []byte, r *Record) []byte {
	const vni = packet.NetVXLAN - 1
	if r.Key.Net == 0 {
		return dst
	}
	return appendUint(dst, uint64(r.Key.Net&vni))
}

// appendPossible appends the states that an end may be in, separated by commas.
func (r *Record) appendPossible(dst []byte, d tcp.Dir) []byte {
	if !r.IsTCP() {
		return dst
	}
	return appendSet(dst, r.Side[d].Possible, r.Side[d].State)
}

// appendSet appends the members of a set, the shown one first.
func appendSet(dst []byte, set conn.Set, shown conn.State) []byte {
	states, n := set.States(shown)
	for i, st := range states[:n] {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, st.String()...)
	}
	return dst
}
