package measure

import (
	"onpath/conn"
	"onpath/internal/prefetch"
	"onpath/tcp"
)

// Times is how long a connection that carries octets made its ends wait. The zero
// Times is ready; Begin comes first. What each segment needs stands together: octets take
// two or three lines of the cache, an ACK four or five. (Each second Times of an array begins
// in the middle of a line.)
type Times struct {
	Path [2]Path // from here to tcp.Client and back, to tcp.Server and back
	Exchange
	Silence
}

// TimesOctets is the memory that a Times takes.
const TimesOctets = 608

// Begin says when the packet before the first one passed.
func (t *Times) Begin(last int64) { t.Silence.begin(last) }

// Opened takes over what the handshake tells of a record that began at start, as
// soon as it is over: the smoothed round trips begin with its, as those of
// endpoints do.
func (t *Times) Opened(h *Handshake, start int64) {
	t.Path[tcp.Client].seed(h.Client())
	t.Path[tcp.Server].seed(h.Server())
	if after, ok := h.End(); ok {
		t.Exchange.begin(start + after)
	}
}

// Lapse says that nobody watched for a while: what is under way gives no sample, and
// when something new passed last is not known.
func (t *Times) Lapse() {
	for d := range t.Path {
		t.Path[d].forget()
		t.Missed(tcp.Dir(d))
	}
	t.Silence.begun = false
}

// Expect asks for what a segment sent in direction d will need, so that it is at hand then: one
// with payload, one whose ACK is higher than before, or one that is both.
func (t *Times) Expect(d tcp.Dir, octets, advances bool) {
	prefetch.Lines(&t.asked, 0, 48)
	if octets {
		prefetch.Lines(&t.Path[d&1^1], 0, 32)
	}
	if advances {
		from := &t.Path[d&1]
		prefetch.Lines(from, 0, 32)
		prefetch.Lines(&from.SRTT, 0, 78)
	}
}

// Segment notes a segment. c is the connection after it; before what it was before
// it, which is not looked at if the step is Plain.
func (t *Times) Segment(s *tcp.Segment, step *conn.Step, c, before *conn.Conn) {
	if step.Outside || step.Older || step.Delivery == conn.CaptureDuplicate {
		return
	}
	switch {
	case !step.Plain || step.Delivery != conn.New:
		t.unusual(s, step, before)
	case s.Len > 0:
		t.Path[s.Dir^1].sends(s)
	}
	if step.Advances {
		t.Path[s.Dir].acks(s)
	}
	if step.New > 0 {
		t.octets(s.Dir, s.At)
	}
	t.Silence.segment(s, step, c)
}

// Next is Segment for one whose Step is Plain, and which is New: octets, or an ACK higher
// than before, so that it always ends a silence.
func (t *Times) Next(s *tcp.Segment, step *conn.Step, c *conn.Conn) {
	d := s.Dir & 1
	if s.Len > 0 {
		t.Path[d^1].sends(s)
		t.octets(d, s.At)
	}
	if step.Advances {
		t.Path[d].acks(s)
	}
	t.Silence.ends(s, step, c, s.Len > 0)
}

// unusual notes what a segment says of the samples under way, other than to be the
// next one.
func (t *Times) unusual(s *tcp.Segment, step *conn.Step, before *conn.Conn) {
	to, from := &t.Path[s.Dir^1], &t.Path[s.Dir]
	if step.Gap > 0 { // it acknowledges what did not pass
		from.forget()
		t.Missed(s.Dir ^ 1)
	}
	if s.Len == 0 || s.Flags&(tcp.SYN|tcp.RST) != 0 {
		return
	}
	switch step.Delivery {
	case conn.New:
		if !before.Awaits(s.Dir).Window || step.Plain { // into a closed window: the ACK waits for the application
			to.sends(s)
		}
	case conn.Retransmission, conn.Spurious:
		to.repeats(s, step, before)
		from.forget() // its ACK has waited with it
	case conn.Reordered, conn.NetworkDuplicate, conn.Unknown: // either may be what is acknowledged
		to.forget()
		from.forget()
	}
}
