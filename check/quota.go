package check

import (
	"onpath/anomaly"
	"onpath/internal/prefetch"
	"onpath/tcp"
)

// quota bounds the findings that are begun for a host in a second, so that one
// which floods takes no room from the others. Each severity has its own, as what is mild may
// be found in every connection of a busy host. Hosts that share a place share it.
type quota struct{ places []begun }

// begun is how many findings were begun in a second.
type begun struct {
	second int64 // since the Unix epoch
	n      [anomaly.Violation + 1]uint32
}

// Bounds of quota: 64 KiB.
const (
	quotaPlaces = 1 << 11
	maxBegun    = 1 << 10 // of one severity
)

// admits reports whether a finding of a host may be begun, and counts it.
func (q *quota) admits(addr *[16]byte, at int64, s anomaly.Severity) bool {
	if q.places == nil {
		q.places = make([]begun, quotaPlaces)
	}
	x := &q.places[mixed(addr)%quotaPlaces]
	if second := at / 1e9; x.second != second {
		*x = begun{second: second}
	}
	x.n[s]++
	return x.n[s] <= maxBegun
}

// expect asks for what admits will need of a host.
func (q *quota) expect(addr *[16]byte) {
	if q.places != nil {
		prefetch.Lines(&q.places[mixed(addr)%quotaPlaces], 0, 1)
	}
}

// finding returns what was found so far of a row and the end that is accused, a new
// Finding if need be, or nil if there is no room.
func (in *Inspector) finding(s *Scene, id anomaly.ID, d tcp.Dir) *Finding {
	if f := in.books.known(s.Case, id, d); f != nil {
		return f
	}
	if !in.quota.admits(s.address(d), s.moment().At, id.Severity()) && in.books.crowded() {
		in.books.givenUp++
		return nil
	}
	return in.books.begin(s.Case, id, d)
}

// address returns that of an end.
func (s *Scene) address(d tcp.Dir) *[16]byte {
	if s.End != nil {
		addr, _ := s.End.socket(d)
		return addr
	}
	k, fromB := &s.View.Key, s.View.FromB
	if s.Quote != nil {
		k, fromB = &s.Quote.Key, s.Quote.FromB
	}
	if fromB == (d == s.Seg.Dir) {
		return &k.B
	}
	return &k.A
}

// Due reports whether what a segment raised is to be told while it comes: the first
// occurrence, the tenth, the hundredth and so on. An event is told each time.
func (r *Raised) Due() bool {
	n := r.Count
	for n >= 10 && n%10 == 0 {
		n /= 10
	}
	return n == 1 || event(r.ID)
}
