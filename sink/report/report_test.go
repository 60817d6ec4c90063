package report

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"onpath/anomaly"
	"onpath/story"
	"onpath/tcp"
)

// hostile has in each place that traffic can reach what would break a page.
func hostile() *story.Story {
	const evil = "<script>alert('|`*_[')</script>"
	id, _ := anomaly.Lookup("rst-exact")
	return &story.Story{
		Conn: 1, Ends: [2]string{"192.0.2.1:1", "192.0.2.2:2"},
		Head: []story.Pair{{Name: evil, Value: evil}},
		Rows: []story.Row{
			{Frame: 1, Dir: tcp.Server, Line: evil, Notes: []story.Note{{Severity: anomaly.Violation, Says: evil}}},
			{Frame: 2, Pause: 2e9, Run: &story.Run{Last: 9, Segments: [2]uint64{3, 5}, Octets: [2]uint64{0, 7}}},
		},
		Unshown: 3, Proofs: []story.Event{{Frame: 1, Says: evil}}, Losses: []story.Event{{Frame: 1, Says: evil}},
		Findings: []story.Finding{{ID: id, Severity: anomaly.Violation, Count: 2, Accused: "of the client", Cases: []story.Event{{Frame: 1, Says: evil}}, Why: evil, Ref: evil, Stacks: evil}},
		Times:    []story.Pair{{Name: evil, Value: evil}}, Verdict: []string{evil},
	}
}

func written(t *testing.T, name string, c Config) string {
	t.Helper()
	for _, f := range Formats {
		if f.Name == name {
			var b strings.Builder
			if err := f.Write(&b, []*story.Story{hostile(), hostile()}, c); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
	}
	t.Fatalf("no format %s", name)
	return ""
}

func TestTrafficCannotWriteHTML(t *testing.T) {
	page := written(t, "html", Config{})
	if strings.Contains(page, "<script") {
		t.Error("a script got into the page")
	}
	for _, outside := range []string{"http://", "https://", "src="} {
		if strings.Contains(page, outside) {
			t.Errorf("the page loads something: %s", outside)
		}
	}
	if n := strings.Count(page, "<article>"); n != 2 {
		t.Errorf("%d stories, want 2", n)
	}
}

func TestTrafficCannotWriteMarkdown(t *testing.T) {
	for line := range strings.Lines(written(t, "markdown", Config{})) {
		line = strings.TrimSpace(line)
		if strings.Contains(strings.ReplaceAll(line, "`<script>", ""), "<script>") {
			t.Errorf("HTML in %q", line)
		}
		if strings.HasPrefix(line, "| 1 |") && strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") != 7 {
			t.Errorf("cells of %q are not 6", line)
		}
	}
}

func TestASCII(t *testing.T) {
	for _, r := range written(t, "text", Config{ASCII: true}) {
		if r >= utf8.RuneSelf {
			t.Fatalf("%q is not ASCII", r)
		}
	}
}

func TestColour(t *testing.T) {
	if strings.Contains(written(t, "text", Config{}), "\x1b") {
		t.Error("colours that nobody asked for")
	}
	if !strings.Contains(written(t, "text", Config{Color: true}), "\x1b[1;31m") {
		t.Error("a violation is not red")
	}
}

// A terminal's lines are not broken by the terminal.
func TestWidth(t *testing.T) {
	for _, width := range []int{80, 100, 110, 132} {
		for line := range strings.Lines(written(t, "text", Config{Width: width})) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%d columns of %d: %q", n, width, line)
			}
		}
	}
}

func TestCutKeepsWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		says := strings.Join(rapid.SliceOf(rapid.StringMatching(`[a-zäß→]{1,12}`)).Draw(t, "words"), " ")
		room := rapid.IntRange(1, 40).Draw(t, "room")
		var lines []string
		for rest := says; rest != ""; {
			var line string
			line, rest = cut(rest, room)
			if utf8.RuneCountInString(line) > room && strings.Contains(line, " ") {
				t.Fatalf("%q is wider than %d", line, room)
			}
			lines = append(lines, line)
		}
		if got := strings.Join(lines, " "); got != says {
			t.Fatalf("%q became %q", says, got)
		}
	})
}

// A terminal's width is kept, in ASCII too, and segments and notes stand below each
// other.
func TestWidthHolds(t *testing.T) {
	s := hostile()
	s.Rows[0].Line = strings.Repeat("word→ ", 40)
	long := s.Rows[0]
	long.Frame, long.Line = 12_345_678, strings.Repeat("m ", 80) // its number is wider than its column
	s.Rows = append(s.Rows, long)
	s.Rows[0].Notes[0].Says = strings.Repeat("note· ", 40)
	for _, c := range []Config{{Width: 80}, {Width: 100}, {Width: 120}, {Width: 120, ASCII: true}, {Width: 80, ASCII: true}} {
		var b strings.Builder
		if err := Text(&b, []*story.Story{s}, c); err != nil {
			t.Fatal(err)
		}
		column := map[int]bool{}
		for line := range strings.Lines(b.String()) {
			line = strings.TrimRight(line, " \n")
			if n := utf8.RuneCountInString(line); n > c.Width && strings.Contains(line, " ") {
				t.Errorf("%+v: %d columns: %s", c, n, line)
			}
			if i := strings.Index(line, "word"); i >= 0 {
				column[utf8.RuneCountInString(line[:i])] = true
			}
		}
		if len(column) != 1 {
			t.Errorf("%+v: segments begin in columns %v", c, column)
		}
	}
}
