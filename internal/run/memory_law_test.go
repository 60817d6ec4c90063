package run

import (
	"testing"

	"onpath/flow"
	attack "onpath/internal/flood"
	"onpath/packet"
	"onpath/record"
)

// TestFloodsStayInTheirParts: whatever is sent, nothing takes more than its part of
// Config.Memory; and what is made to fill a part fills it.
func TestFloodsStayInTheirParts(t *testing.T) {
	fills := map[string]string{"handshakes": "times", "anomalies": "findings", "trouble": "troubles", "fragments": "fragments", "data": "notes"}
	for _, k := range attack.Kinds() {
		c := Config{Memory: 80 * mib, Files: []string{stdin}}
		if err := c.Divide(); err != nil {
			c.Memory = int64(c.least(c.takes(fewConnections))) * mib
			if err := c.Divide(); err != nil {
				t.Fatal(err)
			}
		}
		table := flow.New(c.Flow, func(*record.Record) {})
		d := packet.NewDecoder(c.Decoder)
		f, most := attack.New(k, 1), map[string]int64{}
		var v packet.View
		for i := range 40_000 {
			d.Decode(&packet.Frame{Number: uint64(i + 1), At: int64(i) * 1000, Link: packet.LinkEthernet, Data: f.Next()}, &v)
			if table.Observe(&v); i%500 == 0 {
				measured(table, d, most)
			}
		}
		if n := table.Stats().Live; n > c.Flow.MaxConnections {
			t.Errorf("%s: %d connections, at most %d", k.Name, n, c.Flow.MaxConnections)
		}
		for name, takes := range most {
			gets := c.takes(c.Flow.MaxConnections) + 8*mib // for holes, which are a part of the program's
			for i := range parts {
				if parts[i].name == name {
					_, gets = parts[i].of(&c, c.Memory)
				}
			}
			if takes > gets || fills[k.Name] == name && takes < gets*2/5 {
				t.Errorf("%s: %s take %s of %s", k.Name, name, mebi(takes), mebi(gets))
			}
		}
	}
}

// measured notes what has taken most so far.
func measured(t *flow.Table, d *packet.Decoder, most map[string]int64) {
	s := t.Stats()
	for name, takes := range map[string]int64{
		"connections": s.Octets, "times": s.TimedOctets, "findings": s.Rules.FindingOctets,
		"troubles": s.Rules.TroubleOctets, "notes": s.Rules.NoteOctets, "fragments": int64(d.FragmentStats().Octets),
	} {
		most[name] = max(most[name], takes)
	}
}
