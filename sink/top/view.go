package top

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"onpath/record"
)

// headLines are above the table, and the line of its heads; footLines below it.
const headLines, footLines = 3, 1

// page is how many rows, or lines of a connection, have room.
func (m *Model) page() int { return max(1, m.height-headLines-footLines) }

// View implements tea.Model: it fills the terminal, and no line is wider than it.
func (m *Model) View() tea.View {
	v := tea.NewView(m.screen())
	v.AltScreen = true
	return v
}

// screen is the whole of it.
func (m *Model) screen() string {
	lines := []string{m.line(m.where(), plain), m.line(m.totals(), plain)}
	switch {
	case m.help:
		lines = append(lines, m.block("KEYS", helpLines, 0)...)
	case m.open != 0:
		lines = append(lines, m.block(m.openTitle(), m.lines(), m.down)...)
	default:
		lines = append(lines, m.table()...)
	}
	for len(lines) < m.height-footLines {
		lines = append(lines, "")
	}
	lines = append(lines[:max(0, m.height-footLines)], m.line(m.foot(), faint))
	return strings.Join(lines, "\n")
}

// line makes a line of the screen.
func (m *Model) line(text string, s style) string {
	return m.paint[s].Render(strings.TrimRight(m.clean(fit(text, m.width, false)), " "))
}

// clean returns text as the terminal may have it.
func (m *Model) clean(text string) string { return clean(text, m.config.ASCII) }

// where is the first line: what is watched, and its time.
func (m *Model) where() string {
	s := &m.shown
	text := "onpath top: " + s.Where
	if s.At != 0 {
		clock := record.AppendTime(nil, s.At)
		text += "  " + string(clock[:len("2006-01-02")]) + " " + string(record.AppendClock(nil, s.At, 1)) + " UTC"
	}
	for _, is := range []struct {
		so   bool
		says string
	}{{s.Ended, "  ended"}, {m.paused, "  PAUSED"}, {s.Notice != "", "  " + s.Notice}} {
		if is.so {
			text += is.says
		}
	}
	return text
}

// totals is the second line.
func (m *Model) totals() string {
	s := &m.shown
	text := fmt.Sprintf("%s packets %s/s dropped %s  %s octets %s/s  %s open of %s",
		amount(float64(s.Packets)), amount(s.Rate[0]), amount(float64(s.Dropped)), amount(float64(s.Octets)), amount(s.Rate[1]),
		amount(float64(s.Open)), amount(float64(s.Begun)))
	if s.Undecoded > 0 {
		text += "  not decoded " + amount(float64(s.Undecoded))
	}
	return text
}

// foot is the last line: what is typed, or what can be.
func (m *Model) foot() string {
	switch {
	case m.typing:
		return "filter: " + m.typed + "_"
	case m.help:
		return "any key goes back"
	case m.open != 0:
		return "Esc back  up down scroll  p pause  q quit  ? help"
	}
	text := "by " + m.order.String()
	if m.filter != "" {
		text += ", filter " + m.filter + " (Esc: all)"
	}
	if m.shown.Partly {
		text += ", not all were looked at yet"
	}
	return text + "  " + "? help  q quit  Enter open  / filter  p pause  r t l f a sort"
}

// table is the line of the heads, and the rows that have room.
func (m *Model) table() []string {
	list := layout(m.width, m.order)
	lines := []string{m.heads(list)}
	last := min(len(m.shown.Rows), m.first+m.page())
	for i := m.first; i < last; i++ {
		lines = append(lines, m.row(list, &m.shown.Rows[i], i == m.cursor))
	}
	if len(m.shown.Rows) == 0 {
		lines = append(lines, m.line(m.nothing(), plain))
	}
	return lines
}

// nothing says why there are no rows.
func (m *Model) nothing() string {
	switch {
	case m.filter != "":
		return " no connection that was looked at matches: " + m.filter
	case m.shown.Begun > 0:
		return " no connection is open now"
	}
	return " no packet of a connection has come yet"
}

func (m *Model) heads(list []placed) string {
	text := " "
	for _, c := range list {
		text += fit(c.head, c.room, c.right) + " "
	}
	return m.line(text, head)
}

// row is a connection. A mark stands in front of that under the cursor, for who sees no
// colour.
func (m *Model) row(list []placed, r *Row, here bool) string {
	text, s := " ", ofSeverity[r.Severity]
	if here {
		text, s = ">", cursor
	}
	for _, c := range list {
		cell := c.text(r)
		if c.isEnd() {
			cell = shorten(cell, c.room)
		}
		text += fit(cell, c.room, c.right) + " "
	}
	if text = m.clean(fit(text, m.width, false)); !here {
		text = strings.TrimRight(text, " ")
	}
	return m.paint[s].Render(text)
}
