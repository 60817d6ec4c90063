package check

import (
	"testing"

	"onpath/anomaly"
	"onpath/internal/simulate"
	"onpath/packet"
	"onpath/tcp"
)

// ends ends a record that has come so far in several ways, and reports rules that hold
// although they need not have been asked; held counts those that do.
func (p *player) ends(held map[anomaly.ID]int) (missed string) {
	for _, silent := range []int64{0, 3e9, 100e9, 700e9} {
		for way := range 8 {
			e := *p.end()
			e.Now, e.Cut, e.Evicted, e.Continues = e.At+silent, way&1 != 0, way&2 != 0, way&4 != 0
			if e.Continues {
				e.Octets[tcp.Server] = 0
			}
			s := &Scene{Step: &noStep, Case: &p.c, End: &e, Before: &p.conn, After: &p.conn, inspector: p.in, triggering: onEnd}
			is := s.ending()
			for _, r := range p.in.atEnd {
				if _, holds := r.holds(s); !holds {
					continue
				}
				held[r.id]++
				if r.needs != 0 && r.needs&is == 0 {
					return r.id.String()
				}
			}
		}
	}
	return ""
}

// TestEndings: at whatever segment the record of a simulated connection ends, or behind
// a story, no rule holds that is not asked. Together they let each rule hold.
func TestEndings(t *testing.T) {
	held := map[anomaly.ID]int{}
	for i := range simulate.Modes {
		for k := range uint64(12) {
			endsOfMode(t, i, k, held)
		}
	}
	for _, s := range stories(t) {
		if missed := played(t, s.text).ends(held); missed != "" {
			t.Fatalf("%s, %s: %s holds and is not asked", s.file, s.title, missed)
		}
	}
	for id := range atEnd {
		if held[id] == 0 {
			t.Errorf("nothing ends with %v", id)
		}
	}
}

// endsOfMode ends a simulated connection at each of its segments.
func endsOfMode(t *testing.T, mode int, run uint64, held map[anomaly.ID]int) {
	var w simulate.Sim
	d := simulate.Seeded(uint64(mode)<<32 + run + 1e6)
	p := &player{t: t, in: New(Config{})}
	p.v.Key = packet.Key{A: [16]byte{15: 1}, B: [16]byte{15: 2}, APort: 1, BPort: 2, Proto: packet.ProtoTCP}
	w.Run(&simulate.Modes[mode], &d, func(pass *simulate.Passage) {
		p.v.Seg, p.v.At = pass.Seg, pass.Seg.At
		p.v.Number++
		p.watch()
		if missed := p.ends(held); missed != "" {
			t.Fatalf("mode %s, run %d, segment %d: %s holds and is not asked", simulate.Modes[mode].Name, run, p.v.Number, missed)
		}
	})
}
