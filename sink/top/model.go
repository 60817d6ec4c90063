package top

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// every is how long a snapshot stands before the next one is asked for.
const every = 250 * time.Millisecond

// Config says whom a Model asks, and how it looks.
type Config struct {
	// Ask answers a Query. It is called one call at a time, from a goroutine of
	// bubbletea's.
	Ask func(Query) Snapshot

	// Hold stops what is replayed, or lets it go on; nil: what is shown cannot be
	// stopped, and only stands still.
	Hold func(bool)

	ASCII bool // the terminal has no UTF-8
	Plain bool // no colour
}

// Model is the state of the screen.
type Model struct {
	config Config
	paint  painter
	width  int // of the terminal, in characters
	height int
	shown  Snapshot

	order  Order
	filter string
	typing bool // the filter is being typed
	typed  string
	paused bool
	help   bool
	picked uint64 // number of the connection under the cursor; 0: whatever stands first
	cursor int    // its row
	first  int    // row that stands at the top

	open   uint64 // the connection that is shown; 0: the table is
	detail *Detail
	ended  bool // its record has ended: detail, if there is any, is what it was before
	down   int  // lines of it that are above the screen
}

// New returns a Model that has seen nothing.
func New(c Config) *Model {
	return &Model{config: c, paint: newPainter(c.Plain), width: 80, height: 24}
}

// answer is what came of a question.
type answer struct {
	Snapshot
	conn uint64 // that was open when it was asked
}

// extra is an answer out of turn: a key asked for it.
type extra answer

// moment says that it is time for the next question.
type moment struct{}

// Init implements tea.Model.
func (m *Model) Init() tea.Cmd { return m.ask() }

// ask returns what asks for what the screen shows.
func (m *Model) ask() tea.Cmd {
	q := Query{Order: m.order, Filter: m.filter, Conn: m.open}
	q.Rows = min(max(m.first, m.cursor)+2*m.height, MaxRows)
	return func() tea.Msg { return answer{m.config.Ask(q), q.Conn} }
}

// Update implements tea.Model.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = max(msg.Width, 1), max(msg.Height, 1)
	case tea.KeyPressMsg:
		return m, m.press(msg)
	case answer:
		if !m.paused {
			m.take(msg)
		}
		return m, tea.Tick(every, func(time.Time) tea.Msg { return moment{} })
	case extra:
		m.take(answer(msg))
	case moment:
		return m, m.ask()
	}
	return m, nil
}

// take shows an answer.
func (m *Model) take(a answer) {
	m.shown = a.Snapshot
	if m.open != 0 && a.conn == m.open {
		m.takeDetail(a.Detail)
	}
	m.follow()
}

// takeDetail shows what is known of the connection that is open, the last that was known
// if its record has ended.
func (m *Model) takeDetail(d *Detail) {
	if m.ended = d == nil; !m.ended {
		m.detail = d
	}
}

// follow puts the cursor on the row of the connection that was picked, wherever it went.
func (m *Model) follow() {
	for i := range m.shown.Rows {
		if m.picked != 0 && m.shown.Rows[i].Conn == m.picked {
			m.move(i - m.cursor)
			return
		}
	}
	m.move(0)
}

// move moves the cursor, and the rows under it as far as it needs.
func (m *Model) move(by int) {
	m.cursor = max(0, min(m.cursor+by, len(m.shown.Rows)-1))
	page := m.page()
	m.first = min(max(m.first, m.cursor-page+1, 0), m.cursor)
}

// pick moves the cursor, and remembers the connection: the first row is none.
func (m *Model) pick(by int) {
	m.move(by)
	m.picked = 0
	if m.cursor > 0 {
		m.picked = m.shown.Rows[m.cursor].Conn
	}
}
