package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"onpath/story"
	"onpath/tcp"
)

// Markdown writes stories for a report.
func Markdown(w io.Writer, stories []*story.Story, _ Config) error {
	m := markdown{bufio.NewWriter(w)}
	for _, s := range stories {
		m.story(s)
	}
	return m.Flush()
}

type markdown struct{ *bufio.Writer }

func (m markdown) story(s *story.Story) {
	fmt.Fprintf(m, "## %s\n\n", title(s))
	fmt.Fprintf(m, "%s\n\n", escape(strings.Join(s.Verdict, " ")))
	m.pairs("", s.Head)
	m.ladder(s)
	m.events("What is certain, and from when", s.Proofs)
	m.events("What was lost", s.Losses)
	m.pairs("How long things took", s.Times)
	m.findings(s.Findings)
}

// escape keeps what packets and rules say from being taken for Markdown.
func escape(s string) string { return special.Replace(s) }

var special = strings.NewReplacer("\\", "\\\\", "|", "\\|", "*", "\\*", "_", "\\_", "<", "&lt;", "[", "\\[", "]", "\\]", "`", "\\`")

func (m markdown) pairs(head string, list []story.Pair) {
	if len(list) == 0 {
		return
	}
	if head != "" {
		fmt.Fprintf(m, "### %s\n\n", head)
	}
	fmt.Fprintf(m, "| | |\n|---|---|\n")
	for _, p := range list {
		fmt.Fprintf(m, "| %s | %s |\n", escape(p.Name), escape(p.Value))
	}
	fmt.Fprintln(m)
}

func (m markdown) ladder(s *story.Story) {
	fmt.Fprintf(m, "### The packets\n\nStates with ? are presumed, not proven.\n\n")
	fmt.Fprintf(m, "| frame | time | client | | server | segment |\n|---|---|---|---|---|---|\n")
	for i := range s.Rows {
		m.row(&s.Rows[i])
	}
	if s.Unshown > 0 {
		fmt.Fprintf(m, "\nAnd %d packets more, which are not shown.\n", s.Unshown)
	}
	fmt.Fprintln(m)
}

func (m markdown) row(r *story.Row) {
	if r.Pause > 0 {
		fmt.Fprintf(m, "| | | | | | *%s* |\n", silence(r.Pause))
	}
	if r.Run != nil {
		fmt.Fprintf(m, "| … | | | | | *%s*", folded(r))
		m.notes(r)
		return
	}
	fmt.Fprintf(m, "| %d | %s | %s | %s | %s | `%s`", r.Frame, clock(r.At), state(r, tcp.Client), arrows[r.Dir], state(r, tcp.Server), strings.ReplaceAll(r.Line, "|", "\\|"))
	m.notes(r)
}

// notes ends a row.
func (m markdown) notes(r *story.Row) {
	for _, n := range r.Notes {
		fmt.Fprintf(m, "<br>%s%s", marks[n.Severity], escape(n.Says))
	}
	fmt.Fprintf(m, " |\n")
}

func (m markdown) events(head string, list []story.Event) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(m, "### %s\n\n", head)
	for _, e := range list {
		fmt.Fprintf(m, "- %s, frame %d: %s\n", clock(e.At), e.Frame, escape(e.Says))
	}
	fmt.Fprintln(m)
}

func (m markdown) findings(list []story.Finding) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(m, "### What was strange\n\n")
	for i := range list {
		f := &list[i]
		fmt.Fprintf(m, "- **%s**: %s, %s%s. %s\n", f.ID, f.Severity, f.Accused, times(f.Count), escape(reason(*f)))
		for _, c := range f.Cases {
			fmt.Fprintf(m, "  - %s: %s\n", where(c), escape(c.Says))
		}
	}
	fmt.Fprintln(m)
}
