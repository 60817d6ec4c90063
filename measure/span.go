package measure

// span is a length of time in half the memory of a Duration: in ns below 2³¹ ns
// (2.1 s), else in µs, up to 35 minutes. 0 means that it is not known; a length of
// no time at all counts as 1 ns.
type span uint32

const inMicros span = 1 << 31

// spanOf returns ns as a span; negative and too long ones are not known.
func spanOf(ns int64) span {
	switch {
	case ns == 0:
		return 1
	case ns > 0 && ns < int64(inMicros):
		return span(ns)
	case ns > 0 && ns/1000 < int64(inMicros):
		return span(ns/1000) | inMicros
	}
	return 0
}

// ns returns it in ns, 0 if it is not known.
func (s span) ns() int64 {
	if s&inMicros != 0 {
		return int64(s&^inMicros) * 1000
	}
	return int64(s)
}

// since returns how long after t it was, both being counted from the same moment.
func (s span) since(t span) span { return spanOf(s.offset() - t.offset()) }

// offset returns it in ns, no time at all as 0.
func (s span) offset() int64 {
	if s == 1 {
		return 0
	}
	return s.ns()
}
