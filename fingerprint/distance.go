package fingerprint

// Unknown is the distance that cannot be told.
const Unknown = -1

// maxHops is how many routers p0f believes in; real paths have fewer.
const maxHops = 35

// initialTTLs are what nearly all stacks start with.
var initialTTLs = [...]uint8{32, 64, 128, 255}

// guessed returns the hops before a TTL that was presumably the next one of
// initialTTLs, or Unknown if that is too far.
func guessed(ttl uint8) int {
	for _, t := range initialTTLs {
		if ttl <= t {
			return hops(t, ttl)
		}
	}
	return Unknown
}

// guessed returns the hops before s without a rule's help.
func (s *Signature) guessed() int {
	if s.Untold {
		return Unknown
	}
	return guessed(s.TTL)
}

// hops returns the hops from an initial TTL to one that is not above it.
func hops(initial, ttl uint8) int {
	if n := int(initial) - int(ttl); n <= maxHops {
		return n
	}
	return Unknown
}
