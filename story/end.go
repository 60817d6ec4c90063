package story

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"onpath/check"
	"onpath/record"
	"onpath/tcp"
)

// Tell returns the story, with what the connection's record says of it. The Teller
// is used up.
func (t *Teller) Tell(r *record.Record) *Story {
	s := &t.story
	s.Conn = r.Conn
	for end := range s.Ends {
		d := tcp.Dir(end)
		s.Ends[end] = fmt.Sprintf("%s:%d", r.Addr(d), r.Port(d))
		if r.Addr(d).Is6() {
			s.Ends[end] = fmt.Sprintf("[%s]:%d", r.Addr(d), r.Port(d))
		}
	}
	s.Head = slices.Concat(outcomePairs(r), pairs(r, headColumns), systems(r))
	s.Times = times(r)
	s.Rows, s.Unshown = t.ladder(suspects(r)), t.unshown
	s.Findings = t.findings(r)
	s.Verdict = verdict(r)
	return s
}

// shown is a column under a name for people, with a unit.
type shown struct {
	column, name string
	words        map[string]string // for its values; nil: they speak for themselves
}

// headColumns say what was seen, and how.
var headColumns = []shown{
	{"start_time", "first packet", nil},
	{"duration", "lasted", nil},
	{"start", "first segment", starts},
	{"view", "seen", views},
	{"end_reason", "record ended by", ends},
	{"continues", "goes on from connection", nil},
}

// Words for the values of columns.
var (
	starts = map[string]string{"syn": "a SYN", "synack": "a SYN,ACK: the SYN did not pass here", "midstream": "neither SYN nor SYN,ACK: it was joined in its middle"}
	views  = map[string]string{"both": "both directions", "client-only": "packets of the client alone", "server-only": "packets of the server alone"}
	ends   = map[string]string{
		"fin": "FINs of both ends", "rst": "a RST", "idle-timeout": "silence", "attempt-timeout": "silence after the attempt",
		"evicted": "the bound on connections", "capture-end": "the end of the capture", "superseded": "a new connection of the same ports",
		"flush": "the end of the capture, after FINs or a RST",
	}
)

// columns are those of a record, their values as words.
var columns = record.FlatColumns()

// column returns a column's text; "" where it is null.
func column(r *record.Record, name string) string {
	c := record.ByName(columns, name)
	text := string(c.Append(nil, r))
	if c.Type == record.Duration && text != "" {
		return span(text)
	}
	return text
}

// pairs returns those columns that are not null.
func pairs(r *record.Record, list []shown) (all []Pair) {
	for _, c := range list {
		if text := column(r, c.column); text != "" {
			all = append(all, Pair{c.name, cmp.Or(c.words[text], text)})
		}
	}
	return all
}

// span writes a decimal number of seconds for people.
func span(seconds string) string {
	n, err := strconv.ParseFloat(seconds, 64)
	if err != nil {
		return seconds
	}
	return string(check.AppendSpan(nil, int64(math.Round(n*1e9))))
}
