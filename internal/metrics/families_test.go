package metrics

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"

	"onpath/anomaly"
	"onpath/conn"
	"onpath/outcome"
	"onpath/packet"
	"onpath/record"
)

// full is a Snapshot in which every family has series.
func full() *Snapshot {
	s := &Snapshot{
		Began: time.Unix(1, 0), Firewall: &Firewall{}, Evidence: &Evidence{}, State: &State{},
		Outputs:  []Output{{Format: "jsonl", Path: "a"}, {Format: "jsonl", Path: "b", Gone: true}},
		Captures: []Capture{{Name: "eth0"}, {Name: "eth1", Lost: "it is gone"}},
	}
	s.Handshakes[0].Observe(2e6)
	return s
}

// gather returns the families of a Snapshot by name.
func gather(t *testing.T, s *Snapshot) (*prometheus.Registry, map[string]*dto.MetricFamily) {
	t.Helper()
	c := newCollector()
	c.at = s
	r := registry(c, "test")
	list, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*dto.MetricFamily{}
	for _, f := range list {
		all[f.GetName()] = f
	}
	return r, all
}

// TestNamesAreWell: promlint has nothing to say, and every family of the tables is there.
func TestNamesAreWell(t *testing.T) {
	r, all := gather(t, full())
	problems, err := testutil.GatherAndLint(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	for _, f := range families() {
		if all[prefix+f.name] == nil {
			t.Errorf("%s%s has no series", prefix, f.name)
		}
		if !strings.HasSuffix(f.help, ".") || strings.ContainsAny(f.help, "|\n") {
			t.Errorf("%s%s: %q", prefix, f.name, f.help)
		}
	}
}

// values returns the values of a label that a family's series have.
func values(f *dto.MetricFamily, label string) (list []string) {
	for _, m := range f.Metric {
		for _, l := range m.Label {
			if l.GetName() == label && !slices.Contains(list, l.GetValue()) {
				list = append(list, l.GetValue())
			}
		}
	}
	slices.Sort(list)
	return list
}

func names[T fmt.Stringer](all []T) (list []string) {
	for _, x := range all {
		list = append(list, x.String())
	}
	slices.Sort(list)
	return list
}

func upTo[T ~uint8](from, end T) (all []T) {
	for x := from; x < end; x++ {
		all = append(all, x)
	}
	return all
}

// TestEveryRowHasItsSeries: what the tables name has a series before it was ever
// counted, or its first increase would not be seen.
func TestEveryRowHasItsSeries(t *testing.T) {
	_, all := gather(t, &Snapshot{})
	var ids []string
	for _, r := range anomaly.Rows() {
		ids = append(ids, r.Name)
	}
	slices.Sort(ids)
	for _, x := range []struct {
		family, label string
		want          []string
	}{
		{"findings_total", "id", ids},
		{"findings_total", "severity", names(anomaly.Severities())},
		{"gates_closed_total", "gate", names(anomaly.Gates())},
		{"packets_undecoded_total", "reason", names(upTo(packet.Decoded+1, packet.NumReasons))},
		{"record_outcomes_total", "outcome", names(upTo(outcome.None+1, outcome.NumClasses))},
		{"records_total", "end_reason", names(upTo(record.EndOpen+1, record.NumEndings))},
		{"record_views_total", "view", names(upTo(0, record.NumViews))},
		{"record_end_states_total", "state", names(upTo(0, conn.NumStates))},
		{"record_end_states_total", "end", []string{"client", "server"}},
		{"round_trip_seconds", "end", []string{"client", "server"}},
	} {
		f := all[prefix+x.family]
		if f == nil {
			t.Errorf("%s is missing", x.family)
		} else if got := values(f, x.label); !slices.Equal(got, x.want) {
			t.Errorf("%s: %s is %q, want %q", x.family, x.label, got, x.want)
		}
	}
}

// unshown are numbers that stand on the page in another way.
var unshown = []string{
	"Flow.Live",                                                                                           // the sum of Held
	"Fragments.Overlaps",                                                                                  // without those that differ
	"Fragments.Held",                                                                                      // of a second or two
	"Flow.Verdicts",                                                                                       // in Firewall
	"Firewall.Tally.Refused", "Firewall.Tally.Dropped", "Firewall.Tally.Unseen", "Firewall.Tally.Ignored", // onpath read --netfilter tells them at its end
	"Firewall.Stats.Made", "Firewall.Stats.Unconfirmed", "Firewall.Stats.Expired", "Firewall.Stats.Deleted",
	"Firewall.Stats.Early", "Firewall.Stats.Full", "Firewall.Stats.Expectations", "Firewall.Stats.Expected", "Firewall.Stats.Refused",
	"Evidence.Frames",                        // packets
	"Flow.Ended[0]", "Why[0]", "Outcomes[0]", // none of theirs
	"State.Age", "State.Took", "State.Paused", // in seconds
	"Outputs", "Captures", "Protos", "Began", "Last", "age",
}

// TestEveryNumberIsShown: each number of a Snapshot, set to one of its own, is the
// value of some series. Who adds one to flow.Stats and the like must say here why not.
func TestEveryNumberIsShown(t *testing.T) {
	s := full()
	next, want := uint64(1000), map[float64]string{}
	number(reflect.ValueOf(s).Elem(), "", func(v reflect.Value, path string) {
		if next++; v.CanInt() {
			v.SetInt(int64(next))
		} else {
			v.SetUint(next)
		}
		want[float64(next)] = path
	})
	_, all := gather(t, s)
	for _, f := range all {
		for _, m := range f.Metric {
			delete(want, m.GetGauge().GetValue()+m.GetCounter().GetValue())
		}
	}
	for _, path := range want {
		t.Errorf("%s is on no page", path)
	}
}

// number visits every number in v that can be set and is not among unshown.
func number(v reflect.Value, path string, visit func(reflect.Value, string)) {
	if slices.Contains(unshown, path) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		number(v.Elem(), path, visit)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				number(v.Field(i), strings.TrimPrefix(path+"."+f.Name, "."), visit)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			number(v.Index(i), fmt.Sprintf("%s[%d]", path, i), visit)
		}
	default:
		if v.CanInt() || v.CanUint() {
			visit(v, path)
		}
	}
}

// TestMilderFindings: a finding that something excused has a series of its own.
func TestMilderFindings(t *testing.T) {
	row := anomaly.Rows()[0]
	s := full()
	s.Findings[row.Severity] = Findings{row.ID: 3}
	s.Findings[anomaly.CaptureArtifact] = Findings{row.ID: 2}
	_, all := gather(t, s)
	sum := 0.0
	for _, m := range all["onpath_findings_total"].Metric {
		sum += m.GetCounter().GetValue()
	}
	if row.Severity == anomaly.CaptureArtifact || sum != 5 {
		t.Errorf("%s: %v findings, want 5", row.Name, sum)
	}
}

// TestOthers: protocols without a series of their own are counted together.
func TestOthers(t *testing.T) {
	s := full()
	for i := range s.Protos {
		s.Protos[i] = 1
	}
	_, all := gather(t, s)
	got := map[string]float64{}
	for _, m := range all["onpath_record_protocols_total"].Metric {
		got[m.Label[0].GetValue()] = m.GetCounter().GetValue()
	}
	if len(got) != len(protocols)+1 || got["tcp"] != 1 || got["other"] != float64(256-len(protocols)) {
		t.Errorf("%v", got)
	}
}

func TestHistogram(t *testing.T) {
	var h Histogram
	for _, ns := range []int64{0, -1, 1, 100e3, 100e3 + 1, 10e9, 11e9} {
		h.Observe(ns)
	}
	sum, n, buckets := h.seconds()
	if n != 5 || sum != 21.000200002 || buckets[100e-6] != 2 || buckets[250e-6] != 3 || buckets[10] != 4 {
		t.Errorf("sum %v of %d, %v", sum, n, buckets)
	}
	if !slices.IsSorted(bounds[:]) {
		t.Error("bounds are not in order")
	}
}

// TestNamesOfFiles: a file may be called what a label may not.
func TestNamesOfFiles(t *testing.T) {
	s := full()
	s.Outputs = []Output{{Format: "jsonl", Path: "a\xff\"\n"}, {Format: "jsonl", Path: "a\xfe\"\n"}}
	_, all := gather(t, s)
	if got := values(all["onpath_output_up"], "path"); len(got) != 2 {
		t.Errorf("%q", got)
	}
}
