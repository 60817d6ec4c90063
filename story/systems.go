package story

import (
	"onpath/record"
	"onpath/tcp"
)

// fits say how well a segment fits the signature of a system (docs/fingerprints.md).
var fits = map[string]string{
	"exact":         " fits exactly",
	"generic":       " fits a signature of last resort",
	"fuzzy":         " fits, but for what middleboxes change",
	"generic-fuzzy": " fits a signature of last resort, but for what middleboxes change",
}

// systems says whose stacks the ends look like, as far as their SYNs tell.
func systems(r *record.Record) (list []Pair) {
	for end, segment := range [...]string{tcp.Client: "SYN", tcp.Server: "SYN,ACK"} {
		who := tcp.Dir(end).String()
		name := column(r, who+"_os")
		if name == "" {
			continue
		}
		says := name + ": its " + segment + fits[column(r, who+"_os_match")]
		if hops := column(r, who+"_distance"); hops != "" && hops != "0" {
			says += "; hops from here: " + hops
		}
		list = append(list, Pair{who + "'s system", says})
	}
	return list
}
