package oracle

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onpath/anomaly"
	"onpath/check"
	"onpath/conn"
	"onpath/flow"
	"onpath/packet"
	"onpath/record"
	"onpath/source"
	"onpath/tcp"
)

// suricataFile holds what Suricata's own tests check about TCP.
const suricataFile = "../../../shared/corpus/expected/suricata.jsonl"

// suricataTest is one of them.
type suricataTest struct {
	Test, Pcap string
	Checks     []suricataCheck
}

// suricataCheck is that so many events have these fields.
type suricataCheck struct {
	Count int
	Match map[string]any
	Rule  string
}

// suricata is what we say of a capture: its records, and what was found in them.
type suricata struct {
	records []suricataFlow
	found   []accusation
}

type suricataFlow struct {
	from, to         netip.Addr
	fromPort, toPort uint16
	state            string
}

// TestSuricata: the stream events that its tests expect or exclude, through the
// crosswalk, and the states of TCP in which flows end.
func TestSuricata(t *testing.T) {
	octets, err := os.ReadFile(suricataFile)
	if err != nil {
		t.Skip("no expectations at " + suricataFile)
	}
	events, states := 0, 0
	for line := range strings.Lines(string(octets)) {
		var test suricataTest
		if err := json.Unmarshal([]byte(line), &test); err != nil {
			t.Fatal(err)
		}
		var said *suricata
		for _, c := range test.Checks {
			_, state := c.Match["tcp.state"]
			if event := c.event(); event == "" && !state {
				continue
			}
			if said == nil {
				said = sayLikeSuricata(t, test.Pcap)
			}
			if state {
				states++
				c.checkState(t, test.Test, said)
			} else {
				events++
				c.checkEvent(t, test.Test, said)
			}
		}
	}
	t.Logf("%d stream events, %d states", events, states)
	if events < 7 || states < 29 {
		t.Error("too few were checked")
	}
}

// unlike says where we differ from a test, and why.
var unlike = map[string]string{
	"tests/bug-4376": "its two directions lie in two VLANs, which that test tells Suricata to overlook",
}

// event returns the stream event of the check's rule, in Suricata's words; "" if it
// is about something else.
func (c *suricataCheck) event() string {
	_, event, ok := strings.Cut(c.Rule, "stream-event:")
	if !ok {
		return ""
	}
	event, _, _ = strings.Cut(event, ";")
	return "stream." + event
}

// rowsOf returns our names of an event.
func rowsOf(event string) []anomaly.ID {
	all := anomaly.Crosswalk(anomaly.PeerSuricata)
	i := slices.IndexFunc(all, func(a anomaly.Alias) bool { return a.Name == event })
	if i < 0 {
		return nil
	}
	return all[i].IDs
}

func (c *suricataCheck) checkEvent(t *testing.T, test string, said *suricata) {
	rows, n := rowsOf(c.event()), 0
	if rows == nil {
		t.Errorf("%s: %s is not in the crosswalk", test, c.event())
	}
	frame, _ := c.Match["pcap_cnt"].(float64)
	for _, a := range said.found {
		if slices.Contains(rows, a.id) && (frame == 0 || a.frame == uint64(frame) || a.of(int(frame))) {
			n++
		}
	}
	if why := unlike[test]; (n > 0) != (c.Count > 0) && why != "" {
		t.Logf("%s: %s is not found: %s", test, c.event(), why)
	} else if (n > 0) != (c.Count > 0) {
		t.Errorf("%s: %s (%v), frame %.0f: %d times, want %d", test, c.event(), rows, frame, n, c.Count)
	}
}

func (c *suricataCheck) checkState(t *testing.T, test string, said *suricata) {
	n := 0
	for i := range said.records {
		if said.records[i].is(c.Match) {
			n++
		}
	}
	if why := unlike[test]; n < c.Count && why != "" {
		t.Logf("%s: %v of %d flows: %s", test, c.Match["tcp.state"], c.Count, why)
	} else if n < c.Count {
		t.Errorf("%s: %v: %d flows, want %d; flows %v", test, c.Match, n, c.Count, said.records)
	}
}

// is reports whether a flow has what a check asks for.
func (f *suricataFlow) is(match map[string]any) bool {
	is := func(name, value string) bool { return match[name] == nil || fmt.Sprint(match[name]) == value }
	addr := func(name string, a netip.Addr) bool {
		want, _ := match[name].(string)
		b, err := netip.ParseAddr(want)
		return match[name] == nil || err == nil && a == b
	}
	state, _ := match["tcp.state"].(string)
	return suricataStates[state] == f.state && addr("src_ip", f.from) && addr("dest_ip", f.to) &&
		is("src_port", fmt.Sprint(f.fromPort)) && is("dest_port", fmt.Sprint(f.toPort))
}

// suricataStates are Suricata's words for how far a connection has come; which end
// closed first it tells only if it takes both directions in.
var suricataStates = map[string]string{
	"syn_sent": "opening", "established": "open", "fin_wait1": "closing", "close_wait": "closing", "closed": "closed",
}

// stageOf tells how far a connection has come.
func stageOf(r *record.Record) string {
	closing := conn.Of(conn.FinWait1, conn.FinWait2, conn.CloseWait, conn.LastAck, conn.Closing, conn.TimeWait)
	switch r.Ending {
	case record.EndFin, record.EndRst, record.EndFlush:
		return "closed"
	}
	switch both := conn.Of(r.Side[0].State, r.Side[1].State); {
	case r.Side[tcp.Client].State == conn.SynSent:
		return "opening"
	case both&closing != 0:
		return "closing"
	}
	return "open"
}

func sayLikeSuricata(t *testing.T, name string) *suricata {
	t.Helper()
	in, err := source.Open(filepath.Join(corpusFolder, name))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var said suricata
	table := flow.New(flow.Config{Rules: check.Config{Keep: allFound}}, func(r *record.Record) {
		for i := range r.Findings {
			said.found = append(said.found, occurrences(&r.Findings[i])...)
		}
		if r.IsTCP() {
			said.records = append(said.records, suricataFlow{
				r.Addr(tcp.Client), r.Addr(tcp.Server), r.Port(tcp.Client), r.Port(tcp.Server), stageOf(r),
			})
		}
	})
	feed(t, in, func(v *packet.View) { table.Observe(v) })
	table.Flush()
	return &said
}
