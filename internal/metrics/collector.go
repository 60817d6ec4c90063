package metrics

import (
	"runtime"
	"strconv"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// collector gives the families of one Snapshot to a registry. It is for one goroutine.
type collector struct {
	families []family
	descs    []*prometheus.Desc // of families
	at       *Snapshot
}

func newCollector() *collector {
	c := &collector{families: families()}
	for _, f := range c.families {
		var labels []string
		for _, l := range f.labels {
			labels = append(labels, l.name)
		}
		c.descs = append(c.descs, prometheus.NewDesc(prefix+f.name, f.help, labels, nil))
	}
	return c
}

// Describe is prometheus.Collector's.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		out <- d
	}
}

// Collect is prometheus.Collector's.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	for i, f := range c.families {
		desc, value := c.descs[i], kinds[f.kind].value
		if f.spread != nil {
			f.spread(c.at, func(h *Histogram, labels ...string) {
				sum, n, buckets := h.seconds()
				out <- prometheus.MustNewConstHistogram(desc, n, sum, buckets, labels...)
			})
			continue
		}
		f.read(c.at, func(v float64, labels ...string) {
			out <- prometheus.MustNewConstMetric(desc, value, v, printable(labels)...)
		})
	}
}

// printable quotes the values that are not UTF-8: names of files and interfaces need not
// be, and labels must.
func printable(values []string) []string {
	for i, v := range values {
		if !utf8.ValidString(v) {
			values[i] = strconv.QuoteToASCII(v)
		}
	}
	return values
}

// registry returns what gathers from c, from the runtime and from the operating system.
func registry(c *collector, version string) *prometheus.Registry {
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(c, build(version), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// build is the metric that tells versions.
func build(version string) prometheus.Collector {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: prefix + "build_info", Help: "Always 1; the labels tell which onpath this is, and which Go built it.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	})
	info.Set(1)
	return info
}
