package report

import (
	"fmt"
	"strings"

	"onpath/story"
)

// findings writes what was strange, the strongest first.
func (t *text) findings(list []story.Finding) {
	if len(list) == 0 {
		return
	}
	t.head("What was strange")
	for i := range list {
		t.finding(&list[i])
	}
}

func (t *text) finding(f *story.Finding) {
	t.line("  " + t.paint(tones[f.Severity], strings.TrimPrefix(marks[f.Severity], "· ")+f.ID.String()) + fmt.Sprintf(": %s, %s%s", f.Severity, f.Accused, times(f.Count)))
	for _, c := range f.Cases {
		t.wrap(fmt.Sprintf("    %s  ", where(c)), c.Says)
	}
	t.wrap("    ", reason(*f))
}

func times(n uint64) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf(", %d times", n)
}

// where says which frame showed it.
func where(e story.Event) string {
	if e.Frame == 0 {
		return "at the end"
	}
	return fmt.Sprintf("frame %d", e.Frame)
}

// reason says why it may be, and where the rule stands.
func reason(f story.Finding) string {
	if f.Ref == "" {
		return f.Why
	}
	return f.Why + " (" + f.Ref + ")"
}
