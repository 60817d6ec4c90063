package run

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"onpath/internal/metrics"
	"onpath/record"
)

// TestLiveMetrics: an interface that goes down is the reason that /healthz gives, and
// the kernel's counts are on the page.
func TestLiveMetrics(t *testing.T) { liveMetrics(t, 1) }

// TestLiveMetricsInShards is TestLiveMetrics with three tables.
func TestLiveMetricsInShards(t *testing.T) { liveMetrics(t, 3) }

func liveMetrics(t *testing.T, shards int) {
	ownNetwork(t, "ip link set lo up", "ip link add name a type veth peer name b", "ip link set dev a up", "ip link set dev b up")
	time.Sleep(1500 * time.Millisecond) // the kernel says late that they carry
	j, err := newJob(quiet(Config{Capture: Capture{Interfaces: []string{"b"}}, Metrics: metrics.Config{Addr: "127.0.0.1:0"}, Outputs: []Output{{"jsonl", os.DevNull}}}), RecordFormats)
	if err != nil {
		t.Fatal(err)
	}
	work := j.divided(shards, func(r *record.Record) { writeRecord(j, r) })
	done := make(chan error, 1)
	go func() { done <- j.drive(work, true) }()
	page := func(name, want string) (text string) {
		for range 100 { // a page is kept for a second
			if text = getHere(t, j, name); strings.Contains(text, want) {
				return text
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Errorf("%s: no %q in\n%.2000s", name, want, text)
		return text
	}
	page("/healthz", "200 OK")
	flood(t, "a", 1000)
	page("/metrics", `onpath_capture_packets_total{interface="b"} 1000`)
	page("/metrics", "onpath_packets_total 1000")
	page("/metrics", `onpath_capture_up{interface="b"} 1`)
	down(t, "down")
	page("/healthz", "interface b: the interface is down")
	page("/metrics", `onpath_capture_up{interface="b"} 0`)
	down(t, "up")
	page("/healthz", "200 OK")
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	ends(t, done)
}

// down sets the interface b of the namespace of this thread.
func down(t *testing.T, state string) {
	t.Helper()
	if out, err := exec.Command("ip", "link", "set", "dev", "b", state).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// getHere returns an answer of a job, asked for in the namespace of this thread: a
// client of net/http would ask from another.
func getHere(t *testing.T, j *job[record.Record], page string) string {
	t.Helper()
	addr := strings.TrimSuffix(strings.TrimPrefix(j.scrapes.server.URL(), "http://"), "/metrics")
	c, err := net.Dial("tcp4", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", page, addr)
	text, err := io.ReadAll(c)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}
