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
	most, all := busiest(j.tables())
	fmt.Fprintf(&b, "%s open", plural(uint64(all), "connection"))
	if all > len(most) {
		fmt.Fprintf(&b, "; the %s with most octets:", thousands(uint64(len(most))))
	}
	b.WriteByte('\n')
	c := table.Config{ASCII: !utf8Locale(), Hold: maxShown + 1}
	w := table.New(&b, c, record.Overview(), func(r *record.Record) uint64 { return r.Conn })
	for _, p := range most {
		if o, ok := p.in.Slot(p.slot); ok {
			j.standing(o, func(r *record.Record) { w.Write(r) })
		}
	}
	w.End()
	j.notice(b.String())
}

// talker is an open connection that may be printed.
type talker struct {
	in     *flow.Table
	slot   uint32
	octets uint64
	conn   uint64
}

// busiest returns the open connections with most octets, and how many are open.
func busiest(tables []*flow.Table) (most []talker, all int) {
	keep := func() {
		slices.SortFunc(most, func(a, b talker) int { return cmp.Or(cmp.Compare(b.octets, a.octets), cmp.Compare(a.conn, b.conn)) })
		most = most[:min(len(most), maxShown)]
	}
	for _, t := range tables {
		t.Walk(0, int(t.Slots()), func(o flow.Open) bool {
			n := o.IPOctets()
			most = append(most, talker{t, o.Slot, n[0] + n[1], o.Conn()})
			if all++; len(most) == 2*maxShown {
				keep()
			}
			return true
		})
	}
	keep()
	return most, all
}
