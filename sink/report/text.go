package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"onpath/story"
	"onpath/tcp"
)

// prose is how wide paragraphs are at most, in columns.
const prose = 100

// text writes stories for a terminal. bufio.Writer keeps the first error.
type text struct {
	*bufio.Writer
	Config
}

// Text writes stories as text.
func Text(w io.Writer, stories []*story.Story, c Config) error {
	t := &text{bufio.NewWriter(w), c}
	for i, s := range stories {
		if i > 0 {
			t.line("")
		}
		t.story(s)
	}
	return t.Flush()
}

func (t *text) story(s *story.Story) {
	t.line(t.paint(bold, title(s)))
	t.pairs("", s.Head)
	t.ladder(s)
	t.events("What is certain, and from when", s.Proofs)
	t.events("What was lost", s.Losses)
	t.pairs("How long things took", s.Times)
	t.findings(s.Findings)
	t.head("Verdict")
	t.wrap("  ", strings.Join(s.Verdict, " "))
}

func title(s *story.Story) string {
	return fmt.Sprintf("Connection %d: %s → %s", s.Conn, s.Ends[tcp.Client], s.Ends[tcp.Server])
}

// line writes one line.
func (t *text) line(s string) {
	t.WriteString(t.shown(s))
	t.WriteByte('\n')
}

// shown returns s in ASCII, if that is all that can be shown. It may need more columns
// then.
func (t *text) shown(s string) string {
	if !t.ASCII {
		return s
	}
	return plain.Replace(s)
}

// plain replaces what ASCII has not.
var plain = strings.NewReplacer("→", "->", "←", "<-", "µ", "u", "…", "...", "–", "-", "·", ".", "≤", "<=", "≥", ">=", "≠", "!=", "§", "sec. ", "×", "x", "²", "^2", "³", "^3")

func (t *text) head(s string) {
	t.line("")
	t.line(t.paint(bold, s))
}

// pairs writes names and values, below a headline if there is one.
func (t *text) pairs(head string, list []story.Pair) {
	if len(list) == 0 {
		return
	}
	if head != "" {
		t.head(head)
	}
	width := 0
	for _, p := range list {
		width = max(width, utf8.RuneCountInString(p.Name))
	}
	for _, p := range list {
		t.wrap(fmt.Sprintf("  %-*s  ", width, p.Name), p.Value)
	}
}

// events writes what frames showed.
func (t *text) events(head string, list []story.Event) {
	if len(list) == 0 {
		return
	}
	t.head(head)
	for _, e := range list {
		t.wrap(fmt.Sprintf("  %11s  frame %-5d ", clock(e.At), e.Frame), e.Says)
	}
}

// wrap writes a paragraph behind an indent, and further lines below its first word.
func (t *text) wrap(indent, says string) {
	width := prose
	if t.Width > 0 {
		width = min(width, t.Width)
	}
	says = t.shown(says)
	room := max(width-utf8.RuneCountInString(indent), 20)
	for first := true; first || says != ""; first = false {
		var line string
		line, says = cut(says, room)
		t.line(indent + line)
		indent = strings.Repeat(" ", utf8.RuneCountInString(indent))
	}
}

// cut returns as many words of s as fit into so many columns, at least one, and the
// rest.
func cut(s string, room int) (line, rest string) {
	if utf8.RuneCountInString(s) <= room {
		return s, ""
	}
	end, seen := 0, 0
	for i, r := range s {
		if r == ' ' && i > 0 && (seen <= room || end == 0) {
			end = i
		}
		if seen++; seen > room && end > 0 {
			break
		}
	}
	if end == 0 {
		return s, ""
	}
	return s[:end], s[end+1:]
}

// clock writes ns since the beginning in seconds.
func clock(ns int64) string { return fmt.Sprintf("%.6f", float64(ns)/1e9) }
