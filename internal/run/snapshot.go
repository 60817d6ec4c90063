package run

import (
	"cmp"
	"maps"

	"onpath/anomaly"
	"onpath/flow"
	"onpath/internal/metrics"
)

// snapshot returns what is counted now. Who calls holds the gate's token, and has seen
// to health.
func (j *job[R]) snapshot() *metrics.Snapshot {
	t := &j.tally
	s := &metrics.Snapshot{
		Began: j.began, Limits: metrics.Limits{Connections: cmp.Or(j.config.Flow.MaxConnections, flow.DefaultMaxConnections), Memory: int(j.config.Memory)},
		Packets: t.packets, Octets: t.octets, Last: t.last, Back: t.back, Ahead: t.ahead, Why: t.why,
		Others: j.sieve.others, Damaged: j.health.Damaged, Skipped: j.health.Lost,
		Fragments: j.decoder.FragmentStats(), Flow: j.stats(),
		Protos: t.protos, Views: t.views, Outcomes: t.became, EndStates: t.endStates(),
		Handshakes: t.handshakes, RoundTrips: t.roundTrips,
		Evidence: j.dumps.snapshot(), State: j.keeper.snapshot(), Outputs: j.outputs(),
	}
	if j.live != nil {
		s.Captures = j.live.snapshot()
	} else {
		s.Missing = j.health.Dropped
	}
	for _, err := range j.lost {
		s.Lost = append(s.Lost, err.Error())
	}
	t.found.snapshot(s)
	if gateway := j.config.Flow.Netfilter; gateway != nil {
		s.Firewall = &metrics.Firewall{Tally: s.Flow.Verdicts, Stats: gateway.Stats()}
	}
	return s
}

// snapshot copies what was found.
func (f *found) snapshot(s *metrics.Snapshot) {
	for severity, ids := range f.ids {
		s.Findings[severity] = metrics.Findings(maps.Clone(ids))
	}
	s.Gates = map[anomaly.Gate]uint64{}
	for bit, g := range anomaly.Gates() {
		s.Gates[g] = f.gates[bit]
	}
}

// snapshot returns what became of dumps; nil if there are to be none.
func (d *dumps) snapshot() *metrics.Evidence {
	if d == nil {
		return nil
	}
	kept, written := d.Stats(), d.written()
	waits, lost := d.shelf.counts()
	return &metrics.Evidence{
		Octets: d.memory, Frames: kept.Frames, Lost: kept.Lost, Bounded: kept.Bounded,
		Written: written.Written, Refused: written.Refused, Failed: written.Failed,
		Queued: waits, LostDumps: lost,
	}
}

// outputs returns how the outputs are.
func (j *job[R]) outputs() (all []metrics.Output) {
	for _, o := range j.files {
		m := metrics.Output{Format: o.format, Path: o.path, Queued: o.queued(), Writing: o.writes.last(), Gone: o.gone}
		if o.queue != nil {
			m.LostRows, m.LostOctets = o.queue.lost.rows, o.queue.lost.octets
		}
		all = append(all, m)
	}
	return all
}

// snapshot returns how the interfaces are.
func (l *live) snapshot() (all []metrics.Capture) {
	for i := range l.taps {
		t := &l.taps[i]
		s := t.stats()
		all = append(all, metrics.Capture{
			Name: t.name, Lost: t.lost, Arrived: s.Arrived, Dropped: s.Dropped, Full: s.Frozen, Odd: s.Odd,
		})
	}
	return all
}
