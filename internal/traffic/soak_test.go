//go:build linux

package traffic

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"onpath/internal/netns"
)

// soakVariable tells for how long TestSoak runs, as in 30m.
const soakVariable = "ONPATH_SOAK"

// metricsAddr is where onpath serves its metrics in the router; the role fetch prints
// that page.
const metricsAddr = "127.0.0.1:9477"

func fetch() {
	answer, err := http.Get("http://" + metricsAddr + "/metrics")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	io.Copy(os.Stdout, answer.Body)
}

// rounds is after how many the client's ports begin anew.
const rounds = 80

// A sample is what onpath takes at one moment.
type sample struct {
	rss         int // octets
	goroutines  int
	descriptors int
	connections int
	records     int
}

// TestSoak: with connections of all kinds coming and going, files that rotate and
// metrics that are asked for, onpath takes no more memory, goroutines and descriptors in
// the last quarter of the time than in the third one. Before, it warms up: notes of
// payloads fill 64 MiB, and the collector lets as much garbage lie as there is in use.
func TestSoak(t *testing.T) {
	length, err := time.ParseDuration(os.Getenv(soakVariable))
	if err != nil {
		t.Skip("takes minutes: ", soakVariable, "=30m runs it, or make soak")
	}
	g := netns.NewGateway(t, rules, "nft", "ethtool", "taskset")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	live := g.Start("listening on", nil, "R", soaked(t, dir)...)
	g.Start("ready", io.Discard, "S", "env", roleVariable+"=server", self)
	var samples []sample
	next := time.Now()
	began := time.Now()
	for i := 0; time.Since(began) < length; i++ {
		first := firstPort + i%rounds*2*few
		round := g.Start("", io.Discard, "C", "env", roleVariable+"=client", fmt.Sprint(countVariable, "=", few), fmt.Sprint(firstVariable, "=", first), self)
		round.Await("done\n", 5*time.Minute)
		round.Stop()
		prune(t, dir)
		if time.Now().After(next) {
			s := take(t, g, live.Process.Pid, self)
			t.Logf("%6v: %s", time.Since(began).Round(time.Second), s)
			samples, next = append(samples, s), next.Add(length/60)
		}
	}
	if err := live.Stop(); err != nil {
		t.Errorf("onpath: %v\n%s", err, live.Said())
	}
	t.Log(live.Said())
	judge(t, samples)
}

// soaked returns the command line: with --netfilter, which needs one table, or if
// shardsVariable says so with as many shards, checkpoints and rows on the way.
func soaked(t *testing.T, dir string) []string {
	args := []string{command(t), "live", "--user", "root", "-i", "down0", "-o", "tsv=" + filepath.Join(dir, "rows.tsv"), "--rotate", "20s", "--metrics", metricsAddr}
	if n := os.Getenv(shardsVariable); n != "" {
		return append(args, "--shards", n, "--state", filepath.Join(dir, "state"), "--checkpoint", "10s", "--interim", "5s")
	}
	return append(args, "--netfilter")
}

func (s sample) String() string {
	return fmt.Sprintf("%.1f MiB resident, %d goroutines, %d descriptors, %d connections, %d records", float64(s.rss)/(1<<20), s.goroutines, s.descriptors, s.connections, s.records)
}

// prune deletes all files of a directory but the newest few, as an operator would.
func prune(t *testing.T, dir string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	for _, old := range files[:max(0, len(files)-3)] {
		os.Remove(old)
	}
}

// take asks the kernel and onpath itself.
func take(t *testing.T, g *netns.Gateway, pid int, self string) (s sample) {
	t.Helper()
	page := g.Must("R", "env", roleVariable+"=fetch", self)
	s.goroutines = metric(page, "go_goroutines")
	s.connections = metric(page, "onpath_connections{")
	s.records = metric(page, "onpath_records_total{")
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	kib, _ := strconv.Atoi(strings.Fields(after)[0])
	s.rss = kib << 10
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Fatal(err)
	}
	s.descriptors = len(open)
	return s
}

// metric adds up the values of a family on a page.
func metric(page, name string) (sum int) {
	for line := range strings.Lines(page) {
		if f := strings.Fields(line); len(f) == 2 && strings.HasPrefix(line, name) {
			value, _ := strconv.ParseFloat(f[1], 64)
			sum += int(value)
		}
	}
	return sum
}

// judge compares the medians of the last quarter with those of the third one: memory may
// grow by a fiftieth, goroutines and descriptors not at all. (Who answers a scrape just now
// has one or two for a moment.)
func judge(t *testing.T, samples []sample) {
	t.Helper()
	n := len(samples) / 4
	if n == 0 {
		t.Fatalf("only %d samples", len(samples))
	}
	after := samples[len(samples)-n:]
	before := samples[len(samples)-2*n : len(samples)-n]
	rss := func(s sample) int { return s.rss }
	was, is := median(before, rss), median(after, rss)
	t.Logf("resident: %.1f MiB in the third quarter, %.1f in the last", float64(was)/(1<<20), float64(is)/(1<<20))
	if is > was+was/50 {
		t.Error("memory grows")
	}
	for _, c := range []struct {
		name string
		of   func(sample) int
	}{{"goroutines", func(s sample) int { return s.goroutines }}, {"descriptors", func(s sample) int { return s.descriptors }}} {
		was, is := median(before, c.of), median(after, c.of)
		t.Logf("%s: %d in the third quarter, %d in the last, at most %d", c.name, was, is, most(samples, c.of))
		if is > was {
			t.Errorf("%s grow", c.name)
		}
	}
}

func median(all []sample, of func(sample) int) int {
	values := make([]int, len(all))
	for i, s := range all {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// most returns the highest value.
func most(all []sample, of func(sample) int) (most int) {
	for _, s := range all {
		most = max(most, of(s))
	}
	return most
}
