package story

import (
	"fmt"
	"math"
	"strconv"
	"time"

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
	s.Head = append(outcomePairs(r), pairs(r, headColumns)...)
	s.Times = times(r)
	s.Rows, s.Unshown = t.ladder(suspects(r)), t.unshown
	s.Findings = t.findings(r)
	s.Verdict = verdict(r)
	return s
}

// shown is a column under a name for people, with a unit.
type shown struct {
	column, name string
}

// headColumns say what was seen, and how.
var headColumns = []shown{
	{"start_time", "first packet"},
	{"duration", "lasted"},
	{"start", "first segment"},
	{"view", "seen"},
	{"end_reason", "record ended"},
	{"continues", "goes on from connection"},
	{"client_os", "client's system"},
	{"server_os", "server's system"},
}

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
			all = append(all, Pair{c.name, text})
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
	return spanOf(int64(math.Round(n * 1e9)))
}

// spanOf writes ns for people, with at most three digits that matter: 835 µs, 21.1 ms,
// 3.42 s; from a minute on in whole seconds: 1m30s.
func spanOf(ns int64) string {
	d := time.Duration(ns)
	for _, u := range units {
		if size := d.Abs(); size >= u.below {
			continue
		}
		return strconv.FormatFloat(float64(d)/float64(u.of), 'g', 3, 64) + u.name
	}
	return d.Round(time.Second).String()
}

// units are those of time, each for what is rounded to less than the next one.
var units = []struct {
	below, of time.Duration
	name      string
}{
	{999_500, time.Microsecond, " µs"},
	{999_500_000, time.Millisecond, " ms"},
	{59_950_000_000, time.Second, " s"},
}
