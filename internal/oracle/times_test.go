package oracle

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onpath/flow"
	"onpath/packet"
	"onpath/record"
	"onpath/source"
	"onpath/tcp"
)

// timed is a record of a kernel run with what it was made of.
type timed struct {
	record.Record
	sent     []sent          // what passed of it, in the order of passing
	at       map[int]float64 // when a frame passed, s
	shortest [2]int64        // ns, of Times.Path; 0: no sample
}

// host returns the letter of an end.
func (r *timed) host(end tcp.Dir) string {
	for i := range r.sent {
		if p := &r.sent[i]; p.SPort == r.Port(end) && p.DPort == r.Port(end^1) {
			return p.Dir[:1]
		}
	}
	return ""
}

// timedIn reads a kernel run.
func timedIn(t *testing.T, name string) (all []*timed) {
	t.Helper()
	in, err := source.Open(filepath.Join(folder(t), name+".pcap.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	frames := map[int]sent{}
	for _, p := range sentIn(t, name) {
		for _, n := range p.Frames {
			frames[n] = p
		}
	}
	byConn := map[uint64]*timed{}
	table := flow.New(flow.Config{}, func(r *record.Record) {
		of := byConn[r.Conn]
		of.Record = *r
		for d := range of.shortest {
			if r.Times != nil && r.Times.Path[d].RTT.N > 0 {
				of.shortest[d] = max(r.Times.Path[d].RTT.Min(), 1)
			}
		}
		all = append(all, of)
	})
	decoder := packet.NewDecoder(packet.Config{})
	var f packet.Frame
	var v packet.View
	for n := 1; in.Next(&f) == nil; n++ {
		decoder.Decode(&f, &v)
		p := table.Observe(&v)
		if byConn[p.Conn] == nil {
			byConn[p.Conn] = &timed{at: map[int]float64{}}
		}
		byConn[p.Conn].sent = append(byConn[p.Conn].sent, frames[n])
		byConn[p.Conn].at[n] = float64(v.At%1e15) / 1e9
	}
	table.Flush()
	return all
}

// least returns the shortest way from here to a host and back, in ns: of all that went
// there the fastest, and of all that came from there.
func (r *timed) least(host string) float64 {
	there, back := math.Inf(1), math.Inf(1)
	for _, p := range r.sent {
		for _, n := range p.Frames {
			if p.Dir[:1] == host {
				back = min(back, r.at[n]-p.T)
			} else if len(p.Delivered) > 0 {
				there = min(there, slices.Max(p.Delivered)-r.at[n])
			}
		}
	}
	return (there + back) * 1e9
}

// TestNoRoundTripIsTooShort: nothing that we measure is shorter than the way.
func TestNoRoundTripIsTooShort(t *testing.T) {
	n := 0
	for _, name := range runs(t) {
		for _, r := range timedIn(t, name) {
			for end, least := range r.shortest {
				host := r.host(tcp.Dir(end))
				if least == 0 || host == "" {
					continue
				}
				n++
				if way := r.least(host); float64(least) < way-1000 {
					t.Errorf("%s conn %d: %d ns from here to the %v and back, the way takes %.0f", name, r.Conn, least, tcp.Dir(end), way)
				}
			}
		}
	}
	if t.Logf("%d halves", n); n < 150 {
		t.Error("too few")
	}
}

// asked returns what a host answered by p: the last of a kind that had come in when
// it sent p.
func (r *timed) asked(p *sent, kind string) (q sent, ok bool) {
	latest := math.Inf(-1)
	for _, s := range r.sent {
		if !strings.HasPrefix(s.Kind, kind) || s.Dir == p.Dir || len(s.Delivered) == 0 || kind == "syn" && strings.HasPrefix(s.Kind, "synack") {
			continue
		}
		if at := s.Delivered[0]; at <= p.T && at > latest {
			latest, q, ok = at, s, true
		}
	}
	return q, ok
}

// TestHandshakesAnswer: what we say of a handshake is the time between the SYN which was
// answered, or SYN,ACK, and its answer.
func TestHandshakesAnswer(t *testing.T) {
	n, unknown := 0, 0
	for _, name := range runs(t) {
		for _, r := range timedIn(t, name) {
			for _, part := range []struct {
				kind, answer string
				ns           int64
			}{{"syn", "synack", r.Handshake.Server()}, {"synack", "ack", r.Handshake.Client()}} {
				i := slices.IndexFunc(r.sent, func(p sent) bool {
					return strings.HasPrefix(p.Kind, part.answer) && (part.answer != "ack" || p.Kind == "ack")
				})
				if i < 0 {
					continue
				}
				answer := &r.sent[i]
				asked, ok := r.asked(answer, part.kind)
				if !ok || asked.frame() == 0 {
					continue
				}
				want := (r.at[answer.frame()] - r.at[asked.frame()]) * 1e9
				switch {
				case part.ns == 0:
					unknown++
					t.Logf("%s conn %d: nothing said of %s", name, r.Conn, part.answer)
				case math.Abs(float64(part.ns)-want) > 1100:
					t.Errorf("%s conn %d: %s after %d ns, in truth %.0f", name, r.Conn, part.answer, part.ns, want)
				default:
					n++
				}
			}
		}
	}
	t.Logf("%d right, %d not said", n, unknown)
	if n < 200 {
		t.Error("too few")
	}
}
