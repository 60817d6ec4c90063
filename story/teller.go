package story

import (
	"slices"

	"onpath/check"
	"onpath/conn"
	"onpath/record"
	"onpath/tcp"
)

// maxRows is how many packets are kept for the ladder; of those behind only what is
// not ordinary is, up to twice as many.
const maxRows = 20000

// longPause is a silence that the ladder shows, ns.
const longPause = int64(1e9)

// Teller listens to the packets of one connection. The zero Teller has heard
// nothing.
type Teller struct {
	story   Story
	rows    []packetRow
	start   int64
	last    int64         // time of the last packet
	state   [2]conn.State // shown after it
	sure    [2]bool       // it is in no other one
	certain [2]conn.Set   // the last state that was certain, by tcp.Client, tcp.Server; 0: none was
	spoke   [2]bool       // an end has sent payload
	began   bool
	unshown uint64
}

// packetRow is a row with what folding it into a run needs.
type packetRow struct {
	Row
	octets uint32
	plain  bool // nothing about it is worth a line of its own
}

// Observe listens to a packet of the connection, whose line is tcpdump's without time
// and addresses.
func (t *Teller) Observe(p *record.Packet, line []byte) {
	if !t.began {
		t.began, t.start, t.last = true, p.View.At, p.View.At
	}
	row := packetRow{octets: p.View.Seg.Len, plain: t.plain(p)}
	if p.Delivery == conn.CaptureDuplicate {
		row.octets = 0
	}
	t.prove(p)
	t.state, t.sure = p.State, [2]bool{p.Possible[tcp.Client].Len() == 1, p.Possible[tcp.Server].Len() == 1}
	t.spoke[p.Dir] = t.spoke[p.Dir] || p.View.Seg.Len > 0
	t.keep(row, p, p.Dir, line)
}

// Overhear listens to an ICMP error about the connection, whose line is tcpdump's
// without time. It is sent to the end whose segment it quotes.
func (t *Teller) Overhear(p *record.Packet, line []byte) {
	if t.began {
		t.keep(packetRow{}, p, p.Quotes^1, line)
	}
}

// keep adds a packet that goes in a direction to the ladder, as long as there is room.
func (t *Teller) keep(row packetRow, p *record.Packet, d tcp.Dir, line []byte) {
	row.Frame, row.At, row.Dir, row.State, row.Sure = p.View.Number, p.View.At-t.start, d, t.state, t.sure
	if pause := p.View.At - t.last; pause >= longPause {
		row.Pause = pause
	}
	row.Notes = t.remarks(p)
	row.plain = row.plain && row.Pause == 0 && len(row.Notes) == 0
	t.last = max(t.last, p.View.At)
	if len(t.rows) >= maxRows && row.plain || len(t.rows) >= 2*maxRows {
		t.unshown++
		return
	}
	row.Line = string(line)
	t.rows = append(t.rows, row)
}

// plain reports whether a packet is what comes next in a connection that goes well.
func (t *Teller) plain(p *record.Packet) bool {
	s := &p.View.Seg
	switch {
	case s.Flags&^tcp.PSH != tcp.ACK, s.Win == 0, p.State != t.state:
		return false
	case oldCopy(p):
		return true
	case p.Explanation != conn.Unsurprising, slices.ContainsFunc(p.Raised, fresh):
		return false
	case s.Len > 0 && !t.spoke[p.Dir]:
		return false
	}
	return p.Delivery == conn.New || p.Delivery == conn.Unknown
}

func fresh(r check.Raised) bool { return !stale(&r) }

// prove notes which states have become certain with a packet.
func (t *Teller) prove(p *record.Packet) {
	for end, set := range p.Possible {
		if set.Len() != 1 || set == t.certain[end] {
			continue
		}
		t.certain[end] = set
		if says := certainties[p.State[end]]; says != "" {
			says = "the " + tcp.Dir(end).String() + " " + says
			t.story.Proofs = append(t.story.Proofs, Event{p.View.Number, p.View.At - t.start, says})
		}
	}
}

// certainties say what it means that an end can only be in a state.
var certainties = [conn.NumStates]string{
	conn.SynSent:     "has sent a SYN, and nothing has reached it (SYN-SENT)",
	conn.SynReceived: "has the SYN of its peer, and not yet the ACK of its own (SYN-RECEIVED)",
	conn.Established: "has the SYN of its peer and the ACK of its own (ESTABLISHED)",
	conn.FinWait1:    "has closed its half, and has no answer to its FIN (FIN-WAIT-1)",
	conn.FinWait2:    "has closed its half, and its peer has that FIN (FIN-WAIT-2)",
	conn.CloseWait:   "has the FIN of its peer, and has not closed its own half (CLOSE-WAIT)",
	conn.Closing:     "has closed its half and has the FIN of its peer, which closed at the same time (CLOSING)",
	conn.LastAck:     "has closed its half after that of its peer, and waits for the last ACK (LAST-ACK)",
	conn.TimeWait:    "has the FIN of its peer and the ACK of its own (TIME-WAIT)",
	conn.Closed:      "has no connection (CLOSED)",
}
