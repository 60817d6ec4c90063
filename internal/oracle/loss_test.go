package oracle

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"onpath/conn"
)

// A whereabouts is what became of the octets of a retransmission when they were
// sent before.
type whereabouts uint8

const (
	before  whereabouts = iota // they never passed the tap
	after                      // they passed, and did not arrive
	arrived                    // they arrived, and an ACK of them had passed
	quietly                    // they arrived, and no ACK of them had passed: on its way, lost, or not given
	numWhereabouts
)

var wheres = [numWhereabouts]string{"lost before the tap", "lost after the tap", "arrived, ACK passed", "arrived, no ACK yet"}

// Columns of the table of losses.
var said = [...]string{"before", "after", "spurious", "other"}

// located returns the column of a verdict.
func located(v verdict) int {
	switch {
	case v.delivery == conn.Spurious:
		return 2
	case v.delivery != conn.Retransmission:
		return 3
	case v.loss == conn.LostBefore:
		return 0
	}
	return 1
}

// whereabout tells what became of the first octet of all[i] before it was sent
// again. Emissions are in the order of emission.
func whereabout(all []sent, i int) whereabouts {
	p, where := &all[i], before
	for j := range all[:i] {
		o := &all[j]
		if o.Dir != p.Dir || o.ports() != p.ports() || o.seqLen() == 0 || !p.Seq.InWindow(o.Seq, o.seqLen()) {
			continue
		}
		switch {
		case len(o.Delivered) > 0:
			return acknowledged(all, i)
		case o.frame() != 0:
			where = after
		}
	}
	return where
}

// acknowledged tells whether an ACK of what all[i] carries had passed before it.
func acknowledged(all []sent, i int) whereabouts {
	p := &all[i]
	for j := range all {
		o := &all[j]
		if o.Dir == p.Dir || o.ports() != p.ports() || o.frame() == 0 || o.frame() > p.frame() || !strings.Contains(o.Flags, ".") {
			continue
		}
		if o.Ack.After(p.Seq) && o.Ack.Sub(p.Seq) < 1<<24 { // not of another incarnation
			return arrived
		}
	}
	return quietly
}

// TestLossLocation: where the original of a retransmission was lost.
func TestLossLocation(t *testing.T) {
	var table [numWhereabouts][len(said)]int
	for _, name := range runs(t) {
		verdicts, all := observe(t, filepath.Join(folder(t), name+".pcap.gz")), sentIn(t, name)
		for i := range all {
			if !all[i].again() || all[i].frame() == 0 {
				continue
			}
			where, got := whereabout(all, i), located(verdicts[all[i].frame()])
			table[where][got]++
			if int(where) != got && (where == before || where == after || where == arrived && got != 2) {
				t.Logf("%s frame %d (%s): %s, called %s", name, all[i].frame(), all[i].Kind, wheres[where], said[got])
			}
		}
	}
	b := fmt.Sprintf("%-20s %v", "", said)
	for w, row := range table {
		b += fmt.Sprintf("\n%-20s %5d", wheres[w], row)
	}
	t.Log("\n" + b)
	lost := table[before][0] + table[after][1]
	all := 0
	for _, row := range table[:arrived] {
		for _, n := range row {
			all += n
		}
	}
	share{"losses located", lost, all, 0.95}.check(t)
	row := table[arrived]
	share{"spurious where an ACK had passed", row[2], row[0] + row[1] + row[2] + row[3], 0.95}.check(t)
}
