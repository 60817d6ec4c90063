package top

import (
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// maxFilter bounds what is typed, in octets.
const maxFilter = 200

// press does what a key asks for.
func (m *Model) press(k tea.KeyPressMsg) tea.Cmd {
	switch {
	case k.String() == "ctrl+c":
		return tea.Quit
	case m.typing:
		return m.typeFilter(k)
	case m.help:
		m.help = false
		return nil
	case m.open != 0:
		return m.pressOpen(k.String())
	}
	return m.pressTable(k.String())
}

// common are keys that do the same everywhere.
func (m *Model) common(key string) tea.Cmd {
	switch key {
	case "q":
		return tea.Quit
	case "?":
		m.help = true
	case "p":
		m.paused = !m.paused
		if m.config.Hold != nil {
			m.config.Hold(m.paused)
		}
	}
	return nil
}

// pressTable minds the keys of the table.
func (m *Model) pressTable(key string) tea.Cmd {
	for o, row := range orders {
		if key == row.key {
			return m.sort(Order(o))
		}
	}
	if by, ok := m.steps(key); ok {
		m.pick(by)
		return nil
	}
	switch key {
	case "enter":
		return m.enter()
	case "/":
		m.typing, m.typed = true, m.filter
		return nil
	case "esc":
		m.filter, m.typed = "", ""
		return m.refresh()
	}
	return m.common(key)
}

// steps tells how far a key moves the cursor.
func (m *Model) steps(key string) (by int, ok bool) {
	const all = 1 << 30
	by, ok = map[string]int{
		"up": -1, "k": -1, "down": 1, "j": 1, "pgup": -m.page(), "pgdown": m.page(), "home": -all, "end": all,
	}[key]
	return by, ok
}

// sort changes the order, and goes to its top.
func (m *Model) sort(o Order) tea.Cmd {
	m.order, m.picked, m.cursor, m.first = o, 0, 0, 0
	return m.refresh()
}

// refresh asks out of turn. The answer must not begin a second row of questions.
func (m *Model) refresh() tea.Cmd {
	ask := m.ask()
	return func() tea.Msg { return extra(ask().(answer)) }
}

// enter opens the connection under the cursor.
func (m *Model) enter() tea.Cmd {
	if len(m.shown.Rows) == 0 {
		return nil
	}
	m.open = m.shown.Rows[m.cursor].Conn
	m.picked = m.open
	m.detail, m.ended, m.down = nil, false, 0
	return m.refresh()
}

// typeFilter minds the keys while the filter is typed.
func (m *Model) typeFilter(k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "enter":
		m.typing, m.filter = false, m.typed
		m.picked, m.cursor, m.first = 0, 0, 0
		return m.refresh()
	case "esc":
		m.typing = false
	case "backspace":
		_, n := utf8.DecodeLastRuneInString(m.typed)
		m.typed = m.typed[:len(m.typed)-n]
	case "ctrl+u":
		m.typed = ""
	default:
		if len(m.typed)+len(k.Text) <= maxFilter {
			m.typed += k.Text
		}
	}
	return nil
}

// pressOpen minds the keys of an open connection.
func (m *Model) pressOpen(key string) tea.Cmd {
	if by, ok := m.steps(key); ok {
		m.scroll(by)
		return nil
	}
	switch key {
	case "esc", "backspace", "enter":
		m.open, m.detail = 0, nil
		return m.refresh()
	}
	return m.common(key)
}

// scroll moves the lines of an open connection.
func (m *Model) scroll(by int) {
	m.down = max(0, min(m.down+by, len(m.lines())-m.page()))
}
