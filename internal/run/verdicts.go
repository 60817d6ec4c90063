package run

import (
	"strings"

	"onpath/compat/netfilter"
)

// verdicts says what the firewall called the packets, and why it refused, dropped or
// ignored some.
func verdicts(b *strings.Builder, t netfilter.Tally, s netfilter.Stats) {
	line(b, "nf packets", list(largestFirst(states(&t))))
	line(b, "nf invalid", list(largestFirst(causes(&t.Refused))))
	line(b, "nf not seen", list(largestFirst(causes(&t.Unseen))))
	line(b, "nf dropped", list(largestFirst(causes(&t.Dropped))))
	t.Ignored[netfilter.CauseNone] = 0 // they were not
	line(b, "nf ignored", list(largestFirst(causes(&t.Ignored))))
	line(b, "nf entries", list(nonZero([]count{
		{"in the table", uint64(s.Entries)},
		{"expired", s.Expired},
		{"ended by a packet", s.Deleted},
		{"dropped early", s.Early},
	})))
}

func states(t *netfilter.Tally) (list []count) {
	for s, n := range t.States {
		name := netfilter.State(s).String()
		if name == "" {
			name = "not seen"
		}
		list = append(list, count{name, n})
	}
	return list
}

func causes(counts *[netfilter.NumCauses]uint64) (list []count) {
	for c, n := range counts {
		name := netfilter.Cause(c).String()
		if name == "" {
			name = "of nothing known"
		}
		list = append(list, count{name, n})
	}
	return list
}
