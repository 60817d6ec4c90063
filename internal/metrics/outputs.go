package metrics

import "onpath/compat/netfilter"

// outputLabels tell the outputs of a command line apart.
var outputLabels = []label{{"format", "those of `-o`"}, {"path", "those of `-o`; `-`: standard output"}}

// outputFamilies tell where rows and dumps go.
var outputFamilies = []family{
	{name: "output_queue_bytes", kind: gauge, help: "Octets that wait to be written to an output.", labels: outputLabels,
		read: eachOutput(func(o *Output) float64 { return float64(o.Queued) })},
	{name: "output_write_seconds", kind: gauge, help: "For how long the write to an output lasts that is going on; 0: none is.", labels: outputLabels,
		read: eachOutput(func(o *Output) float64 { return o.Writing.Seconds() })},
	{name: "output_lost_rows_total", kind: counter, help: "Rows that are lost, as an output took nothing for so long that its queue was full.", labels: outputLabels,
		read: eachOutput(func(o *Output) float64 { return float64(o.LostRows) })},
	{name: "output_lost_bytes_total", kind: counter, help: "The octets of these rows.", labels: outputLabels,
		read: eachOutput(func(o *Output) float64 { return float64(o.LostOctets) })},
	{name: "output_up", kind: gauge, help: "Whether an output is read by somebody: 0 once its reader has closed the pipe, else 1.", labels: outputLabels,
		read: eachOutput(func(o *Output) float64 { return truth(!o.Gone) })},
	{name: "evidence_queue_bytes", kind: gauge, help: "Octets of dumps of evidence that wait to be written.", read: one(func(s *Snapshot) int { return s.Evidence.or().Queued })},
	{name: "evidence_dumps_total", kind: counter, help: "Dumps of evidence, by what became of them: written, refused for want of room in the directory, failed, lost as too many waited to be written, or beyond what a connection may have.",
		labels: []label{listed("result", dumps)}, read: each(dumps)},
}

func eachOutput(of func(*Output) float64) func(*Snapshot, put) {
	return func(s *Snapshot, put put) {
		for i := range s.Outputs {
			o := &s.Outputs[i]
			put(of(o), o.Format, o.Path)
		}
	}
}

var dumps = []part[uint64]{
	{"written", func(s *Snapshot) uint64 { return s.Evidence.or().Written }},
	{"refused", func(s *Snapshot) uint64 { return s.Evidence.or().Refused }},
	{"failed", func(s *Snapshot) uint64 { return s.Evidence.or().Failed }},
	{"lost", func(s *Snapshot) uint64 { return s.Evidence.or().LostDumps }},
	{"bounded", func(s *Snapshot) uint64 { return s.Evidence.or().Bounded }},
}

// firewallFamilies tell what Linux's firewall would have said.
var firewallFamilies = []family{
	{name: "netfilter_packets_total", kind: counter, help: "Packets by the ctstate that a Linux gateway would have given them.",
		labels: []label{{"ctstate", ctstatesDoc()}}, read: readVerdicts},
	{name: "netfilter_entries", kind: gauge, help: "Entries of its connection tracking now.", read: readEntries},
}

// ctstate names a state of netfilter; its packets that are not seen have no name there.
func ctstate(i int) string {
	if name := netfilter.State(i).String(); name != "" {
		return name
	}
	return "unseen"
}

func ctstatesDoc() string {
	return joined(func(add func(string)) {
		for i := range netfilter.NumStates {
			add(ctstate(i))
		}
	})
}

func readVerdicts(s *Snapshot, put put) {
	if s.Firewall == nil {
		return
	}
	for i, n := range s.Firewall.Tally.States {
		put(float64(n), ctstate(i))
	}
}

func readEntries(s *Snapshot, put put) {
	if s.Firewall != nil {
		put(float64(s.Firewall.Stats.Entries))
	}
}
