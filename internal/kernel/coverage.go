package kernel

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// cell is one of the kernel's table of transitions: a direction, the state before,
// and the kind of the segment.
type cell struct {
	reply  bool
	before string
	kind   string
}

// states and kinds are the columns and rows of that table.
var (
	states = [...]string{"NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE", "SYN_SENT2"}
	kinds  = [...]string{"SYN", "SYNACK", "FIN", "ACK", "RST"}
)

// Coverage counts how often each cell was used. It is read from the kernel's
// answers alone.
type Coverage map[cell]int

// entry is what Coverage follows of a connection.
type entry struct {
	state  string
	opener netip.AddrPort
}

// Add counts the segments of d.
func (c Coverage) Add(d Dialogue, answers []Answer) {
	live := map[[2]netip.AddrPort]*entry{}
	for i, a := range answers {
		kind := kindOf(a.Flags)
		if a.Proto != protoTCP || kind == "" || a.State == "unseen" {
			continue
		}
		key := [2]netip.AddrPort{d[i].from, d[i].to}
		slices.SortFunc(key[:], netip.AddrPort.Compare)
		e := live[key]
		if e == nil || a.Gone == "expired before this packet" {
			e = &entry{"NONE", d[i].from}
		}
		if len(a.Reason) == 0 || unjudged[class(a.Reason[0])] == 0 {
			c[cell{d[i].from != e.opener, e.state, kind}]++
		}
		if a.State == "NEW" && a.Before == "NONE" {
			e.opener = d[i].from
		}
		delete(live, key)
		if e.state = a.TCP; e.state != "" && a.Gone != "entry deleted by this packet" {
			live[key] = e
		}
	}
}

// unjudged are the messages about segments that the table never sees.
var unjudged = map[string]int{"truncated packet": 1, "bad checksum": 1, "invalid tcp flag combination": 1}

// kindOf is the row of the table for flags as ctoracle prints them; empty for none.
func kindOf(flags string) string {
	has := func(f string) bool { return strings.Contains(flags, f) }
	switch {
	case has("R"):
		return "RST"
	case has("S") && has("A"):
		return "SYNACK"
	case has("S"):
		return "SYN"
	case has("F"):
		return "FIN"
	case has("A"):
		return "ACK"
	}
	return ""
}

// least is how often the cell was used that was used least. No reply can come before
// there is an entry.
func (c Coverage) least() int {
	n := c[cell{false, states[0], kinds[0]}]
	for _, s := range states {
		for _, k := range kinds {
			n = min(n, c[cell{false, s, k}])
			if s != states[0] {
				n = min(n, c[cell{true, s, k}])
			}
		}
	}
	return n
}

// String is the table of counts.
func (c Coverage) String() string {
	var b strings.Builder
	for _, reply := range []bool{false, true} {
		fmt.Fprintf(&b, "%-8s", map[bool]string{false: "original", true: "reply"}[reply])
		for _, s := range states {
			fmt.Fprintf(&b, " %11s", s)
		}
		for _, k := range kinds {
			fmt.Fprintf(&b, "\n%-8s", k)
			for _, s := range states {
				fmt.Fprintf(&b, " %11d", c[cell{reply, s, k}])
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
