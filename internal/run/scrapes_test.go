package run

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onpath/flow"
	"onpath/internal/metrics"
	"onpath/record"
)

// scraped runs a job over standard input that serves metrics. What it returns ends when
// the job does.
func scraped(t *testing.T, out string) (j *job[record.Record], done chan error) {
	t.Helper()
	c := quiet(Config{Files: []string{"-"}, Metrics: metrics.Config{Addr: "127.0.0.1:0"}, Outputs: []Output{{"jsonl", out}}})
	j, err := newJob(c, RecordFormats)
	if err != nil {
		t.Fatal(err)
	}
	j.table = flow.New(j.config.Flow, func(r *record.Record) {
		j.ended(r)
		j.write(r)
	})
	done = make(chan error, 1)
	go func() { done <- j.drive(j.read, true) }()
	return j, done
}

// get returns a page of a job.
func get(t *testing.T, j *job[record.Record], page string) (int, string) {
	t.Helper()
	w, err := http.Get(strings.TrimSuffix(j.scrapes.server.URL(), "/metrics") + page)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	if err != nil {
		t.Error(err)
	}
	return w.StatusCode, string(text)
}

// series returns the value of one on a page; -1 if it is not there.
func series(page, name string) float64 {
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(page)
	if m == nil {
		return -1
	}
	v, _ := strconv.ParseFloat(m[1], 64)
	return v
}

// ends waits for the end of a job.
func ends(t *testing.T, done chan error) {
	t.Helper()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the job does not end")
	}
}

// TestScrapeWhileItWaits: what waits for a packet is asked all the same, and its end
// leaves no goroutine behind.
func TestScrapeWhileItWaits(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	octets, err := os.ReadFile(town)
	if err != nil {
		t.Fatal(err)
	}
	in := pipe(t)
	in.Write(octets)
	j, done := scraped(t, filepath.Join(t.TempDir(), "out"))
	var text string
	for range 500 { // a page is kept for a second
		if _, text = get(t, j, "/metrics"); series(text, "onpath_packets_total") == 37 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	for name, want := range map[string]float64{
		"onpath_packets_total": 37, "onpath_packet_bytes_total": 7910, `onpath_packets_undecoded_total{reason="not-ip"}`: 1,
		`onpath_connections{state="open"}`: 1, `onpath_connections{state="reset"}`: 2, "onpath_records_begun_total": 6,
	} {
		if got := series(text, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if status, text := get(t, j, "/healthz"); status != 200 {
		t.Errorf("%d %s", status, text)
	}
	in.Close()
	ends(t, done)
	http.DefaultClient.CloseIdleConnections()
}

// TestSnapshotOfTheEnd: what is counted of records is in the snapshot, as the summary
// has it.
func TestSnapshotOfTheEnd(t *testing.T) {
	in := pipe(t)
	octets, _ := os.ReadFile(town)
	in.Write(octets)
	in.Close()
	j, done := scraped(t, filepath.Join(t.TempDir(), "out"))
	ends(t, done)
	s := j.snapshot()
	var findings uint64
	for _, ids := range s.Findings {
		for _, n := range ids {
			findings += n
		}
	}
	if findings != 6 || s.Views[record.ViewBoth] != 6 || s.Flow.Ended[record.EndRst] != 2 {
		t.Errorf("%d findings, views %v, ended %v", findings, s.Views, s.Flow.Ended)
	}
	if s.EndStates[0] == s.EndStates[1] || s.Handshakes[0] == (metrics.Histogram{}) || s.RoundTrips[1] == (metrics.Histogram{}) {
		t.Errorf("%v %v %v", s.EndStates, s.Handshakes, s.RoundTrips)
	}
}

// TestScrapeWhileItWorks: asking while packets come is no race, and numbers never go
// back.
func TestScrapeWhileItWorks(t *testing.T) {
	octets, err := os.ReadFile(load(t, "mix", 0.01))
	if err != nil {
		t.Fatal(err)
	}
	in := pipe(t)
	seen := make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() {
		const half = 5000
		for part := range slices.Chunk(octets[:len(octets)-half], 10000) {
			in.Write(part)
		}
		<-seen // what is left keeps the work from ending before anybody has looked
		in.Write(octets[len(octets)-half:])
		in.Close()
	})
	j, done := scraped(t, os.DevNull)
	var last uint64
	for {
		s := j.look()
		if s == nil {
			if over(j) {
				break
			}
			continue // no answer in time: the machine is busy
		}
		if s.Packets < last {
			t.Fatalf("%d packets, then %d", last, s.Packets)
		}
		if last == 0 && s.Packets > 0 {
			close(seen)
		}
		last = s.Packets
	}
	work.Wait()
	ends(t, done)
	if last == 0 {
		t.Error("nobody saw a packet")
	}
}

// over reports whether the work has ended.
func over(j *job[record.Record]) bool {
	select {
	case <-j.scrapes.over:
		return true
	default:
		return false
	}
}

// TestScrapeShards: who asks while shards work is answered when all stand still, and numbers
// never go back.
func TestScrapeShards(t *testing.T) {
	c := quiet(Config{Files: []string{load(t, "mix", 0.05)}, Metrics: metrics.Config{Addr: "127.0.0.1:0"}, Outputs: []Output{{"jsonl", os.DevNull}}})
	j, err := newJob(c, RecordFormats)
	if err != nil {
		t.Fatal(err)
	}
	work := j.divided(3, func(r *record.Record) { writeRecord(j, r) })
	done := make(chan error, 1)
	go func() { done <- j.drive(work, true) }()
	var last metrics.Snapshot
	answers := 0
	for !over(j) {
		s := j.look()
		if s == nil {
			continue
		}
		if answers++; s.Packets < last.Packets || s.Flow.Begun < last.Flow.Begun || int(s.Flow.Begun) < s.Flow.Live {
			t.Errorf("%d packets, %d begun, %d live; then %d, %d, %d", last.Packets, last.Flow.Begun, last.Flow.Live, s.Packets, s.Flow.Begun, s.Flow.Live)
		}
		last = *s
	}
	ends(t, done)
	if answers == 0 {
		t.Error("nobody was answered")
	}
}

// TestStuckOutput: a write that lasts is named with its output.
func TestStuckOutput(t *testing.T) {
	var w writes
	j := &job[record.Record]{files: []*out{{format: "jsonl", path: "p", writes: &w}}}
	if got := j.stuck(0); got != nil {
		t.Errorf("%q", got)
	}
	long := time.Now().Add(-time.Minute)
	w.since.Store(&long)
	if got := j.stuck(10 * time.Second); len(got) != 1 || got[0] != "output jsonl=p: a write lasts for 1m0s" {
		t.Errorf("%q", got)
	}
	if got := j.stuck(time.Hour); got != nil {
		t.Errorf("%q", got)
	}
}

// TestWriteIsTimed: while a write waits for a reader, it is seen.
func TestWriteIsTimed(t *testing.T) {
	r, f, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer f.Close()
	w := &writes{file: f}
	done := make(chan error)
	go func() {
		_, err := w.Write(make([]byte, 1<<20)) // more than a pipe holds
		done <- err
	}()
	for w.last() == 0 {
		time.Sleep(time.Millisecond)
	}
	go io.Copy(io.Discard, r)
	if err := <-done; err != nil || w.last() != 0 {
		t.Errorf("%v, %v", err, w.last())
	}
}

// TestScrapeAndSignal: a signal ends it while somebody scrapes.
func TestScrapeAndSignal(t *testing.T) {
	in := pipe(t)
	octets, _ := os.ReadFile(town)
	in.Write(octets)
	j, done := scraped(t, filepath.Join(t.TempDir(), "out"))
	get(t, j, "/healthz")
	if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	ends(t, done)
	if s := j.look(); s != nil {
		t.Errorf("an answer after the end: %+v", s)
	}
}

// TestNoAddressForMetrics: where nobody can listen, nothing is read and no output is
// touched.
func TestNoAddressForMetrics(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	err := Read(quiet(Config{Files: []string{town}, Metrics: metrics.Config{Addr: "192.0.2.1:1", Token: "nowhere"}, Outputs: []Output{{"jsonl", out}}}))
	if err == nil || !strings.Contains(err.Error(), "--metrics-token") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("the output was made")
	}
}
