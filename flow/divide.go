package flow

// Part returns the Config of one of n Tables that share the connections (see Table.Share):
// each may keep the nth part of what one Table could.
func (c Config) Part(n int) Config {
	c = c.withDefaults()
	for _, bound := range []*int{&c.MaxConnections, &c.MaxHalfOpen, &c.MaxTimed} {
		*bound = (*bound + n - 1) / n
	}
	c.Rules = c.Rules.Part(n)
	return c
}

// add adds what another Table counts, but for what it has of its Desk. Its Peak may have been at another time.
func (s *Stats) add(o Stats) {
	s.Begun += o.Begun
	for i := range s.Ended {
		s.Ended[i] += o.Ended[i]
	}
	s.Evicted.add(&o.Evicted)
	s.Rules.Add(&o.Rules)
	for _, n := range [...]struct {
		sum   *uint64
		other uint64
	}{
		{&s.Parts, o.Parts}, {&s.SACKGivenUp, o.SACKGivenUp}, {&s.HolesGivenUp, o.HolesGivenUp}, {&s.TimesGivenUp, o.TimesGivenUp},
		{&s.TotalsGivenUp, o.TotalsGivenUp}, {&s.SignaturesGivenUp, o.SignaturesGivenUp}, {&s.ClocksGivenUp, o.ClocksGivenUp},
	} {
		*n.sum += n.other
	}
	s.Live, s.Peak = s.Live+o.Live, s.Peak+o.Peak
	s.TimedOctets, s.Octets = s.TimedOctets+o.TimedOctets, s.Octets+o.Octets
	s.Held.add(&o.Held)
}

func (e *Evicted) add(o *Evicted) {
	e.Idle, e.Closed, e.HalfOpen = e.Idle+o.Idle, e.Closed+o.Closed, e.HalfOpen+o.HalfOpen
	e.HalfOpenBeyond, e.Unconfirmed = e.HalfOpenBeyond+o.HalfOpenBeyond, e.Unconfirmed+o.Unconfirmed
	e.Other, e.Open = e.Other+o.Other, e.Open+o.Open
}

func (h *Held) add(o *Held) {
	h.Idle, h.Superseded, h.Reset, h.Closed = h.Idle+o.Idle, h.Superseded+o.Superseded, h.Reset+o.Reset, h.Closed+o.Closed
	h.HalfOpen, h.Other, h.Closing, h.Open = h.HalfOpen+o.HalfOpen, h.Other+o.Other, h.Closing+o.Closing, h.Open+o.Open
}
