package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"onpath/internal/genload"
)

// A table is what the programs cost over one workload.
type table struct {
	load  genload.Load
	order []string // of the programs
	runs  map[string][]measure
}

// median is the run in the middle, by time.
func (t table) median(program string) measure {
	runs := slices.Clone(t.runs[program])
	slices.SortFunc(runs, func(a, b measure) int { return cmp.Compare(a.nsPerPacket(), b.nsPerPacket()) })
	return runs[len(runs)/2]
}

func (t table) print(w io.Writer) {
	first := t.median(t.order[0])
	fmt.Fprintf(w, "\n%s: %s; %d packets, median of %d runs\n", t.load.Name, t.load.Doc, first.Packets, len(t.runs[t.order[0]]))
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(tw, "program\tns/packet\tof it system\twall\tx %s\tallocs/packet\toctets/conn\tconnections\tpeak MB\t\n", t.order[0])
	for _, p := range t.order {
		m := t.median(p)
		fmt.Fprintf(tw, "%s\t%.0f\t%.0f\t%.0f\t%.2f\t%.4f\t%s\t%d\t%d\t\n", p, m.nsPerPacket(), m.per(m.System), m.per(m.Wall), m.nsPerPacket()/first.nsPerPacket(),
			m.allocsPerPacket(), octets(m), m.Connections, m.Peak>>20)
	}
	tw.Flush()
}

// octets is what a connection takes, where the program still held them all and
// they are so many that nothing else counts.
func octets(m measure) string {
	if m.Live < 10_000 {
		return "-"
	}
	return fmt.Sprintf("%.0f", m.octetsPerConnection())
}
