package metrics

import "onpath/packet"

// packetFamilies tell what was read, and what was not.
var packetFamilies = []family{
	{name: "packets_total", kind: counter, help: "Packets read.", read: one(func(s *Snapshot) uint64 { return s.Packets })},
	{name: "packet_bytes_total", kind: counter, help: "Octets of the packets read, as they were on the wire.",
		read: one(func(s *Snapshot) uint64 { return s.Octets })},
	{name: "packets_undecoded_total", kind: counter, help: "Packets in which no connection could be found, by reason.",
		labels: []label{{"reason", reasonsDoc()}}, read: readUndecoded},
	{name: "packets_dropped_total", kind: counter, help: "Packets that passed and could not be read, by who dropped them: the kernel because its ring was full, or the capture that is read, by its own account.",
		labels: []label{listed("by", droppers)}, read: each(droppers)},
	{name: "packet_last_timestamp_seconds", kind: gauge, help: "The latest time of a packet, since the Unix epoch; 0 before the first one.",
		read: func(s *Snapshot, put put) { put(float64(s.Last) / 1e9) }},
	{name: "packet_time_jumps_total", kind: counter, help: "Packets whose time lies before that of the packet before, or more than a day behind it.",
		labels: []label{listed("direction", jumps)}, read: each(jumps)},
	{name: "fragments_total", kind: counter, help: "IP fragments.", read: one(func(s *Snapshot) uint64 { return s.Fragments.Fragments })},
	{name: "fragments_odd_total", kind: counter, help: "IP fragments that came twice, overlapped others (with other octets: differing), or were refused.",
		labels: []label{listed("kind", fragments)}, read: each(fragments)},
	{name: "datagrams_reassembled_total", kind: counter, help: "Datagrams put together from fragments.",
		read: one(func(s *Snapshot) uint64 { return s.Fragments.Datagrams })},
	{name: "capture_damages_total", kind: counter, help: "Places where a capture is not what its format demands.",
		read: one(func(s *Snapshot) uint64 { return s.Damaged })},
	{name: "capture_skipped_bytes_total", kind: counter, help: "Octets of captures passed over because of damage.",
		read: one(func(s *Snapshot) uint64 { return s.Skipped })},
	{name: "captures_lost", kind: gauge, help: "Captures that could not be read, or not to their end.", read: one(func(s *Snapshot) int { return len(s.Lost) })},
	{name: "packets_filtered_total", kind: counter, help: "Packets that the filter did not select, where onpath asks it: of captures that are read. The kernel does not count those of interfaces.",
		read: one(func(s *Snapshot) uint64 { return s.Others })},
	{name: "capture_up", kind: gauge, help: "Whether packets can be captured on an interface: 1 or 0. It is absent where captures are read.",
		labels: []label{interfaces}, read: eachCapture(func(c *Capture) float64 { return truth(c.Lost == "") })},
	{name: "capture_packets_total", kind: counter, help: "Packets that passed the filter on an interface, dropped ones included.",
		labels: []label{interfaces}, read: eachCapture(func(c *Capture) float64 { return float64(c.Arrived) })},
	{name: "capture_dropped_packets_total", kind: counter, help: "Packets of an interface that the kernel dropped, because its ring was full.",
		labels: []label{interfaces}, read: eachCapture(func(c *Capture) float64 { return float64(c.Dropped) })},
	{name: "capture_ring_full_total", kind: counter, help: "How often the ring of an interface was full.",
		labels: []label{interfaces}, read: eachCapture(func(c *Capture) float64 { return float64(c.Full) })},
}

var droppers = []part[uint64]{
	{"kernel", func(s *Snapshot) (n uint64) {
		for _, c := range s.Captures {
			n += c.Dropped
		}
		return n
	}},
	{"capture", func(s *Snapshot) uint64 { return s.Missing }},
}

var interfaces = label{"interface", "those of the command line"}

var jumps = []part[uint64]{
	{"back", func(s *Snapshot) uint64 { return s.Back }},
	{"ahead", func(s *Snapshot) uint64 { return s.Ahead }},
}

var fragments = []part[uint64]{
	{"duplicate", func(s *Snapshot) uint64 { return s.Fragments.Duplicates }},
	{"overlapping", func(s *Snapshot) uint64 { return s.Fragments.Overlaps - s.Fragments.Differing }},
	{"differing", func(s *Snapshot) uint64 { return s.Fragments.Differing }},
	{"refused", func(s *Snapshot) uint64 { return s.Fragments.Bad }},
}

// reasonsDoc names the reasons and what they mean.
func reasonsDoc() (doc string) {
	for why := packet.Decoded + 1; why < packet.NumReasons; why++ {
		if doc != "" {
			doc += "; "
		}
		doc += "`" + why.String() + "` (" + why.Doc() + ")"
	}
	return doc
}

func readUndecoded(s *Snapshot, put put) {
	for why := packet.Decoded + 1; why < packet.NumReasons; why++ {
		put(float64(s.Why[why]), why.String())
	}
}

func eachCapture(of func(*Capture) float64) func(*Snapshot, put) {
	return func(s *Snapshot, put put) {
		for i := range s.Captures {
			put(of(&s.Captures[i]), s.Captures[i].Name)
		}
	}
}

// truth is 1 for true, as Prometheus has no other word for it.
func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
