package story

import (
	"fmt"
	"slices"

	"onpath/anomaly"
	"onpath/check"
	"onpath/conn"
	"onpath/record"
	"onpath/tcp"
)

// deliveries say what a segment is to its octets, where that deserves a remark.
var deliveries = [conn.NumDeliveries]string{
	conn.Retransmission:   "sent again",
	conn.Spurious:         "sent again, although it had arrived",
	conn.KeepAlive:        "keep-alive: asks whether the peer is still there",
	conn.WindowProbe:      "probe: asks whether the closed window has opened",
	conn.Reordered:        "late: the original, overtaken on its way here",
	conn.NetworkDuplicate: "a copy that the network made",
	conn.CaptureDuplicate: "a copy that the capture made",
}

// losses say where the original of a retransmission was lost.
var losses = [...]string{
	conn.LostBefore: ": the original was lost before it came here",
	conn.LostAfter:  ": the original passed here, and nothing shows that it arrived",
}

// remarks says what is remarkable about a packet.
func (t *Teller) remarks(p *record.Packet) (notes []Note) {
	if says := deliveries[p.Delivery]; says != "" && !oldCopy(p) {
		says += losses[p.Loss]
		notes = append(notes, Note{Says: says})
		t.lose(p)
	}
	for i := range p.Raised {
		if r := &p.Raised[i]; !milestone(r.ID) && !stale(r) {
			notes = append(notes, Note{r.Severity, raised(p, r)})
		}
	}
	return notes
}

// milestone reports whether a row is part of every connection's life, which the
// ladder shows anyway.
func milestone(id anomaly.ID) bool {
	return id.Row().Family == anomaly.FamilyLifecycle
}

// news is how often what is lawful deserves a remark: as often as its numbers are kept.
const news = 3

// stale reports whether what accuses nobody was remarked upon often enough.
func stale(r *check.Raised) bool { return r.Severity <= anomaly.Informational && r.Count > news }

// oldCopy reports whether the capture has copied so many packets that one more of
// ordinary data, or of an ACK, is nothing new.
func oldCopy(p *record.Packet) bool {
	return p.Delivery == conn.CaptureDuplicate && p.View.Seg.Flags&^tcp.PSH == tcp.ACK && slices.ContainsFunc(p.Raised, func(r check.Raised) bool { return r.ID == anomaly.CaptureDuplicate && stale(&r) })
}

// raised names a finding, and whom it accuses if that is another packet.
func raised(p *record.Packet, r *check.Raised) string {
	says := r.ID.String()
	switch {
	case r.Other != 0:
		says += fmt.Sprintf(": frame %d or frame %d", r.Accused, r.Other)
	case r.Accused != p.View.Number && r.Accused != 0:
		says += fmt.Sprintf(": frame %d", r.Accused)
	}
	return says
}

// maxLosses bounds what is told of losses one by one.
const maxLosses = 1000

// places say where the octets of a retransmission were lost the first time.
var places = [...]string{
	conn.LostBefore: "lost before this capture",
	conn.LostAfter:  "lost behind this capture, or left unanswered",
}

// lose notes which octets were lost where, seen from their retransmission.
func (t *Teller) lose(p *record.Packet) {
	where := places[p.Loss]
	if where == "" || len(t.story.Losses) >= maxLosses {
		return
	}
	s := &p.View.Seg
	what := "the " + p.Dir.String() + "'s " + control(s.Flags)
	if s.Len > 0 {
		what = fmt.Sprintf("%s of the %s", counted(uint64(s.Len), "octet"), p.Dir)
	}
	t.story.Losses = append(t.story.Losses, Event{p.View.Number, p.View.At - t.start, what + ": " + where})
}

// control names a segment without payload that is sent again.
func control(f tcp.Flags) string {
	switch {
	case f.Has(tcp.SYN | tcp.ACK):
		return "SYN,ACK"
	case f.Has(tcp.SYN):
		return "SYN"
	case f.Has(tcp.FIN):
		return "FIN"
	}
	return "segment"
}

// counted is n of what noun names, with the right ending.
func counted(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
