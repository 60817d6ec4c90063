package measure

import (
	"onpath/conn"
	"onpath/tcp"
)

// Cause is what a connection waited for while nothing new passed.
type Cause uint8

const (
	NoCause        Cause = iota // there was no silence
	Sender                      // for an application: all was acknowledged, or nothing kept the sender from sending more
	ReceiverWindow              // for a window: it was closed, or full
	Network                     // for octets that were under way and had to be sent again
	RoundTrip                   // for the ACK of octets under way, which came, or a RST instead
	NumCauses
)

// causes are the values of the column silence_cause.
var causes = [...]string{"", "sender", "receiver-window", "network", "round-trip"}

// String returns the column's value, "" for NoCause.
func (c Cause) String() string { return causes[c] }

// Silence is the longest time in which nothing new passed: no octet, no FIN, no
// ACK higher than before. Segments sent again, copies, keep-alives, probes and
// their answers do not end it. What nothing ended is none. The zero Silence has
// seen nothing.
type Silence struct {
	Start   int64          // of the longest, ns since the Unix epoch
	news    int64          // when something new passed last
	Longest int64          // ns
	waits   [2]conn.Awaits // after news
	again   [2]bool        // octets of these ends were sent again since news
	begun   bool           // news is known
	Cause   Cause
	By      tcp.Dir // who was waited for: sender, owner of the window, sender of the octets, or of the ACK
}

// begin says when something new passed last.
func (q *Silence) begin(at int64) { q.news, q.begun = at, true }

// segment notes a segment; c is the connection after it.
func (q *Silence) segment(s *tcp.Segment, step *conn.Step, c *conn.Conn) {
	switch step.Delivery {
	case conn.Retransmission, conn.Spurious:
		q.again[s.Dir] = true
	}
	if !news(s, step) {
		if s.Win == 0 {
			q.waits[s.Dir^1].Window = true
		}
		return
	}
	q.ends(s, step, c, s.SeqLen() > 0)
	if s.Flags&tcp.RST != 0 { // only what goes on in spite of it may be silent
		q.begun = false
	}
}

// ends notes that a segment brings something new, and what both ends wait for after it:
// what it cannot have changed stays as it is. fills says that it has numbers of its own.
func (q *Silence) ends(s *tcp.Segment, step *conn.Step, c *conn.Conn, fills bool) {
	if took := s.At - q.news; took > q.Longest && q.begun {
		q.Longest, q.Start = took, q.news
		q.Cause, q.By = q.why(s, step)
	}
	q.news, q.begun, q.again = s.At, true, [2]bool{}
	d, peer := s.Dir&1, s.Dir&1^1
	if fills {
		q.waits[d] = c.Awaits(d)
	}
	if step.Advances || q.waits[peer].Window {
		q.waits[peer] = c.Awaits(peer)
	}
}

// news reports whether a segment brings something new.
func news(s *tcp.Segment, step *conn.Step) bool {
	return step.New > 0 || step.Advances || s.Flags&(tcp.FIN|tcp.RST) != 0 && step.Delivery == conn.New
}

// why tells what the silence that s ends was waiting for, and for whom.
func (q *Silence) why(s *tcp.Segment, step *conn.Step) (Cause, tcp.Dir) {
	peer := s.Dir ^ 1
	switch {
	case q.again[s.Dir]:
		return Network, s.Dir
	case q.again[peer]:
		return Network, peer
	case q.waits[s.Dir].Window:
		return ReceiverWindow, peer
	case q.waits[peer].Window:
		return ReceiverWindow, s.Dir
	case (step.Advances || s.Flags&tcp.RST != 0) && q.waits[peer].Ack:
		return RoundTrip, s.Dir
	}
	return Sender, s.Dir
}
