package metrics

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"
)

// prefix begins the names of all families.
const prefix = "onpath_"

// family is a metric with all its labels.
type family struct {
	name   string // behind prefix
	kind   kind
	help   string
	labels []label
	read   func(s *Snapshot, put put)    // what a counter or a gauge stands at
	spread func(s *Snapshot, put spread) // instead, of a histogram
}

// label is a label and where its values come from, in Markdown.
type label struct{ name, values string }

// put takes a value of a counter or a gauge, for one value of each label.
type put func(value float64, labels ...string)

// spread takes those of a histogram.
type spread func(h *Histogram, labels ...string)

// kind is Prometheus' type of a metric.
type kind uint8

const (
	counter kind = iota
	gauge
	histogram
)

// kinds are the names of types, and the values' types.
var kinds = [...]struct {
	name  string
	value prometheus.ValueType
}{counter: {"counter", prometheus.CounterValue}, gauge: {"gauge", prometheus.GaugeValue}, histogram: {"histogram", prometheus.UntypedValue}}

// sections are all families, with a title for those that belong together.
var sections = []struct {
	title    string
	families []family
}{
	{"Packets", packetFamilies},
	{"Connections", connectionFamilies},
	{"Findings", findingFamilies},
	{"What was given up", boundFamilies},
	{"Outputs and evidence", outputFamilies},
	{"State (with `--state`)", stateFamilies},
	{"The firewall (with `--netfilter`)", firewallFamilies},
	{"onpath itself", ownFamilies},
}

// families returns all families in their order.
func families() (all []family) {
	for _, s := range sections {
		all = slices.Concat(all, s.families)
	}
	return all
}

// one is what a family without labels reads.
func one[N int | int64 | uint64](of func(s *Snapshot) N) func(*Snapshot, put) {
	return func(s *Snapshot, put put) { put(float64(of(s))) }
}

// part is a value of a label, and what it counts.
type part[N int | uint64] struct {
	name string
	of   func(s *Snapshot) N
}

// each is what a family with one label reads whose values are listed.
func each[N int | uint64](parts []part[N]) func(*Snapshot, put) {
	return func(s *Snapshot, put put) {
		for _, p := range parts {
			put(float64(p.of(s)), p.name)
		}
	}
}

// listed names the values of a label whose parts are listed.
func listed[N int | uint64](name string, parts []part[N]) label {
	l := label{name: name}
	for i, p := range parts {
		if i > 0 {
			l.values += ", "
		}
		l.values += "`" + p.name + "`"
	}
	return l
}
