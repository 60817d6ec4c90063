package metrics

// bounds are the upper bounds of the buckets of a Histogram, in ns, each included:
// from a switch in the same rack to a satellite, and a SYN that was sent again.
var bounds = [...]int64{
	100e3, 250e3, 500e3, 1e6, 2500e3, 5e6, 10e6, 25e6, 50e6, 100e6, 250e6, 500e6, 1e9, 2500e6, 5e9, 10e9,
}

// Histogram counts times in fixed buckets. The zero Histogram is empty.
type Histogram struct {
	counts [len(bounds) + 1]uint64 // the last: above all bounds
	sum    int64                   // ns
}

// Observe counts a time in ns; 0 is none.
func (h *Histogram) Observe(ns int64) {
	if ns <= 0 {
		return
	}
	i := 0
	for i < len(bounds) && ns > bounds[i] {
		i++
	}
	h.counts[i]++
	h.sum += ns
}

// seconds returns the sum of all times in seconds, how many there are, and how many do
// not exceed each bound, in seconds.
func (h *Histogram) seconds() (sum float64, n uint64, buckets map[float64]uint64) {
	buckets = make(map[float64]uint64, len(bounds))
	for i, bound := range bounds {
		n += h.counts[i]
		buckets[float64(bound)/1e9] = n
	}
	return float64(h.sum) / 1e9, n + h.counts[len(bounds)], buckets
}
