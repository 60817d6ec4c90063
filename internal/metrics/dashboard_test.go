package metrics

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
)

const dashboardFile = "../../contrib/grafana/onpath.json"

// dashboard is what a test must know of Grafana's JSON.
type dashboard struct {
	Panels []struct {
		ID      int
		Type    string
		Title   string
		Targets []struct{ Expr string }
		GridPos struct{ X, Y, W, H int }
	}
	Templating struct {
		List []struct {
			Name, Type string
			Query      any
			Definition string
		}
	}
}

// Parts of PromQL. It is not parsed in full: these find what can be wrong when a metric,
// a label or a value is called another.
var (
	metricName = regexp.MustCompile(`\b(?:onpath|process|go)_[a-z0-9_]+`)
	selector   = regexp.MustCompile(`\b((?:onpath|process|go)_[a-z0-9_]+)\{([^}]*)\}(\[[^\]]+\])?`)
	matcher    = regexp.MustCompile(`(\w+)(=~|=)"([^"]*)"`)
	grouping   = regexp.MustCompile(`\bby \(([^)]*)\)`)
)

// scraped are labels that Prometheus adds when it scrapes.
var scraped = []string{"job", "instance"}

// series is what a query may ask of a metric.
type series struct {
	counter bool
	labels  map[string][]string // values
}

// catalogue returns the series of a full page by name, those of histograms as well.
func catalogue(t *testing.T) map[string]series {
	_, all := gather(t, full())
	names := map[string]series{}
	for name, f := range all {
		s := series{counter: f.GetType() == dto.MetricType_COUNTER, labels: map[string][]string{}}
		for _, l := range f.Metric[0].Label {
			s.labels[l.GetName()] = values(f, l.GetName())
		}
		if f.GetType() != dto.MetricType_HISTOGRAM {
			names[name] = s
			continue
		}
		s.counter = true
		names[name+"_sum"], names[name+"_count"] = s, s
		names[name+"_bucket"] = series{true, map[string][]string{"le": nil, "end": s.labels["end"]}}
	}
	return names
}

// wrong says what is wrong with a query.
func wrong(known map[string]series, expr string) (faults []string) {
	groups := scraped
	for _, name := range metricName.FindAllString(expr, -1) {
		if _, ok := known[name]; !ok {
			faults = append(faults, "there is no "+name)
		}
	}
	for _, m := range selector.FindAllStringSubmatch(expr, -1) {
		s := known[m[1]]
		for name := range s.labels {
			groups = append(groups, name)
		}
		if s.counter != (m[3] != "") {
			faults = append(faults, m[1]+": a counter has a range, a gauge has none")
		}
		faults = append(faults, wrongMatchers(m[1], s, m[2])...)
	}
	for _, m := range grouping.FindAllStringSubmatch(expr, -1) {
		for _, label := range strings.Split(m[1], ", ") {
			if !slices.Contains(groups, label) {
				faults = append(faults, "by "+label+": no such label")
			}
		}
	}
	return faults
}

// wrongMatchers says which labels and values a metric does not have.
func wrongMatchers(name string, s series, matchers string) (faults []string) {
	for _, m := range matcher.FindAllStringSubmatch(matchers, -1) {
		label, wanted := m[1], m[3]
		if slices.Contains(scraped, label) {
			continue
		}
		for _, value := range strings.Split(wanted, "|") {
			if !slices.Contains(s.labels[label], value) {
				faults = append(faults, name+" has no "+label+"="+value)
			}
		}
	}
	return faults
}

// TestDashboard: every query asks for what there is, in the way it can be asked for.
func TestDashboard(t *testing.T) {
	octets, err := os.ReadFile(dashboardFile)
	fatal(t, err)
	var d dashboard
	fatal(t, json.Unmarshal(octets, &d))
	known := catalogue(t)
	queries, ids := 0, map[int]bool{}
	for _, p := range d.Panels {
		if ids[p.ID] || p.GridPos.X+p.GridPos.W > 24 || p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("panel %d %q: its number, place or queries", p.ID, p.Title)
		}
		ids[p.ID] = true
		for _, q := range p.Targets {
			queries++
			if !metricName.MatchString(q.Expr) && !strings.HasPrefix(q.Expr, "up{") {
				t.Errorf("%s: %s asks for nothing of ours", p.Title, q.Expr)
			}
			for _, fault := range wrong(known, q.Expr) {
				t.Errorf("%s: %s\n\t%s", p.Title, q.Expr, fault)
			}
			if strings.Count(q.Expr, "(") != strings.Count(q.Expr, ")") {
				t.Errorf("%s: %s: parentheses", p.Title, q.Expr)
			}
		}
	}
	for _, v := range d.Templating.List {
		for _, name := range metricName.FindAllString(v.Definition, -1) {
			if _, ok := known[name]; !ok {
				t.Errorf("variable %s: there is no %s", v.Name, name)
			}
		}
	}
	if queries < 30 {
		t.Errorf("%d queries", queries)
	}
}

// TestWrong: the test above can fail.
func TestWrong(t *testing.T) {
	known := catalogue(t)
	for expr, want := range map[string]int{
		`sum by (id, instance) (rate(onpath_findings_total{severity="violation"}[5m]))`:           0,
		`histogram_quantile(0.5, sum by (le, end) (rate(onpath_handshake_seconds_bucket{}[5m])))`: 0,
		`onpath_connections{job="x"}`:                                            0,
		`onpath_connection{job="x"}`:                                             1,
		`rate(onpath_connections{}[5m])`:                                         1,
		`onpath_findings_total{}`:                                                1,
		`sum by (reason) (rate(onpath_findings_total{}[5m]))`:                    1,
		`rate(onpath_findings_total{severity="violent"}[5m])`:                    1,
		`rate(onpath_record_outcomes_total{outcome=~"refused|denied|lost"}[5m])`: 1,
		`rate(onpath_record_outcomes_total{class="refused"}[5m])`:                1,
	} {
		if got := wrong(known, expr); len(got) != want {
			t.Errorf("%s: %q, want %d", expr, got, want)
		}
	}
}
