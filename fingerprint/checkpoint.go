package fingerprint

// Parts returns a pointer to a zero value of each type of which Clocks.Checkpoint gives
// pointers.
func Parts() []any { return []any{new(hostClock)} }

// Whole reports whether s can be of a segment, and not of a file that is damaged.
func (s *Signature) Whole() bool { return int(s.Layout.Len) <= len(s.Layout.Kinds) }

// Checkpoint gives put what is known of each host, valid during the call: what Restore
// takes.
func (c *Clocks) Checkpoint(put func(part any)) {
	for i := range c.hosts {
		if h := &c.hosts[i]; h.host != [16]byte{} {
			put(h)
		}
	}
}

// Restore takes what Checkpoint gave; it reports false for what is none of that.
func (c *Clocks) Restore(part any) bool {
	p, ok := part.(*hostClock)
	if !ok {
		return false
	}
	if h := c.take(&p.host, p.seen); h != nil {
		*h = *p
	}
	return true
}
