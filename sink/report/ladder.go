package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"onpath/anomaly"
	"onpath/story"
	"onpath/tcp"
)

// arrows point to where a packet went, the client being on the left.
var arrows = [...]string{tcp.Client: "→", tcp.Server: "←"}

// ladder writes the packets between both ends.
func (t *text) ladder(s *story.Story) {
	t.head("The packets, and the states of both ends after them (? presumed, not proven)")
	t.line(t.paint(dim, fmt.Sprintf("  %6s %11s  %-13s    %-13s %s", "frame", "time", "client", "server", "segment")))
	for i := range s.Rows {
		t.row(&s.Rows[i])
	}
	if s.Unshown > 0 {
		t.line(fmt.Sprintf("  … and %d packets more, which are not shown", s.Unshown))
	}
}

// Where segments and notes stand, in columns: beside the states, or on a terminal of
// less than narrow columns below them.
const (
	beside = 53
	below  = 10
	narrow = 110
)

func (t *text) narrow() bool { return t.Width > 0 && t.Width < narrow }

// column is where segments and notes stand.
func (t *text) column() int {
	if t.narrow() {
		return below
	}
	return beside
}

func (t *text) row(r *story.Row) {
	if r.Pause > 0 {
		t.line(t.paint(dim, strings.Repeat(" ", 15)+"… "+silence(r.Pause)))
	}
	if r.Run != nil {
		t.block(fmt.Sprintf("%*s", t.column(), ""), folded(r), dim)
		t.notes(r)
		return
	}
	head := fmt.Sprintf("  %6d %11s  %-13s %-3s%-13s ", r.Frame, clock(r.At), state(r, tcp.Client), t.shown(arrows[r.Dir]), state(r, tcp.Server))
	if t.narrow() {
		t.line(head)
		head = strings.Repeat(" ", below)
	}
	t.block(head, r.Line, none)
	t.notes(r)
}

func (t *text) notes(r *story.Row) {
	for _, n := range r.Notes {
		t.block(strings.Repeat(" ", t.column()), marks[n.Severity]+n.Says, tones[n.Severity])
	}
}

// block writes words behind a head, in as many lines as the terminal needs.
func (t *text) block(head, says string, how tone) {
	says = t.shown(says)
	room := len(says)
	if t.Width > 0 {
		room = t.Width - max(t.column(), utf8.RuneCountInString(head))
	}
	for first := true; first || says != ""; first = false {
		var part string
		part, says = cut(says, room)
		t.line(head + t.paint(how, part))
		head = strings.Repeat(" ", t.column())
	}
}

// marks stand before what was found.
var marks = [...]string{
	0: "· ", anomaly.CaptureArtifact: "· ", anomaly.Informational: "· ", anomaly.Performance: "· ",
	anomaly.Suspicious: "! ", anomaly.Violation: "!! ",
}

// state is an end's, with a mark if it is not the only one possible.
func state(r *story.Row, end tcp.Dir) string {
	if r.Sure[end] {
		return r.State[end].String()
	}
	return r.State[end].String() + "?"
}

// silence says how long nothing passed.
func silence(ns int64) string { return fmt.Sprintf("%.3g s of silence", float64(ns)/1e9) }

// folded says what a run holds.
func folded(r *story.Row) string {
	var parts []string
	for end, n := range r.Run.Segments {
		if n == 0 {
			continue
		}
		part := fmt.Sprintf("%s %d segments", arrows[end], n)
		if r.Run.Octets[end] > 0 {
			part += fmt.Sprintf(" with %d octets", r.Run.Octets[end])
		}
		parts = append(parts, part)
	}
	return fmt.Sprintf("frames %d to %d: %s", r.Frame, r.Run.Last, strings.Join(parts, ", "))
}
