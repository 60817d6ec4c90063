package run

import (
	"fmt"
	"io"
	"strings"
	"time"

	"onpath/flow"
	"onpath/packet"
	"onpath/record"
	"onpath/source"
)

// report writes what was damaged, and in a summary before and behind it what was
// read and found, one line a question.
func (j *job[R]) report(summary bool) {
	var b strings.Builder
	if summary {
		j.sieve.report(&b)
		j.tally.write(&b)
		line(&b, "interim", interim(j.stats().Parts))
		line(&b, "p0f", signatures(j.config.p0f))
		fragments(&b, j.decoder.FragmentStats())
		givenUp(&b, j.stats())
		if gateway := j.config.Flow.Netfilter; gateway != nil {
			verdicts(&b, j.table.Stats().Verdicts, gateway.Stats())
		}
		for _, e := range j.eyes {
			e.report(&b)
		}
		j.dumps.report(&b)
	}
	if summary {
		printed(&b, &j.health.Text)
	}
	names(&b, &j.health.Text)
	damages(&b, j.health)
	if j.live != nil {
		j.live.report(&b)
		j.reportQueues(&b)
		j.keeper.report(&b, j.stats().Open())
	} else if summary {
		line(&b, "dropped", byCapture(j.health.Dropped))
	}
	if summary {
		line(&b, "comments", inBlocks(j.health.Comments))
		line(&b, "memory", j.config.peak())
		spent := time.Since(j.began)
		line(&b, "speed", fmt.Sprintf("%s packets/s (%s)", thousands(rate(j.tally.packets, spent)), spent.Round(100*time.Microsecond)))
	}
	io.WriteString(stderr, b.String())
}

func (t *tally) write(b *strings.Builder) {
	line(b, "packets", thousands(t.packets)+t.span())
	line(b, "time jumps", list(t.jumps()))
	line(b, "decoded", thousands(t.why[packet.Decoded]))
	line(b, "not decoded", list(t.undecoded()))
	line(b, "links unread", list(t.unreadLinks()))
	line(b, "connections", list(t.endings()))
	line(b, "outcomes", list(t.outcomes()))
	line(b, "states", list(t.statePairs()))
	line(b, "others", list(t.others()))
	t.found.write(b)
}

// interim says how many rows were written of connections that went on.
func interim(rows uint64) string {
	if rows == 0 {
		return ""
	}
	return plural(rows, "row") + " of connections that went on then"
}

// fragments says what came in fragments, and what reassembly made of them.
func fragments(b *strings.Builder, s packet.FragmentStats) {
	if s.Fragments == 0 {
		return
	}
	line(b, "fragments", broken(s.Fragments, nonZero([]count{
		{"came twice", s.Duplicates},
		{"overlapped", s.Overlaps},
		{"overlapped with other octets", s.Differing},
		{"refused", s.Bad},
	})))
	line(b, "datagrams", list(nonZero([]count{
		{"put together", s.Datagrams},
		{"timed out", s.Expired},
		{"pushed out by a bound", s.Evicted},
		{"incomplete at the end", uint64(s.Held)},
	})))
}

// givenUp says what the bounds on memory pushed out.
func givenUp(b *strings.Builder, s flow.Stats) {
	line(b, "given up", list(nonZero([]count{
		{"idle", s.Evicted.Idle},
		{"closed", s.Evicted.Closed},
		{"half-open", s.Evicted.HalfOpen},
		{"half-open beyond --max-half-open", s.Evicted.HalfOpenBeyond},
		{"unconfirmed", s.Evicted.Unconfirmed},
		{"not TCP", s.Evicted.Other},
		{"open", s.Evicted.Open},
		{"holes in streams", s.HolesGivenUp},
		{"times", s.TimesGivenUp},
		{"findings", s.Rules.Findings},
		{"notes for findings", s.Rules.Notes},
		{"hosts", s.Rules.Hosts},
		{"signatures", s.SignaturesGivenUp},
		{"clocks of hosts", s.ClocksGivenUp},
		{"packets of records above 4 GiB", s.TotalsGivenUp},
	})))
}

// shownDamages is how many damages the summary shows; it counts all.
const shownDamages = 10

// damages says where files are not what their formats demand, and what that
// cost in all.
func damages(b *strings.Builder, h source.Health) {
	for _, d := range h.Damages[:min(len(h.Damages), shownDamages)] {
		line(b, "damage", d.String())
	}
	if all := nonZero([]count{
		{"not shown", h.Damaged - min(h.Damaged, shownDamages)},
		{"cut", h.Cut},
		{"octets passed over", h.Lost},
	}); len(all) > 0 {
		line(b, "damages", broken(h.Damaged, all))
	}
}

// byCapture says how many packets are missing by the capture's own account.
func byCapture(dropped uint64) string {
	if dropped == 0 {
		return ""
	}
	return plural(dropped, "packet") + " by the capture, as it says itself"
}

// inBlocks says how many comments there are to look at, with another program.
func inBlocks(comments uint64) string {
	if comments == 0 {
		return ""
	}
	return thousands(comments) + " in the captures (tshark shows them)"
}

// span says when the packets were captured.
func (t *tally) span() string {
	if t.packets == 0 {
		return ""
	}
	b := record.AppendSeconds([]byte(" in "), t.last-t.first)
	b = record.AppendTime(append(b, " s from "...), t.first)
	return string(b)
}

// Where the summary's text begins, and where a list is broken, in characters.
const (
	summaryIndent = 13
	summaryWidth  = 80
)

// line writes one line of the summary, or nothing where there is nothing to say.
func line(b *strings.Builder, name, text string) {
	if text != "" {
		fmt.Fprintf(b, "%-*s%s\n", summaryIndent, name, text)
	}
}

// list writes the sum of the counts, and behind it what it is made of.
func list(counts []count) string {
	var sum uint64
	for _, c := range counts {
		sum += c.n
	}
	if sum == 0 {
		return ""
	}
	return broken(sum, counts)
}

// broken writes n and behind it the counts.
func broken(n uint64, counts []count) string {
	if len(counts) == 0 {
		return thousands(n)
	}
	return items(thousands(n)+": ", counts)
}

// items writes counts behind a head: as many as fit in a line, and the others below.
func items(head string, counts []count) string {
	text, column := head, summaryIndent+len(head)
	for i, c := range counts {
		part := thousands(c.n) + " " + c.name
		if i < len(counts)-1 {
			part += ","
		}
		switch {
		case i == 0:
		case column+1+len(part) > summaryWidth:
			text, column = text+"\n"+strings.Repeat(" ", summaryIndent), summaryIndent
		default:
			text, column = text+" ", column+1
		}
		text, column = text+part, column+len(part)
	}
	return text
}

// rate returns n per second.
func rate(n uint64, d time.Duration) uint64 {
	if d <= 0 {
		return 0
	}
	return uint64(float64(n) / d.Seconds())
}

// thousands writes n with a comma every three digits.
func thousands(n uint64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
