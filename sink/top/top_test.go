package top

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"onpath/anomaly"
)

var update = flag.Bool("update", false, "rewrite the golden screens")

// town is a snapshot with everything in it that can be shown.
func town() Snapshot {
	s := Snapshot{
		Where: "eth0", At: 1767355203e9, Packets: 12345678, Octets: 9876543210, Rate: [2]float64{1234, 5.6e6},
		Dropped: 12, Undecoded: 3, Open: 1234567, Begun: 2345678, Partly: true,
	}
	for i := range 60 {
		n := uint64(i + 1)
		s.Rows = append(s.Rows, Row{
			Conn: n, Client: fmt.Sprintf("192.168.100.%d:%d", 100+i, 40000+i), Server: "203.0.113.22:443",
			State: [2]string{"ESTABLISHED", "ESTABLISHED"}, Rate: [2]float64{1e6 / float64(n), 1e8 / float64(n)},
			Octets: [2]uint64{n * 1000, n * 1e6}, RTT: [2]int64{180e3, 31.2e6}, Age: int64(n) * 7e9, Outcome: "open",
		})
	}
	s.Rows[1].State, s.Rows[1].RTT, s.Rows[1].Retransmissions = [2]string{"FIN-WAIT-1", "CLOSE-WAIT"}, [2]int64{}, 17
	s.Rows[2].Client, s.Rows[2].Server = "[2001:db8::1:2:3:4]:40000", "[2001:db8:5:25::1]:25"
	s.Rows[2].Worst, s.Rows[2].Severity, s.Rows[2].Found = "ack-of-unsent-data", anomaly.Violation, "ack-of-unsent-data zero-window"
	s.Rows[3].State, s.Rows[3].Worst, s.Rows[3].Severity = [2]string{"udp", "udp"}, "port-scan", anomaly.Suspicious
	return s
}

// opened is the third connection of town.
func opened() *Detail {
	d := &Detail{Row: town().Rows[2]}
	d.Findings = []string{"ack-of-unsent-data (violation), of the client, once, explained by: none", "  frame 7: ACK 9101 is 8000 octets beyond 1101, all that its peer had sent"}
	d.Stacks = []string{"           | Client          | Server         ", "FSM state: | 4 ESTABLISHED   | 4 ESTABLISHED"}
	for i := range 30 {
		d.Packets = append(d.Packets, fmt.Sprintf("12:00:00.%06d IP6 2001:db8::1:2:3:4.40000 > 2001:db8:5:25::1.25: Flags [.], seq %d:%d, ack 1, win 229, length 100", 999999-i, i*100, i*100+100))
	}
	return d
}

// model is one that shows town, in a terminal of that size.
func model(width, height int) *Model {
	m := New(Config{Ask: func(Query) Snapshot { return town() }, Plain: true})
	m.Update(tea.WindowSizeMsg{Width: width, Height: height})
	m.Update(answer{town(), m.open})
	return m
}

// keys presses keys: names, or what is typed.
func keys(m *Model, names ...string) {
	codes := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "up": tea.KeyUp, "down": tea.KeyDown, "pgdown": tea.KeyPgDown,
		"home": tea.KeyHome, "end": tea.KeyEnd, "backspace": tea.KeyBackspace,
	}
	for _, name := range names {
		if code, ok := codes[name]; ok {
			m.Update(tea.KeyPressMsg{Code: code})
			continue
		}
		for _, r := range name {
			m.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
	}
}

// TestScreens holds the screens to what was looked at.
func TestScreens(t *testing.T) {
	for name, press := range map[string]func(*Model){
		"table": func(*Model) {},
		"end":   func(m *Model) { keys(m, "end", "up") },
		"age":   func(m *Model) { keys(m, "a"); m.Update(answer{town(), m.open}) },
		"help":  func(m *Model) { keys(m, "?") },
		"typed": func(m *Model) { keys(m, "/", "10.0. :443") },
		"none":  func(m *Model) { keys(m, "/", "x", "enter"); m.Update(answer{Snapshot{}, m.open}) },
		"open": func(m *Model) {
			keys(m, "down", "down", "enter")
			s := town()
			s.Detail = opened()
			m.Update(answer{s, m.open})
		},
		"ended": func(m *Model) {
			keys(m, "down", "down", "enter")
			s := town()
			s.Detail = opened()
			m.Update(extra{s, m.open})
			keys(m, "pgdown")
			m.Update(answer{town(), m.open})
		},
	} {
		for _, size := range [][2]int{{80, 24}, {120, 40}} {
			m := model(size[0], size[1])
			press(m)
			golden(t, fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), m.screen())
		}
	}
}

// golden compares a screen with its file.
func golden(t *testing.T, name, screen string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(screen+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if screen+"\n" != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, screen, want)
	}
}

// TestEverySizeIsFilled: as many lines as the terminal has, none wider, whatever is shown.
func TestEverySizeIsFilled(t *testing.T) {
	for width := 1; width < 200; width += 3 {
		for _, height := range []int{1, 2, 3, 4, 5, 24, 70} {
			for _, press := range [][]string{nil, {"end"}, {"a", "down"}, {"?"}, {"enter"}, {"/", "words"}} {
				m := model(width, height)
				keys(m, press...)
				s := town()
				d := opened()
				d.Conn = m.open
				s.Detail = d
				m.Update(answer{s, m.open})
				keys(m, "pgdown")
				lines := strings.Split(m.screen(), "\n")
				if len(lines) != height {
					t.Fatalf("%dx%d %v: %d lines", width, height, press, len(lines))
				}
				for _, l := range lines {
					if n := utf8.RuneCountInString(l); n > width {
						t.Fatalf("%dx%d %v: %d characters: %q", width, height, press, n, l)
					}
				}
			}
		}
	}
}

// TestNothingMovesTheCursor: whatever names and texts hold, only printable characters
// get to the screen; with ASCII, only those of it.
func TestNothingMovesTheCursor(t *testing.T) {
	const evil = "\x1b[2J\x1b]0;owned\a\r\n\x9b31m\u202e\u0300漢\x00\xff\u2028"
	s := town()
	s.Where, s.Notice = evil, evil
	for i := range s.Rows {
		r := &s.Rows[i]
		r.Client, r.Server, r.State, r.Worst = evil, evil, [2]string{evil, evil + "x"}, evil
	}
	d := &Detail{Row: s.Rows[0], Stacks: []string{evil}, Packets: []string{evil}, Findings: []string{evil}}
	s.Detail = d
	for _, ascii := range []bool{false, true} {
		m := New(Config{Ask: func(Query) Snapshot { return s }, Plain: true, ASCII: ascii})
		show := func() string {
			m.Update(answer{s, m.open})
			return m.screen()
		}
		screens := show()
		keys(m, "/", evil)
		screens += show()
		keys(m, "enter")
		m.filter = evil
		screens += show()
		keys(m, "enter")
		screens += show()
		keys(m, "?")
		screens += show()
		for _, r := range screens {
			if _, known := symbols[r]; (r < ' ' && r != '\n') || r > '~' && (ascii || !known) {
				t.Errorf("ASCII %v: %q is on the screen", ascii, r)
			}
		}
	}
}

// TestColoursMoveNothing: a terminal with colours gets no other sequences than they need,
// and the same text.
func TestColoursMoveNothing(t *testing.T) {
	for _, press := range [][]string{nil, {"f", "down"}, {"?"}, {"down", "enter"}} {
		m, bare := model(80, 24), model(80, 24)
		m.paint = newPainter(false)
		keys(m, press...)
		keys(bare, press...)
		screen := m.screen()
		if !strings.Contains(screen, "\x1b[") {
			t.Errorf("%v: no colour", press)
		}
		if got := regexp.MustCompile(`\x1b\[[0-9;]*m`).ReplaceAllString(screen, ""); got != bare.screen() {
			t.Errorf("%v: without colours it is\n%q\nnot\n%q", press, got, bare.screen())
		}
	}
}

// TestLateAnswers: what was asked before a connection was opened tells nothing of it.
func TestLateAnswers(t *testing.T) {
	m := model(80, 24)
	keys(m, "enter")
	m.Update(answer{town(), 0})
	if m.ended || strings.Contains(m.screen(), "ended") {
		t.Errorf("nobody was asked about it yet:\n%s", m.screen())
	}
	m.Update(answer{town(), m.open})
	if !strings.Contains(m.screen(), "its record has ended") {
		t.Errorf("it is none any more:\n%s", m.screen())
	}
}

// TestCursorFollows: the connection that was picked stays under the cursor; the first
// place is a place.
func TestCursorFollows(t *testing.T) {
	m := model(80, 24)
	turn := func() {
		s := town()
		for i, j := 0, len(s.Rows)-1; i < j; i, j = i+1, j-1 {
			s.Rows[i], s.Rows[j] = s.Rows[j], s.Rows[i]
		}
		m.Update(answer{s, m.open})
	}
	turn()
	if got := m.shown.Rows[m.cursor].Conn; got != 60 {
		t.Errorf("nothing was picked: the cursor is on %d, not on the first", got)
	}
	m.Update(answer{town(), m.open})
	keys(m, "down", "down")
	turn()
	if got := m.shown.Rows[m.cursor].Conn; got != 3 || !strings.Contains(m.screen(), "\n>…1:2:3:4]") {
		t.Errorf("connection 3 was picked, the cursor is on %d:\n%s", got, m.screen())
	}
	short := town()
	short.Rows = short.Rows[:2] // it has ended
	m.Update(answer{short, 0})
	if m.cursor != 1 {
		t.Errorf("of two rows the cursor is on %d", m.cursor)
	}
	m.Update(answer{Snapshot{}, m.open})
	keys(m, "down", "enter", "end")
	if m.open != 0 {
		t.Errorf("without rows, connection %d was opened", m.open)
	}
}

// TestQuestions: what is asked follows the keys.
func TestQuestions(t *testing.T) {
	for _, c := range []struct {
		press string
		want  Query
	}{
		{"", Query{Rows: 48}},
		{"t", Query{Order: ByRetransmissions, Rows: 48}},
		{"l", Query{Order: ByRTT, Rows: 48}},
		{"f", Query{Order: ByFindings, Rows: 48}},
		{"a", Query{Order: ByAge, Rows: 48}},
		{"a r", Query{Rows: 48}},
		{"/ r2 enter", Query{Filter: "r2", Rows: 48}},
		{"/ r22 backspace enter", Query{Filter: "r2", Rows: 48}},
		{"/ r2 esc", Query{Rows: 48}},
		{"/ r2 enter esc", Query{Rows: 48}},
		{"down enter", Query{Conn: 2, Rows: 49}},
		{"down enter esc", Query{Rows: 49}},
		{"end", Query{Rows: 59 + 48}},
		{"? t", Query{Rows: 48}}, // it ends the help
	} {
		var got Query
		m := model(80, 24)
		m.config.Ask = func(q Query) Snapshot { got = q; return town() }
		keys(m, strings.Fields(c.press)...)
		m.ask()()
		if got != c.want {
			t.Errorf("%q asks %+v, want %+v", c.press, got, c.want)
		}
	}
}

// TestPauseHolds: the table stands still, and the replay is told.
func TestPauseHolds(t *testing.T) {
	m := model(80, 24)
	var held []bool
	m.config.Hold = func(on bool) { held = append(held, on) }
	keys(m, "p")
	m.Update(answer{Snapshot{Where: "later"}, m.open})
	if m.shown.Where != "eth0" || !strings.Contains(m.screen(), "PAUSED") {
		t.Errorf("it goes on:\n%s", m.screen())
	}
	m.Update(extra{Snapshot{Where: "sorted"}, m.open}) // a key asked for it
	if m.shown.Where != "sorted" {
		t.Errorf("%s is shown, though a key asked for more", m.shown.Where)
	}
	keys(m, "p")
	m.Update(answer{Snapshot{Where: "later"}, m.open})
	if m.shown.Where != "later" || fmt.Sprint(held) != "[true false]" {
		t.Errorf("shown %s, held %v", m.shown.Where, held)
	}
}

// TestOneQuestionAtATime: only an answer in turn begins the next turn.
func TestOneQuestionAtATime(t *testing.T) {
	m := model(80, 24)
	if _, next := m.Update(extra{town(), 0}); next != nil {
		t.Error("an answer out of turn asks for another one")
	}
	if _, next := m.Update(answer{town(), m.open}); next == nil {
		t.Error("an answer in turn asks for none")
	}
	if _, next := m.Update(moment{}); next == nil {
		t.Error("its time has come, and nothing is asked")
	}
}

func TestQuit(t *testing.T) {
	m := model(80, 24)
	if _, end := m.Update(tea.KeyPressMsg{Code: 'q', Text: "q"}); end == nil {
		t.Error("q does not end it")
	}
	keys(m, "/")
	if _, end := m.Update(tea.KeyPressMsg{Code: 'q', Text: "q"}); end != nil || m.typed != "q" {
		t.Error("a q that is typed ends it")
	}
	if _, end := m.Update(tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl}); end == nil {
		t.Error("^C does not end it")
	}
}

func TestMatches(t *testing.T) {
	r := &town().Rows[2]
	for filter, want := range map[string]bool{
		"": true, "  ": true, "2001:db8:5": true, ":25": true, "established": true, "ESTABLISHED open": true,
		"zero-window": true, "zero-window udp": false, "192": false,
	} {
		if r.Matches(filter) != want {
			t.Errorf("%q: %v", filter, !want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[float64]string{0: "0", 999: "999", 999.6: "1.00k", 12345: "12.3k", 678901: "679k", 1e21: "1000E"} {
		if got := amount(n); got != want {
			t.Errorf("amount %v: %s, want %s", n, got, want)
		}
	}
	for ns, want := range map[int64]string{0: "0µs", 835e3: "835µs", 21e6: "21ms", 34e8: "3.4s", 123e9: "2m03s", 3600e9: "60m", 7200e9: "2h", 400e12: "4d"} {
		if got := span(ns); got != want {
			t.Errorf("span %d: %s, want %s", ns, got, want)
		}
	}
	for ns, want := range map[int64]string{0: "-", 1e3: "0.00", 180e3: "0.18", 31.2e6: "31.2", 1.5e9: "1500"} {
		if got := millis(ns); got != want {
			t.Errorf("millis %d: %s, want %s", ns, got, want)
		}
	}
}
