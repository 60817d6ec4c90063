package flow

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"onpath/packet"
	"onpath/record"
)

// ObserveAll writes the records that Observe writes, however large the batches
// and however small the table, and from however many connections on it reads ahead.
func TestObserveAllIsObserve(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, most := range []int{1, 3, 20, 1 << 20} {
		var views []packet.View
		for at := int64(1e18); len(views) < 3000; at += int64(r.IntN(3e9)) {
			var dice [6]byte
			for i := range dice {
				dice[i] = byte(r.Uint32())
			}
			v := *diceView(dice[:])
			v.Key.APort += uint16(r.IntN(30))
			v.At, v.Seg.At = at, at
			if r.IntN(20) == 0 {
				v.Why = packet.L4Cut
			}
			views = append(views, v)
		}
		one := emitted(most, crowd, func(t *Table) {
			for i := range views {
				t.Observe(&views[i])
			}
		})
		for _, n := range []int{1, 7, Batch, 100} {
			for _, crowd := range []int{1, 12, crowd} {
				all := emitted(most, crowd, func(t *Table) {
					for part := range slices.Chunk(views, n) {
						t.ObserveAll(part)
					}
				})
				if !reflect.DeepEqual(one, all) {
					t.Errorf("%d connections at most, batches of %d, a crowd is %d: other records", most, n, crowd)
				}
			}
		}
	}
}

func emitted(most, crowd int, observe func(*Table)) (rows []record.Record) {
	table := New(Config{MaxConnections: most}, func(r *record.Record) {
		row := *r
		row.Findings = slices.Clone(r.Findings) // they are lent
		rows = append(rows, row)
	})
	table.crowd = crowd
	observe(table)
	table.Flush()
	return rows
}
