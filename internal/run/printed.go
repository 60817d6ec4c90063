package run

import (
	"strings"

	"onpath/source/tcpdump"
)

// shownNames is how many made-up addresses and ports the summary shows.
const shownNames = 10

// printed says what the texts held.
func printed(b *strings.Builder, r *tcpdump.Report) {
	if r.Lines == 0 {
		return
	}
	var kinds []count
	for k, n := range r.Kinds {
		kinds = append(kinds, count{tcpdump.Kind(k).String(), n})
	}
	line(b, "text", items(plural(r.Lines, "line")+": ", largestFirst(append(kinds, count{"too long", r.Long}))))
	line(b, "text notes", list(nonZero([]count{
		{"mended", r.Mended},
		{"without a time, placed 1 µs apart", r.Untimed},
		{"from hex dumps", r.Dumps},
	})))
}

// names says what was made up for names that the texts have.
func names(b *strings.Builder, r *tcpdump.Report) {
	for _, n := range r.Names[:min(len(r.Names), shownNames)] {
		line(b, "name", n.String())
	}
	if more := len(r.Names) - shownNames; more > 0 {
		line(b, "name", "and "+thousands(uint64(more))+" more")
	}
}
