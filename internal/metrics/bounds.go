package metrics

// boundFamilies tell what the bounds on memory cost, and how full they are.
var boundFamilies = []family{
	{name: "evictions_total", kind: counter, help: "Connections and other conversations that the cap on their number pushed out, by how they stood; half-open-beyond: by the cap on half-open ones, --max-half-open. Those that are open should be none.",
		labels: []label{listed("state", evictions)}, read: each(evictions)},
	{name: "given_up_total", kind: counter, help: "What else found no room or waited in vain, by what it is.",
		labels: []label{{"what", givenUpDoc()}}, read: readGivenUp},
	{name: "memory_bytes", kind: gauge, help: "Memory that some parts take now; the whole process's is process_resident_memory_bytes.",
		labels: []label{listed("part", memory)}, read: each(memory)},
	{name: "memory_limit_bytes", kind: gauge, help: "The target of the whole process: --memory; 0: none.",
		read: one(func(s *Snapshot) int { return s.Limits.Memory })},
}

// evictions are the fields of flow.Evicted.
var evictions = []part[uint64]{
	{"idle", func(s *Snapshot) uint64 { return s.Flow.Evicted.Idle }},
	{"closed", func(s *Snapshot) uint64 { return s.Flow.Evicted.Closed }},
	{"half-open", func(s *Snapshot) uint64 { return s.Flow.Evicted.HalfOpen }},
	{"half-open-beyond", func(s *Snapshot) uint64 { return s.Flow.Evicted.HalfOpenBeyond }},
	{"unconfirmed", func(s *Snapshot) uint64 { return s.Flow.Evicted.Unconfirmed }},
	{"other", func(s *Snapshot) uint64 { return s.Flow.Evicted.Other }},
	{"open", func(s *Snapshot) uint64 { return s.Flow.Evicted.Open }},
}

// givenUp is what else is bounded.
var givenUp = []struct {
	name, doc string
	of        func(s *Snapshot) uint64
}{
	{"sack-blocks", "SACK blocks beyond two of a direction", func(s *Snapshot) uint64 { return s.Flow.SACKGivenUp }},
	{"holes", "holes in streams", func(s *Snapshot) uint64 { return s.Flow.HolesGivenUp }},
	{"times", "connections that were not timed", func(s *Snapshot) uint64 { return s.Flow.TimesGivenUp }},
	{"findings", "occurrences of findings", func(s *Snapshot) uint64 { return s.Flow.Rules.Findings }},
	{"notes", "what rules remember of connections", func(s *Snapshot) uint64 { return s.Flow.Rules.Notes }},
	{"hosts", "hosts that rules remember", func(s *Snapshot) uint64 { return s.Flow.Rules.Hosts }},
	{"signatures", "signatures of SYNs", func(s *Snapshot) uint64 { return s.Flow.SignaturesGivenUp }},
	{"clocks", "clocks of hosts, for uptimes", func(s *Snapshot) uint64 { return s.Flow.ClocksGivenUp }},
	{"totals", "packets of records above 4 GiB that their columns do not count", func(s *Snapshot) uint64 { return s.Flow.TotalsGivenUp }},
	{"datagrams", "incomplete datagrams, as too many fragments were held", func(s *Snapshot) uint64 { return s.Fragments.Evicted }},
	{"datagrams-timed-out", "incomplete datagrams, as their other fragments did not come", func(s *Snapshot) uint64 { return s.Fragments.Expired }},
	{"ring-blocks", "blocks of a capture's ring that contradicted themselves", func(s *Snapshot) (n uint64) {
		for _, c := range s.Captures {
			n += c.Odd
		}
		return n
	}},
	{"frames", "frames kept for evidence", func(s *Snapshot) uint64 { return s.Evidence.or().Lost }},
}

func readGivenUp(s *Snapshot, put put) {
	for _, g := range givenUp {
		put(float64(g.of(s)), g.name)
	}
}

func givenUpDoc() (doc string) {
	for i, g := range givenUp {
		if i > 0 {
			doc += "; "
		}
		doc += "`" + g.name + "` (" + g.doc + ")"
	}
	return doc
}

var memory = []part[int]{
	{"connections", func(s *Snapshot) int { return int(s.Flow.Octets) }},
	{"fragments", func(s *Snapshot) int { return s.Fragments.Octets }},
	{"times", func(s *Snapshot) int { return int(s.Flow.TimedOctets) }},
	{"findings", func(s *Snapshot) int { return int(s.Flow.Rules.FindingOctets) }},
	{"notes", func(s *Snapshot) int { return int(s.Flow.Rules.NoteOctets) }},
	{"troubles", func(s *Snapshot) int { return int(s.Flow.Rules.TroubleOctets) }},
	{"evidence", func(s *Snapshot) int { return s.Evidence.or().Octets }},
}

// or returns an empty Evidence for nil.
func (e *Evidence) or() *Evidence {
	if e == nil {
		return &Evidence{}
	}
	return e
}
