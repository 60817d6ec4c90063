package fingerprint

// Database says whose stack makes which signatures: what a file in the form of p0f.fp
// says, see Parse.
type Database struct {
	// Signatures is how many there are, MTUs not counted.
	Signatures int
	// Skipped are the sections that were not read, by name: those of other modules,
	// as [http:request].
	Skipped []string

	labels []Label
	rules  map[bucket][]rule
	links  map[int]string // by MTU
}

// Label is whose signature it is.
type Label struct {
	Name    string // as "Linux 3.x": printable ASCII without quotes and backslashes
	Tool    bool   // a program that makes its packets itself, not an operating system
	Generic bool   // of last resort
}

// bucket is what must be equal for a rule to be looked at.
type bucket struct {
	layout Layout
	answer bool
}

// anything stands for every value in a rule; no field holds it otherwise.
const anything = -1

// rule is one signature of a Database.
type rule struct {
	label   int
	tool    bool // of the label
	version int  // 4, 6 or anything
	ttl     uint8
	random  bool // ttl is the highest of those drawn at random
	optLen  int
	mss     int // or anything
	kind    windowKind
	window  uint16
	scale   int // or anything
	quirks  Quirks
	payload int // 0, 1 or anything
}

// Match is what a Database says of a signature.
type Match struct {
	Label    *Label // nil: nothing is like it
	Fuzzy    bool   // another TTL, no DF or no identification, or ECN: as middleboxes make it
	Distance int    // hops before; Unknown
	Link     string // of the sender, by its MTU; "" if unknown
}

// Quality returns how well the signature fits: exact, generic, fuzzy or
// generic-fuzzy; "" if it does not.
func (m *Match) Quality() string {
	switch {
	case m.Label == nil:
		return ""
	case m.Label.Generic && m.Fuzzy:
		return "generic-fuzzy"
	case m.Label.Generic:
		return "generic"
	case m.Fuzzy:
		return "fuzzy"
	}
	return "exact"
}

// Find returns what db says of s: the first specific rule that fits, else the first
// generic one, else the first that fits as if a middlebox had been at work.
func (db *Database) Find(s *Signature) Match {
	m, found := Match{Distance: s.guessed()}, (*rule)(nil)
	rules := db.rules[bucket{s.Layout, s.Answer}]
	for i := range rules {
		r := &rules[i]
		fit := r.fit(s)
		if fit == misfit {
			continue
		}
		specific := fit == fits && !db.labels[r.label].Generic
		if found == nil || specific || fit == fits && m.Fuzzy {
			found, m.Fuzzy = r, fit == fuzzy
		}
		if specific {
			break
		}
	}
	if found != nil {
		m.Label, m.Distance = &db.labels[found.label], found.distance(s)
	}
	if m.Label == nil || !m.Label.Tool {
		m.Link = db.link(s)
	}
	return m
}

// link returns the name of the sender's link, from the MTU that its MSS tells of
// (RFC 6691 §2).
func (db *Database) link(s *Signature) string {
	mtu := int(s.MSS) + headers4
	if s.V6 {
		mtu = int(s.MSS) + headers6
	}
	if s.MSS == 0 {
		return ""
	}
	return db.links[min(mtu, mostMTU)]
}

// mostMTU is the highest that p0f reads in a database; no link but a loopback device
// has more.
const mostMTU = 1<<16 - 1

// Then returns a Database of all that db and next say; db is asked first.
func (db *Database) Then(next *Database) *Database {
	both := &Database{
		Signatures: db.Signatures + next.Signatures,
		labels:     append(append([]Label(nil), db.labels...), next.labels...),
		rules:      map[bucket][]rule{}, links: map[int]string{},
	}
	for b, rules := range db.rules {
		both.rules[b] = append(both.rules[b], rules...)
	}
	for b, rules := range next.rules {
		for _, r := range rules {
			r.label += len(db.labels)
			both.rules[b] = append(both.rules[b], r)
		}
	}
	for _, from := range []*Database{next, db} {
		for mtu, name := range from.links {
			both.links[mtu] = name
		}
	}
	return both
}
