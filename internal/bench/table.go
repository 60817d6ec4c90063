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
	on    machine // before the first run
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
	fmt.Fprintf(w, "this machine waits %d ns for a line out of 4 MiB, %d out of 64 MiB\n", t.on.Cache.Nanoseconds(), t.on.Memory.Nanoseconds())
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(tw, "program\tns/packet\tof it system\twall\tM packets/CPU-s\tx %s\tallocs/packet\toctets/conn\tconnections\tpeak MiB\t\n", t.order[0])
	for _, p := range t.order {
		m := t.median(p)
		fmt.Fprintf(tw, "%s\t%.0f\t%.0f\t%.0f\t%.2f\t%.2f\t%.4f\t%s\t%d\t%d\t\n", p, m.nsPerPacket(), m.per(m.System), m.per(m.Wall), 1e3/m.nsPerPacket(), m.nsPerPacket()/first.nsPerPacket(),
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
