package tcp

// Seq is a TCP sequence number: a point on a circle of 2³² octets
// (RFC 9293 §3.4). "Before" and "after" mean something only between points less
// than 2³¹ octets apart; exactly 2³¹ apart, each is before the other.
type Seq uint32

// Before reports whether s comes before t, walking the shorter way round.
func (s Seq) Before(t Seq) bool { return int32(s-t) < 0 }

// After reports whether s comes after t.
func (s Seq) After(t Seq) bool { return t.Before(s) }

// Add returns the number n octets after s.
func (s Seq) Add(n uint32) Seq { return s + Seq(n) }

// Sub returns the signed distance in octets from t to s, so t.Add(s.Sub(t)) == s.
func (s Seq) Sub(t Seq) int32 { return int32(s - t) }

// InWindow reports whether s is one of the size octets that start at first.
// A window of size 0 contains nothing.
func (s Seq) InWindow(first Seq, size uint32) bool { return uint32(s-first) < size }

// Max returns the later of s and t.
func (s Seq) Max(t Seq) Seq {
	if s.Before(t) {
		return t
	}
	return s
}
