package metrics

import (
	"onpath/conn"
	"onpath/outcome"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// ends are the values of the label end.
var ends = [2]string{tcp.Client: "client", tcp.Server: "server"}

var endLabel = label{"end", "`client`, `server`"}

// connectionFamilies tell of connections and their records, and how long they took.
var connectionFamilies = []family{
	{name: "connections", kind: gauge, help: "Connections and other conversations that are remembered now, by how they stand.",
		labels: []label{listed("state", standings)}, read: each(standings)},
	{name: "connections_peak", kind: gauge, help: "The most of them that were remembered at once.", read: one(func(s *Snapshot) int { return s.Flow.Peak })},
	{name: "connections_limit", kind: gauge, help: "How many of them can be remembered at once: --max-connections.",
		read: one(func(s *Snapshot) int { return s.Limits.Connections })},
	{name: "records_begun_total", kind: counter, help: "Records begun.", read: one(func(s *Snapshot) uint64 { return s.Flow.Begun })},
	{name: "records_total", kind: counter, help: "Records written, by the column end_reason.",
		labels: []label{{"end_reason", endReasonsDoc()}}, read: readEndings},
	{name: "records_interim_total", kind: counter, help: "Rows written of records that went on then: `--interim`.", read: one(func(s *Snapshot) uint64 { return s.Flow.Parts })},
	{name: "record_protocols_total", kind: counter, help: "Records written, by protocol.",
		labels: []label{{"proto", "`tcp`, `udp`, `icmp`, `icmp6`, `sctp`; `other`: all else"}}, read: readProtocols},
	{name: "record_views_total", kind: counter, help: "Records written, by whose packets passed here.",
		labels: []label{{"view", viewsDoc()}}, read: readViews},
	{name: "record_outcomes_total", kind: counter, help: "Records of TCP, by what became of the connection.",
		labels: []label{{"outcome", "those of [outcomes.md](outcomes.md)"}}, read: readOutcomes},
	{name: "record_end_states_total", kind: counter, help: "Records of TCP, by the state of RFC 9293 that each end is presumed to be in at their end.",
		labels: []label{endLabel, {"state", "those of RFC 9293 §3.3.2"}}, read: readEndStates},
	{name: "handshake_seconds", kind: histogram, help: "Round trip from here to an end and back, by the handshake, of records of TCP where it is known: SYN to SYN,ACK for the server, SYN,ACK to ACK for the client.",
		labels: []label{endLabel}, spread: func(s *Snapshot, put spread) { bothEnds(&s.Handshakes, put) }},
	{name: "round_trip_seconds", kind: histogram, help: "Smoothed round trip from here to an end and back (RFC 6298 §2) at the end of a record of TCP, where octets were acknowledged.",
		labels: []label{endLabel}, spread: func(s *Snapshot, put spread) { bothEnds(&s.RoundTrips, put) }},
}

// standings are how connections can stand: the fields of flow.Held.
var standings = []part[int]{
	{"half-open", func(s *Snapshot) int { return s.Flow.Held.HalfOpen }},
	{"open", func(s *Snapshot) int { return s.Flow.Held.Open }},
	{"closing", func(s *Snapshot) int { return s.Flow.Held.Closing }},
	{"closed", func(s *Snapshot) int { return s.Flow.Held.Closed }},
	{"reset", func(s *Snapshot) int { return s.Flow.Held.Reset }},
	{"superseded", func(s *Snapshot) int { return s.Flow.Held.Superseded }},
	{"idle", func(s *Snapshot) int { return s.Flow.Held.Idle }},
	{"other", func(s *Snapshot) int { return s.Flow.Held.Other }},
}

// protocols are those that have a series of their own.
var protocols = map[uint8]bool{
	packet.ProtoTCP: true, packet.ProtoUDP: true, packet.ProtoICMP: true, packet.ProtoICMPv6: true, packet.ProtoSCTP: true,
}

func readProtocols(s *Snapshot, put put) {
	var others uint64
	for proto, n := range s.Protos {
		if protocols[uint8(proto)] {
			put(float64(n), string(record.AppendProto(nil, uint8(proto))))
		} else {
			others += n
		}
	}
	put(float64(others), "other")
}

func readEndings(s *Snapshot, put put) {
	for e := record.EndOpen + 1; e < record.NumEndings; e++ {
		put(float64(s.Flow.Ended[e]), e.String())
	}
}

func readViews(s *Snapshot, put put) {
	for v := range record.NumViews {
		put(float64(s.Views[v]), v.String())
	}
}

func readOutcomes(s *Snapshot, put put) {
	for c := outcome.None + 1; c < outcome.NumClasses; c++ {
		put(float64(s.Outcomes[c]), c.String())
	}
}

func readEndStates(s *Snapshot, put put) {
	for end, name := range ends {
		for st := range conn.NumStates {
			put(float64(s.EndStates[end][st]), name, st.String())
		}
	}
}

func bothEnds(of *[2]Histogram, put spread) {
	for end, name := range ends {
		put(&of[end], name)
	}
}

func endReasonsDoc() string {
	return joined(func(add func(string)) {
		for e := record.EndOpen + 1; e < record.NumEndings; e++ {
			add(e.String())
		}
	})
}

func viewsDoc() string {
	return joined(func(add func(string)) {
		for v := range record.NumViews {
			add(v.String())
		}
	})
}

// joined quotes words and puts commas between them.
func joined(words func(add func(string))) (list string) {
	words(func(w string) {
		if list != "" {
			list += ", "
		}
		list += "`" + w + "`"
	})
	return list
}
