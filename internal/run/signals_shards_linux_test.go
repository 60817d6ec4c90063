package run

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onpath/flow"
)

// TestSignalsInShards: with several tables what is open is printed once and as one table, a
// file is begun anew between two rows, and rows on the way come though nothing passes.
func TestSignalsInShards(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent(), goleak.IgnoreTopFunction("os/signal.loop"))
	dir := t.TempDir()
	out, words := filepath.Join(dir, "rows"), filepath.Join(dir, "words")
	c := Config{Shards: 3, Flow: flow.Config{Interim: time.Second}, Outputs: []Output{{"jsonl", out}}}
	err := onLo(t, c, words, func() {
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
	})
	if err != nil {
		t.Error(err)
	}
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
