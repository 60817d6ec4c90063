package metrics

// ownFamilies tell of onpath itself.
var ownFamilies = []family{
	{name: "start_time_seconds", kind: gauge, help: "When the work began, since the Unix epoch.",
		read: func(s *Snapshot, put put) { put(float64(s.Began.UnixNano()) / 1e9) }},
	{name: "snapshot_age_seconds", kind: gauge, help: "How old the counts on this page are. Above 1, what works on packets does not answer: it waits for an output, or for a disk.",
		read: func(s *Snapshot, put put) { put(s.age.Seconds()) }},
	{name: "metrics_refused_total", kind: counter, help: "Whom this page was not shown to: requests without the right token, and connections that had to make room for later ones.",
		labels: []label{listed("cause", refusals)}, read: each(refusals)},
}

var refusals = []part[uint64]{
	{"token", func(s *Snapshot) uint64 { return s.door.Denied }},
	{"connections", func(s *Snapshot) uint64 { return s.door.Pushed }},
}
