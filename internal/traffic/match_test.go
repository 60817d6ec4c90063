//go:build linux

package traffic

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"onpath/internal/netns"
)

// A meeting is what all know of the same connections.
type meeting struct {
	t              *testing.T
	g              *netns.Gateway
	client, server []*truth
	down, up       map[pair][]*row
	count          map[string]counters // of the namespaces
}

// both is a connection as its ends know it; a server that accepted nothing knows none.
type both struct {
	kind           *kind
	client, server *truth
}

// joined pairs what the ends know, in the order of the client's words.
func (m *meeting) joined() (all []both) {
	served := map[pair][]*truth{}
	for _, s := range m.server {
		p := pair{s.Remote, s.Local}
		served[p] = append(served[p], s)
	}
	for _, c := range m.client {
		b := both{kind: named(c.Kind), client: c}
		if p := (pair{c.Local, c.Remote}); len(served[p]) > 0 {
			b.server, served[p] = served[p][0], served[p][1:]
		}
		all = append(all, b)
	}
	return all
}

func named(name string) *kind {
	for i := range wired {
		if wired[i].name == name {
			return &wired[i].kind
		}
	}
	return &kinds[slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })]
}

// records holds each connection's records against what the ends know.
func (m *meeting) records() {
	wrong, of := map[string]int{}, map[string]int{}
	for _, b := range m.joined() {
		of[b.kind.name]++
		p := pair{b.client.Local, b.client.Remote}
		for _, side := range []struct {
			name string
			rows map[pair][]*row
			view view
		}{{"down0", m.down, view{both: b, outcome: b.kind.down, near: true}}, {"up0", m.up, view{both: b, outcome: b.kind.up}}} {
			complaints, r := claim(side.rows, p, side.view)
			if complaints == "" {
				continue
			}
			if wrong[b.kind.name]++; wrong[b.kind.name] <= 3 {
				m.t.Errorf("%s, %s: %s\nclient: %+v\nserver: %+v\n%s", side.name, b.kind.name, complaints, b.client, b.server, r)
			}
		}
	}
	for _, k := range kinds {
		m.t.Logf("%-12s %5d connections, %d wrong records", k.name, of[k.name], wrong[k.name])
	}
	m.nothingLeft("down0", m.down)
	m.nothingLeft("up0", m.up)
}

// claim takes the next record of a pair out, and says what is wrong with it.
func claim(rows map[pair][]*row, p pair, v view) (complaints string, line string) {
	if v.outcome == "" {
		return "", ""
	}
	if len(rows[p]) == 0 {
		return "no record", ""
	}
	r := rows[p][0]
	rows[p] = rows[p][1:]
	for _, c := range checks {
		if got, want := c.ask(r, v); got != want {
			complaints += fmt.Sprintf("%s is %s, not %s; ", c.name, got, want)
		}
	}
	return complaints, r.line
}

// nothingLeft: there is no record of what nobody did.
func (m *meeting) nothingLeft(where string, rows map[pair][]*row) {
	shown := 0
	for _, left := range rows {
		for _, r := range left {
			if shown++; shown <= 3 {
				m.t.Errorf("%s: a record too many: %s", where, r.line)
			}
		}
	}
	if shown > 3 {
		m.t.Errorf("%s: %d records too many", where, shown)
	}
}

// knowledge is what is known of how many segments were sent again.
type knowledge int

const (
	exactly knowledge = iota
	atMost
	some
)

// A view is a connection and the side of the router that it is looked at from.
type view struct {
	both
	outcome string
	again   knowledge
	near    bool // the client's side: all that the client sent is seen, else all that the server did
}

// checks are what a record must say.
var checks = []struct {
	name string
	ask  func(*row, view) (got, want string)
}{
	{"outcome", func(r *row, v view) (got, want string) { return r.Outcome, v.outcome }},
	{"closer", func(r *row, v view) (got, want string) { return r.Closer, v.kind.closer }},
	{"outcome_flags", func(r *row, v view) (got, want string) { return flagged(r, v.kind.flag), v.kind.flag }},
	{"start", func(r *row, v view) (got, want string) { return r.Start, "syn" }},
	{"octets sent", func(r *row, v view) (got, want string) {
		if !v.told() {
			return "", ""
		}
		octets, _ := v.seen(r)
		return fmt.Sprint(octets), fmt.Sprint(v.known().Info.Octets - v.known().Info.Again)
	}},
	{"segments sent again", func(r *row, v view) (got, want string) {
		if !v.told() {
			return "", ""
		}
		_, again := v.seen(r)
		fewer := int(v.known().Info.Total) - again
		if v.again == some || fewer > 0 && v.again == atMost || fewer == 1 && v.doubled(r) {
			return "", ""
		}
		return fmt.Sprint(again), fmt.Sprint(v.known().Info.Total)
	}},
	{"octets that arrived", func(r *row, v view) (got, want string) { return v.arrived(r) }},
	{"findings", func(r *row, v view) (got, want string) { return accused(r), v.found(r) }},
}

// flagged returns the flag if the record has it, with whatever number.
func flagged(r *row, flag string) string {
	for _, f := range r.Flags {
		if name, _, _ := strings.Cut(f, "("); name == flag {
			return flag
		}
	}
	return ""
}

// known is the end whose segments are all seen, nil if nobody knows of it.
func (v view) known() *truth {
	if v.near {
		return v.client
	}
	return v.server
}

// told reports whether that end's kernel was asked: it has no answer about a connection
// that was never accepted.
func (v view) told() bool { return v.known() != nil && v.known().Info.State != 0 }

// seen is what the record says of that end: octets, and segments sent again.
func (v view) seen(r *row) (octets, again int) {
	if v.near {
		return r.ClientOctets, r.ClientRetransmissions + r.ClientSpurious
	}
	return r.ServerOctets, r.ServerRetransmissions + r.ServerSpurious
}

// doubled reports whether the server may have sent its SYN,ACK twice at once, by its
// timeout and as the client's SYN came again: nothing tells the second from a copy.
func (v view) doubled(r *row) bool { return !v.near && r.Attempts > 1 }

// arrived is what the other end sent, of which the record knows what passed: where
// nothing was cut off, that is all.
func (v view) arrived(r *row) (got, want string) {
	if r.Outcome != "closed" || v.server == nil {
		return "", ""
	}
	return fmt.Sprint(r.ClientOctets, r.ServerOctets), fmt.Sprint(v.client.Sent, v.server.Sent)
}

// found is what a record may say of the kind: of a few half-open attempts it says nothing.
func (v view) found(r *row) string {
	if accused(r) == "" {
		return ""
	}
	return v.kind.found
}

// accused are findings that say of an end, or of somebody else, what is not true here:
// all do as RFC 9293 says.
func accused(r *row) (ids string) {
	for _, f := range r.Findings {
		if f.Severity == "violation" || f.Severity == "suspicious" {
			ids += f.ID + " "
		}
	}
	return ids
}
