package top

import (
	"charm.land/lipgloss/v2"

	"onpath/anomaly"
)

// style is a way to write.
type style uint8

const (
	plain style = iota
	faint
	head
	cursor
	violation
	suspicious
	numStyles
)

// ofSeverity is how a row with such a finding is written; others are plain.
var ofSeverity = map[anomaly.Severity]style{anomaly.Violation: violation, anomaly.Suspicious: suspicious}

// painter writes in each style. The zero painter changes nothing.
type painter [numStyles]lipgloss.Style

// newPainter returns one with the sixteen colours that every terminal has, or with none.
func newPainter(colourless bool) (p painter) {
	if colourless {
		return p
	}
	p[faint] = lipgloss.NewStyle().Faint(true)
	p[head] = lipgloss.NewStyle().Bold(true)
	p[cursor] = lipgloss.NewStyle().Reverse(true)
	p[violation] = lipgloss.NewStyle().Foreground(lipgloss.Red)
	p[suspicious] = lipgloss.NewStyle().Foreground(lipgloss.Yellow)
	return p
}
