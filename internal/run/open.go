package run

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"onpath/flow"
	"onpath/record"
	"onpath/sink/table"
)

// maxShown is how many open connections are printed: more take so long that packets are
// lost meanwhile.
const maxShown = 1000

// printOpen prints a table of what is open.
func (j *job[R]) printOpen() {
	var b bytes.Buffer
	slots, all := busiest(j.table)
	fmt.Fprintf(&b, "%s open", plural(uint64(all), "connection"))
	if all > len(slots) {
		fmt.Fprintf(&b, "; the %s with most octets:", thousands(uint64(len(slots))))
	}
	b.WriteByte('\n')
	c := table.Config{ASCII: !utf8Locale(), Hold: maxShown + 1}
	w := table.New(&b, c, record.Overview(), func(r *record.Record) uint64 { return r.Conn })
	for _, slot := range slots {
		if o, ok := j.table.Slot(slot); ok {
			w.Write(o.Record())
		}
	}
	w.End()
	j.notice(b.String())
}

// busiest returns where the open connections with most octets are, and how many are open.
func busiest(t *flow.Table) (slots []uint32, all int) {
	type place struct {
		octets uint64
		slot   uint32
	}
	var most []place
	keep := func() {
		slices.SortFunc(most, func(a, b place) int { return cmp.Compare(b.octets, a.octets) })
		most = most[:min(len(most), maxShown)]
	}
	t.Walk(0, int(t.Slots()), func(o flow.Open) bool {
		n := o.IPOctets()
		most = append(most, place{n[0] + n[1], o.Slot})
		if all++; len(most) == 2*maxShown {
			keep()
		}
		return true
	})
	keep()
	for _, p := range most {
		slots = append(slots, p.slot)
	}
	return slots, all
}
