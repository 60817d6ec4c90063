package oracle

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"onpath/anomaly"
	"onpath/flow"
	"onpath/packet"
	"onpath/record"
	"onpath/source"
)

// mild are rows that name a forged or unlawful segment although it may have a
// lawful cause, so that they are not suspicious.
var mild = map[string]bool{
	"ack-too-old":             true, // a pure ACK may be late
	"ack-before-synack":       true, // the end may live in an older connection
	"rst-in-window-not-exact": true, // octets before it may be lost
}

// undecidable says of forgeries that nothing accuses why nothing can: "run, who
// forged" or "run, frame".
var undecidable = map[string]string{
	"scans, path:scan-syn":    "a SYN that is answered or not, as any client's; a scan of eight ports is below what counts as one",
	"scans, path:scan-ack":    "a bare ACK, before and behind which nothing passed, may belong to a connection older than the capture; a RST denies it, where one comes",
	"scans, path:scan-maimon": "a FIN,ACK, likewise: the close of a connection older than the capture",

	"own__rst-out-of-window, 5":            "a RST below the window: a closed end sends one for each segment still in flight, at its ACK",
	"own__syn-in-established, 6":           "the SYN again, octet for octet: a copy of the network",
	"goog__md5__md5-only-on-client-ack, 3": "a signature that its addressee has no key for: the capture does not know either",
	"goog__md5__md5-only-on-client-ack, 4": "the same",
}

// byHosts are the forgeries of which none is odd by itself, and the row of hosts that
// counts them.
var byHosts = map[string]string{"syn-flood, path:syn-flood": "host-syn-flood-victim"}

// A count of forgeries by whether something accuses them.
type detection struct {
	found, missed, undecided int
}

// book counts a forgery, given whether it is accused and why it need not be.
func (d *detection) book(t *testing.T, accused bool, what, why string) {
	switch {
	case accused:
		d.found++
	case why != "":
		d.undecided++
	default:
		d.missed++
		t.Logf("nothing accuses %s", what)
	}
}

// check asks for nine of ten among what can be decided.
func (d *detection) check(t *testing.T, what string) {
	t.Helper()
	t.Logf("%s: %d found, %d missed, %d undecidable", what, d.found, d.missed, d.undecided)
	share{what + " found", d.found, d.found + d.missed, 0.9}.check(t)
}

// accuses reports whether a finding accuses a frame in earnest.
func accuses(found []accusation, frame int) bool {
	for i := range found {
		if a := &found[i]; a.of(frame) && (a.severity >= anomaly.Suspicious || a.severity > anomaly.CaptureArtifact && mild[a.id.String()]) {
			return true
		}
	}
	return false
}

// hostsIn returns the rows of hosts that a file shows, if the capture had gone on
// for a minute in which nothing came: how an attempt ended takes time to tell.
func hostsIn(t *testing.T, path string) map[string]bool {
	t.Helper()
	in, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	table := flow.New(flow.Config{}, func(*record.Record) {})
	var last packet.View
	feed(t, in, func(v *packet.View) {
		table.Observe(v)
		last.At = v.At
	})
	last.At += 60e9
	last.Key = packet.Key{Proto: packet.ProtoUDP, APort: 1, BPort: 2}
	table.Observe(&last)
	table.Flush()
	said := map[string]bool{}
	for _, s := range table.Strays() {
		said[s.ID.String()] = true
	}
	return said
}

// TestForgeriesAreFound: what somebody on the path forged is accused. ICMP errors of
// routers are no forgeries, nor is a middlebox that rewrites a SYN's options: what
// is left is a lawful SYN.
func TestForgeriesAreFound(t *testing.T) {
	var d detection
	for _, name := range runs(t) {
		var found []accusation
		var hosts map[string]bool
		file := filepath.Join(folder(t), name+".pcap.gz")
		for _, p := range sentIn(t, name) {
			if !strings.HasPrefix(p.Origin, "path:") || strings.HasPrefix(p.Origin, "path:icmp") || p.frame() == 0 {
				continue
			}
			if found == nil {
				found, hosts = accusedIn(t, file), hostsIn(t, file)
			}
			what := fmt.Sprintf("%s, %s", name, p.Origin)
			d.book(t, accuses(found, p.frame()) || hosts[byHosts[what]], fmt.Sprintf("%s, frame %d", what, p.frame()), undecidable[what])
		}
	}
	d.check(t, "forgeries of the path")
}

// TestIllegalScripts: the segments that make a script illegal are accused.
func TestIllegalScripts(t *testing.T) {
	var d detection
	names := map[string]bool{}
	scripts(t, func(run *script, found []accusation) {
		name := strings.TrimRight(strings.TrimSuffix(filepath.Base(run.Capture), ".pcap"), "46")
		name = strings.TrimSuffix(name, "__v")
		if run.Injected != "illegal" {
			return
		}
		names[name] = true
		for _, frame := range illegal[name] {
			what := fmt.Sprintf("%s, %d", name, frame)
			d.book(t, accuses(found, frame), what, undecidable[what])
		}
	})
	for name := range names {
		if illegal[name] == nil {
			t.Errorf("%s: nobody has looked at which segments are illegal", name)
		}
	}
	d.check(t, "illegal segments of scripts")
}

// illegal are the frames that make the illegal scripts so, by their purpose and by
// what each of them shows.
var illegal = map[string][]int{
	"goog__fastopen__client__syn-data-partial-or-over-ack": {8, 17, 27},
	"goog__fastopen__client__valid-cookie-format":          {5, 11, 19},
	"goog__md5__md5-only-on-client-ack":                    {3, 4},
	"goog__ts_recent__invalid_ack":                         {4},
	"goog__validate__validate-established-no-flags":        {4},
	"own__ack-in-syn-sent":                                 {2},
	"own__ack-of-unsent":                                   {4, 6},
	"own__ack-too-old":                                     {6},
	"own__ack3-wrong":                                      {3},
	"own__beyond-window":                                   {4},
	"own__data-beyond-fin":                                 {6},
	"own__rst-in-syn-sent":                                 {2},
	"own__rst-in-window":                                   {4},
	"own__rst-out-of-window":                               {4, 5},
	"own__syn-fin-listen":                                  {1},
	"own__syn-in-established":                              {4, 6},
	"own__syn-repeated-new-isn":                            {3},
	"own__synack-wrong-ack":                                {2},
	"own__ts-missing":                                      {4},
	"own__wscale-15":                                       {1},
}
