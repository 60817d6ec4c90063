package tcpchain_test

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"onpath/compat/tcpchain"
	"onpath/packet"
	"onpath/source"
	"onpath/tcp"
)

// reference is one line of the original program's answers: the fields that it
// writes and, added by a chain of whoever recorded them, when the flow's packets
// came and what tcp_options made of its last SYN in each direction.
type reference struct {
	Path, Mode string
	Pkts       int // packets read; fewer than the capture has where libtrace gave up
	Flows      []refFlow
}

type refFlow struct {
	row
	OptsFwd map[string]string `json:"opts_syn_fwd"`
	OptsRev map[string]string `json:"opts_syn_rev"`
	OptBad  int               `json:"opt_bad"`
}

// row is a flow as AppendJSON writes it.
type row struct {
	First     float64 `json:"pkt_first"`
	Src       string  `json:"sip"`
	Dst       string  `json:"dip"`
	Proto     int     `json:"proto"`
	SrcPort   int     `json:"sp"`
	DstPort   int     `json:"dp"`
	PktFwd    int     `json:"pkt_fwd"`
	PktRev    int     `json:"pkt_rev"`
	OctFwd    int     `json:"oct_fwd"`
	OctRev    int     `json:"oct_rev"`
	SynFwd    *int    `json:"tcp_synflags_fwd"`
	SynRev    *int    `json:"tcp_synflags_rev"`
	FinFwd    bool    `json:"tcp_fin_fwd"`
	FinRev    bool    `json:"tcp_fin_rev"`
	RstFwd    bool    `json:"tcp_rst_fwd"`
	RstRev    bool    `json:"tcp_rst_rev"`
	Connected bool    `json:"tcp_connected"`
	Last      float64 `json:"pkt_last"`
	Segments  int     `json:"n_tcp"`
}

// where finds a file of the workplace that is no part of the module, or skips.
func where(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, e := os.Stat(filepath.Join(dir, "go.mod")); e == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(dir, "..", "shared", "corpus", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the corpus is not here: %v", err)
	}
	return path
}

// references reads the answers to the captures that did not stall the original.
func references(t *testing.T) (all []reference) {
	f, err := os.Open(where(t, "expected/pathspider-ref.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		var r reference
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		if r.Mode != "" {
			all = append(all, r)
		}
	}
	if lines.Err() != nil || len(all) != 444 {
		t.Fatalf("%d captures, want 444 (%v)", len(all), lines.Err())
	}
	return all
}

// run gives the first frames of a capture to a table.
func run(t *testing.T, path string, frames int, table *tcpchain.Table) {
	r, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var f packet.Frame
	for range frames {
		if err := r.Next(&f); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		table.Observe(&f)
	}
	table.Flush()
}

// rows returns the flows of a capture, read from what the writer wrote.
func rows(t *testing.T, path string, frames int, rules tcpchain.Rules) (all []row) {
	var line []byte
	run(t, path, frames, tcpchain.New(tcpchain.Config{Rules: rules}, tcpchain.Chain{Done: func(f *tcpchain.Flow) {
		line = f.AppendJSON(line[:0])
		var r row
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all = append(all, r)
	}}))
	return all
}

// text prints a row with its times apart: the original's are off by up to a
// microsecond. shown is what document mode may change.
func (r row) text() (same, shown string) {
	first, last, syn := r.First, r.Last, [2]string{number(r.SynFwd), number(r.SynRev)}
	shown = fmt.Sprint(syn, r.FinFwd, r.FinRev)
	r.First, r.Last, r.SynFwd, r.SynRev, r.FinFwd, r.FinRev = 0, 0, nil, nil, false, false
	return fmt.Sprintf("%+v %.0f %.0f", r, math.Floor(first*1000+0.05), math.Floor(last*1000+0.05)), shown
}

func number(n *int) string {
	if n == nil {
		return "null"
	}
	return strconv.Itoa(*n)
}

// TestAsReleased holds the table to the original: the same flows, and in each of
// them the same values.
func TestAsReleased(t *testing.T) {
	captures, flows := 0, 0
	for _, r := range references(t) {
		want := map[string]int{}
		for _, f := range r.Flows {
			same, shown := f.text()
			want[same+shown]++
		}
		got := map[string]int{}
		for _, f := range rows(t, where(t, "captures/"+r.Path), r.Pkts, tcpchain.AsReleased) {
			same, shown := f.text()
			got[same+shown]++
		}
		captures, flows = captures+1, flows+len(r.Flows)
		if maps.Equal(got, want) {
			continue
		}
		for f, n := range want {
			if got[f] < n {
				t.Errorf("%s: the original has %s", r.Path, f)
			}
		}
		for f, n := range got {
			if want[f] < n {
				t.Errorf("%s: onpath has %s", r.Path, f)
			}
		}
	}
	t.Logf("%d captures, %d flows of the original", captures, flows)
}

// TestDocumented holds the document's rules against the released ones: the same
// flows; FIN fields exchanged; and other SYN flags only where a direction sent
// SYNs that differ, of which one rule shows the first and the other the last.
func TestDocumented(t *testing.T) {
	captures, fins, syns := 0, 0, 0
	for _, r := range references(t) {
		path := where(t, "captures/"+r.Path)
		document := chained(t, path, r.Pkts, tcpchain.Documented)
		released := chained(t, path, r.Pkts, tcpchain.AsReleased)
		if len(document) != len(released) {
			t.Errorf("%s: %d flows by the document, %d as released", r.Path, len(document), len(released))
			continue
		}
		captures++
		for i, d := range document {
			if why := against(d, released[i], &fins, &syns); why != "" {
				t.Errorf("%s: flow %d: %s", r.Path, i+1, why)
			}
		}
	}
	t.Logf("%d captures; %d flows differ in FINs, %d directions in SYNs", captures, fins, syns)
}

// told is a flow, and the SYNs that passed in it.
type told struct {
	row
	syns [2][]int
}

// chained is rows with a chain that remembers SYNs.
func chained(t *testing.T, path string, frames int, rules tcpchain.Rules) (all []told) {
	syns := map[uint32]*told{}
	run(t, path, frames, tcpchain.New(tcpchain.Config{Rules: rules}, tcpchain.Chain{
		NewFlow: func(f *tcpchain.Flow, _ []byte) bool {
			syns[f.Slot] = &told{}
			return true
		},
		TCP: func(f *tcpchain.Flow, h tcp.Header, rev bool) bool {
			if h.Flags().Has(tcp.SYN) {
				side := &syns[f.Slot].syns[direction(rev)]
				*side = append(*side, int(h.Flags()&0xff))
			}
			return true
		},
		Done: func(f *tcpchain.Flow) {
			flow := syns[f.Slot]
			if err := json.Unmarshal(f.AppendJSON(nil), &flow.row); err != nil {
				t.Fatal(err)
			}
			all = append(all, *flow)
		},
	}))
	return all
}

func direction(rev bool) int {
	if rev {
		return 1
	}
	return 0
}

// against says what two readings of one flow have different that the two points
// do not explain, and counts what they do.
func against(document, released told, fins, syns *int) string {
	same, shown := document.text()
	if other, also := released.text(); same != other {
		return same + " is " + other + " as released"
	} else if shown == also && document.FinFwd == document.FinRev {
		return ""
	}
	if document.FinFwd != released.FinRev || document.FinRev != released.FinFwd {
		return "FIN fields are not exchanged"
	}
	if document.FinFwd != document.FinRev {
		*fins++
	}
	for d, pair := range [2][2]*int{{document.SynFwd, released.SynFwd}, {document.SynRev, released.SynRev}} {
		all := document.syns[d]
		if len(all) == 0 {
			if pair[0] != nil || pair[1] != nil {
				return "SYN flags without a SYN"
			}
			continue
		}
		if *pair[0] != all[0] || *pair[1] != all[len(all)-1] {
			return fmt.Sprintf("SYNs %v are shown as %d and %d", all, *pair[0], *pair[1])
		}
		if *pair[0] != *pair[1] {
			*syns++
		}
	}
	return ""
}

// TestOptions holds tcp.OptionMap to the original's tcp_options, on the SYN that
// the reference kept of each direction, the last. Where a length points past the
// header the original takes what is left for the value, and OptionMap ends with
// an error: there the options before it must agree.
func TestOptions(t *testing.T) {
	agree, lies, bad := 0, 0, 0
	for _, r := range references(t) {
		got, open := map[string][2]options{}, map[uint32]*[2]options{}
		run(t, where(t, "captures/"+r.Path), r.Pkts, tcpchain.New(tcpchain.Config{}, tcpchain.Chain{
			NewFlow: func(f *tcpchain.Flow, _ []byte) bool {
				open[f.Slot] = &[2]options{}
				return true
			},
			TCP: func(f *tcpchain.Flow, h tcp.Header, rev bool) bool {
				if d := direction(rev); h.Flags().Has(tcp.SYN) {
					open[f.Slot][d].OptionMap, open[f.Slot][d].err = h.OptionMap()
				}
				return true
			},
			Done: func(f *tcpchain.Flow) {
				var id row
				if err := json.Unmarshal(f.AppendJSON(nil), &id); err != nil {
					t.Fatal(err)
				}
				got[id.id()] = *open[f.Slot]
			},
		}))
		for _, f := range r.Flows {
			if f.OptBad > 0 {
				bad++
				continue
			}
			for d, want := range [2]map[string]string{f.OptsFwd, f.OptsRev} {
				if want == nil {
					continue
				}
				o := got[f.id()][d]
				switch {
				case o.equal(want):
					agree++
				case o.err != nil && o.first(want):
					lies++
				default:
					t.Errorf("%s: %s: options %x (%v), the original's are %v", r.Path, f.id(), o.OptionMap, o.err, want)
				}
			}
		}
	}
	t.Logf("%d SYNs agree, in %d a length lies; in %d flows the original could not read all options", agree, lies, bad)
}

func (r row) id() string {
	return fmt.Sprintf("%s %d > %s %d at %.0f, %d", r.Src, r.SrcPort, r.Dst, r.DstPort, math.Floor(r.First*1000+0.05), r.Segments)
}

// options are those of one SYN, and what stopped the walk.
type options struct {
	tcp.OptionMap
	err error
}

// equal compares with a mapping that keeps one value for each kind.
func (o options) equal(want map[string]string) bool {
	return len(o.OptionMap) == len(want) && o.part(want)
}

// first reports whether want has all of o and one option more.
func (o options) first(want map[string]string) bool {
	return len(o.OptionMap)+1 == len(want) && o.part(want)
}

func (o options) part(want map[string]string) bool {
	for k := range o.OptionMap {
		v, _ := o.Value(k)
		if w, ok := want[strconv.Itoa(int(k))]; !ok || w != hex.EncodeToString(v) {
			return false
		}
	}
	return true
}
