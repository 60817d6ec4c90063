package flow

import (
	"testing"

	"onpath/internal/simulate"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// shortest is the fastest way from the observer of a simulation to an end and back, in
// ns: 10 steps each way.
const shortest = 20e6

// blind are the modes in which an original may pass unseen, so that nothing tells that
// what comes later is its repetition; or in which somebody forges ACKs.
var blind = map[string]bool{"hide10": true, "hide30": true, "mid": true, "mid+ws": true, "forge": true}

// TestNoSimulatedRoundTripIsTooShort: whatever the path loses, copies, delays and
// reorders, nothing that we measure is shorter than the fastest way. (Of 32,000 runs one
// was: both ends opened at once, again, and an ACK answered a SYN of the attempt before.)
func TestNoSimulatedRoundTripIsTooShort(t *testing.T) {
	for i := range simulate.Modes {
		m := &simulate.Modes[i]
		var l roundTrips
		var sim simulate.Sim
		for seed := range uint64(60) {
			dice := simulate.Seeded(seed)
			l.seed = seed
			table := New(Config{}, l.take)
			sim.Run(m, &dice, func(p *simulate.Passage) {
				table.Observe(&packet.View{
					Seg: p.Seg, Key: tcpKey(40000), At: p.Seg.At, FromB: p.Seg.Dir == tcp.Client, IPLen: 40 + p.Seg.Len, L4Len: p.Seg.Len, Depth: 1,
				})
			})
			table.Flush()
		}
		t.Logf("%-10s %5d handshakes %5d samples %4d by timestamps %3d too short, least %v in %d", m.Name, l.handshakes, l.samples, l.stamped, l.short, l.least, l.leastIn)
		if l.short > l.samples/1000 && !blind[m.Name] {
			t.Errorf("%s: %d are too short, of %d", m.Name, l.short, l.samples)
		}
	}
}

// roundTrips counts what was measured.
type roundTrips struct {
	handshakes, samples, stamped, short int
	least                               int64
	leastIn, seed                       uint64
}

func (l *roundTrips) take(r *record.Record) {
	for _, ns := range []int64{r.Handshake.Server(), r.Handshake.Client()} {
		if ns > 0 {
			l.handshakes++
			l.see(ns)
		}
	}
	if r.Times == nil {
		return
	}
	for d := range r.Times.Path {
		p := &r.Times.Path[d]
		l.samples += int(p.RTT.N)
		l.stamped += int(p.Stamped)
		if p.RTT.N > 0 {
			l.see(p.RTT.Min())
		}
	}
}

func (l *roundTrips) see(ns int64) {
	if ns < shortest {
		l.short++
	}
	if l.least == 0 || ns < l.least {
		l.least, l.leastIn = ns, l.seed
	}
}
