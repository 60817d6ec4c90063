package run

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onpath/filter"
	"onpath/flow"
)

// TestSignalsInShards: with several tables what is open is printed once and as one table, a
// file is begun anew between two rows, and rows on the way come though nothing passes.
func TestSignalsInShards(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent(), goleak.IgnoreTopFunction("os/signal.loop"))
	enter := ownNetwork(t, "ip link set lo up")
	dir := t.TempDir()
	out, words := filepath.Join(dir, "rows"), filepath.Join(dir, "words")
	overhear(t, words)
	selected, _ := filter.Parse("tcp")
	soon := flow.Linger{AfterReset: 100 * time.Millisecond, AfterClose: 100 * time.Millisecond}
	c := Config{Capture: Capture{Interfaces: []string{"lo"}}, Filter: selected, Shards: 3,
		Flow: flow.Config{Linger: &soon, Interim: time.Second}, Outputs: []Output{{"jsonl", out}}}
	over := make(chan bool)
	go func() {
		defer close(over)
		enter()
		defer syscall.Kill(os.Getpid(), syscall.SIGTERM)
		await(t, words, "listening on lo")
		time.Sleep(300 * time.Millisecond)
		for range 5 {
			talk(t, false)
		}
		talk(t, true)
		await(t, out, `"end_reason":"fin"`)
		syscall.Kill(os.Getpid(), syscall.SIGUSR1)
		await(t, words, "5 connections open\n")
		await(t, out, `"record":"interim","part":1`)
		os.Rename(out, out+".1")
		syscall.Kill(os.Getpid(), syscall.SIGHUP)
		await(t, out, "")
		talk(t, true)
		await(t, out, `"end_reason":"fin"`)
	}()
	if err := Read(c); err != nil {
		t.Error(err)
	}
	finished(t, over)
	rows := ""
	for _, path := range []string{out + ".1", out} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		rows += string(text)
	}
	for what, want := range map[string]int{`"end_reason":"fin"`: 2, `"end_reason":"flush"`: 5, `"record":"interim","part":1`: 5, `"conn":7,`: 1} {
		if n := strings.Count(rows, what); n != want {
			t.Errorf("%s %d times, want %d\n%s", what, n, want, rows)
		}
	}
}
