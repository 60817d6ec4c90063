package anomaly

// Family groups rows that look at the same part of TCP; checks are written and
// switched off by family. The zero Family belongs to no row.
type Family uint8

// In catalogue order. families has the names and the words.
const (
	FamilyHeader Family = iota + 1
	FamilyFlags
	FamilyHandshake
	FamilyValidity
	FamilyRetransmission
	FamilyWindow
	FamilyTeardown
	FamilyTimestamps
	FamilySack
	FamilyEcn
	FamilyExtensions
	FamilyInjection
	FamilyHost
	FamilyIcmp
	FamilyPerformance
	FamilyCapture
	FamilyLifecycle
	numFamilies
)

// families is the only place where a family's name and words are written.
var families = [numFamilies]word{
	FamilyHeader:         {"header", "fields and options of a single segment"},
	FamilyFlags:          {"flags", "combinations of control bits, and probes made of them"},
	FamilyHandshake:      {"handshake", "how connections begin, and what they negotiate"},
	FamilyValidity:       {"validity", "sequence and acknowledgment numbers against the other end's"},
	FamilyRetransmission: {"retransmission", "octets sent again, out of order, or never seen"},
	FamilyWindow:         {"window", "what a receiver offers, and what a sender makes of it"},
	FamilyTeardown:       {"teardown", "how connections end, by FIN or by RST"},
	FamilyTimestamps:     {"timestamps", "the Timestamps option (RFC 7323)"},
	FamilySack:           {"sack", "selective acknowledgments (RFC 2018, RFC 2883)"},
	FamilyEcn:            {"ecn", "explicit congestion notification, classic (RFC 3168) and accurate (RFC 9768)"},
	FamilyExtensions:     {"extensions", "TCP Fast Open, Multipath TCP, authentication options"},
	FamilyInjection:      {"injection", "segments that their apparent sender did not send"},
	FamilyHost:           {"host", "what one host does over many connections"},
	FamilyIcmp:           {"icmp", "ICMP errors about a connection"},
	FamilyPerformance:    {"performance", "what makes a connection slow"},
	FamilyCapture:        {"capture", "what the capture itself did to the picture"},
	FamilyLifecycle:      {"lifecycle", "ordinary events of a connection's life, told with packets and not kept"},
}

// Families returns all in catalogue order.
func Families() (all []Family) {
	for f := range numFamilies - 1 {
		all = append(all, f+1)
	}
	return all
}

// String returns the name: "handshake".
func (f Family) String() string { return families[f].name }

// Doc returns the family in words.
func (f Family) Doc() string { return families[f].doc }

// ParseFamily is the inverse of String; ok is false for any other text.
func ParseFamily(name string) (f Family, ok bool) { return parse[Family](families[:], name) }

// Scope says what a row speaks of. The zero Scope belongs to no row.
type Scope uint8

// From narrow to wide. scopes has the names.
const (
	ScopeSegment    Scope = iota + 1 // one segment is strange
	ScopeConnection                  // one connection, or one direction of it
	ScopeHost                        // an address, over its connections
	numScopes
)

var scopes = [numScopes]string{ScopeSegment: "segment", ScopeConnection: "connection", ScopeHost: "host"}

// String returns the name: "connection".
func (s Scope) String() string { return scopes[s] }

// word is a public name with what it means.
type word struct{ name, doc string }

// parse returns the index of a name in a table of words. The empty name is that
// of rows which stand for nothing, and is not found.
func parse[T ~uint8 | ~uint16](words []word, name string) (index T, ok bool) {
	for i, w := range words {
		if w.name == name && name != "" {
			return T(i), true
		}
	}
	return 0, false
}
