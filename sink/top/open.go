package top

import (
	"fmt"
	"strings"
)

// helpLines are what ? shows.
var helpLines = strings.Split(`r t l f a      sort by rate, retransmissions, RTT, findings, age
up down        move; also k j, PgUp PgDn, Home End
Enter          open the connection: its stacks, last packets and findings
Esc            back; in the table: show all again
/              filter: words that must stand in an address, a port, a state,
               an outcome or a finding, as in: 10.0.0. :443 time-wait
p              pause the screen, and with --replay the replay; again: go on
q              quit; the summary follows

CLIENT SERVER  the ends; STATES of both, one if they are equal (ESTB: ESTABLISHED)
RATE→ RATE←    octets of IP a second from the client and from the server
OCTETS         octets of IP that the client and the server sent
RTT ms         smoothed round trips from here to the client and to the server
RETR           segments that were sent again
FINDING        the worst one: !! violation, ! suspicious`, "\n")

// block is a title, and below it as many lines as have room.
func (m *Model) block(title string, lines []string, from int) []string {
	shown := []string{m.line(title, head)}
	from = max(0, min(from, len(lines)-m.page()))
	for _, l := range lines[from:min(len(lines), from+m.page())] {
		shown = append(shown, m.line(l, plain))
	}
	return shown
}

// openTitle says which connection is open, and what it is.
func (m *Model) openTitle() string {
	d := m.detail
	if d == nil {
		return fmt.Sprintf("connection %d", m.open)
	}
	text := fmt.Sprintf("connection %d  %s → %s  %s", d.Conn, d.Client, d.Server, states(&d.Row, strings.Clone))
	if d.Outcome != "" {
		text += "  " + d.Outcome
	}
	if m.ended {
		text += "  (its record has ended)"
	}
	return text
}

// lines are all that is told of the connection that is open.
func (m *Model) lines() (lines []string) {
	d := m.detail
	switch {
	case d == nil && m.ended:
		return []string{"nothing is known of it any more: its record has ended"}
	case d == nil:
		return nil
	}
	told := []string{
		fmt.Sprintf("rate %s/s, %s/s  octets %s, %s  RTT %s, %s  retransmissions %d  age %s",
			amount(d.Rate[0]), amount(d.Rate[1]), amount(float64(d.Octets[0])), amount(float64(d.Octets[1])),
			known(d.RTT[0]), known(d.RTT[1]), d.Retransmissions, span(d.Age)),
		"", "FINDINGS",
	}
	told = append(append(told, orNone(d.Findings)...), "")
	if len(d.Stacks) > 0 {
		told = append(append(told, d.Stacks...), "")
	}
	told = append(append(told, "LAST PACKETS, the latest first"), orNone(d.Packets)...)
	for _, l := range told {
		lines = append(lines, wrap(m.clean(l), m.width)...)
	}
	return lines
}

func orNone(lines []string) []string {
	if len(lines) == 0 {
		return []string{"none"}
	}
	return lines
}
