package fingerprint

// fit says how a rule fits a signature.
type fit uint8

const (
	misfit fit = iota
	fuzzy      // but for what middleboxes change
	fits
)

// What may be missing, and what may be there beside, of a signature that fits as if a
// middlebox had been at work (p0f's README, the note in section 5).
const (
	mayVanish = DontFragment | FragmentID
	mayAppear = NoID | ECN
)

// fit compares a rule of s's bucket with s. Programs that make their packets
// themselves fit exactly or not at all.
func (r *rule) fit(s *Signature) fit {
	if !r.same(s) || !r.sameWindow(s) {
		return misfit
	}
	return min(r.fitTTL(s), r.fitQuirks(s))
}

// same compares what must be the same.
func (r *rule) same(s *Signature) bool {
	return is(r.version, s.number()) && r.optLen == int(s.OptLen) && is(r.mss, int(s.MSS)) &&
		is(r.scale, int(s.Scale)) && is(r.payload, s.paid())
}

// is compares a field of a rule, which may be anything.
func is(want, have int) bool { return want == anything || want == have }

func (s *Signature) number() int {
	if s.V6 {
		return 6
	}
	return 4
}

func (s *Signature) paid() int {
	if s.Payload {
		return 1
	}
	return 0
}

func (r *rule) sameWindow(s *Signature) bool {
	switch r.kind {
	case windowAny:
		return true
	case windowMod:
		return s.Window%r.window == 0
	case windowFixed:
		return s.Window == r.window
	}
	kind, n := s.window()
	return kind == r.kind && n == r.window
}

func (r *rule) fitTTL(s *Signature) fit {
	switch {
	case s.Untold:
		return r.nearly()
	case r.random && s.TTL > r.ttl:
		return misfit
	case r.random || s.TTL <= r.ttl && hops(r.ttl, s.TTL) != Unknown:
		return fits
	}
	return r.nearly()
}

func (r *rule) fitQuirks(s *Signature) fit {
	want := r.wants(s.V6)
	switch {
	case want == s.Quirks:
		return fits
	case want&^s.Quirks&^mayVanish|s.Quirks&^want&^mayAppear != 0:
		return misfit
	}
	return r.nearly()
}

// wants returns the quirks that a packet of that version of IP must have.
func (r *rule) wants(v6 bool) Quirks {
	if v6 {
		return r.quirks &^ only4
	}
	return r.quirks &^ only6
}

func (r *rule) nearly() fit {
	if r.tool {
		return misfit
	}
	return fuzzy
}

// distance returns the hops before s: by the rule's initial TTL, or if it can have
// been no such one, by the guessed one.
func (r *rule) distance(s *Signature) int {
	switch {
	case r.random || s.Untold:
		return Unknown
	case s.TTL > r.ttl || hops(r.ttl, s.TTL) == Unknown:
		return guessed(s.TTL)
	}
	return hops(r.ttl, s.TTL)
}
