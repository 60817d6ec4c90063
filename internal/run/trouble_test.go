package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onpath/record"
)

// TestTrouble: what comes and goes is told now and then, and what stays is told in the end.
func TestTrouble(t *testing.T) {
	var x trouble
	if x.ends() || !x.begins() || x.begins() || !x.ends() || x.ends() {
		t.Error("the first one is not told once")
	}
	if x.begins() || x.ends() {
		t.Error("another one is told at once")
	}
	if x.at = x.at.Add(-sayAgain - time.Second); !x.begins() || !x.ends() {
		t.Error("one that goes on is never told")
	}
}

// TestQuietTellsLosses: who wants no summary is told all the same that rows and dumps are
// lost, and that they are written again.
func TestQuietTellsLosses(t *testing.T) {
	dir := t.TempDir()
	words := filepath.Join(dir, "words")
	overhear(t, words)
	j := &job[record.Record]{config: Config{Quiet: true, Evidence: Evidence{Dir: filepath.Join(dir, "dumps")}}, live: &live{}}
	o, err := j.openOut(filepath.Join(dir, "rows"), "jsonl", nil)
	if err == nil {
		_, err = j.openDumps()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer o.queue.to.finish()
	o.queue.most = 1
	row := make([]byte, blockSize)
	for range 3 {
		o.queue.Write(row) // nobody writes them
	}
	j.shelf.lose()
	j.shelf.lose()
	j.shelf.recover()
	go o.queue.work()
	for o.queue.recover(); o.queue.losing; o.queue.recover() {
		o.queue.flush()
		time.Sleep(time.Millisecond)
	}
	o.queue.finish()
	said, _ := os.ReadFile(words)
	for _, want := range []string{"rows: takes nothing: rows are lost from here on\n", "rows: is written again, 2 rows (131,072 octets) are lost\n",
		"dumps: takes nothing: dumps are lost from here on\n", "dumps: is written again, 2 dumps are lost\n"} {
		if strings.Count(string(said), want) != 1 {
			t.Errorf("%q is not said once", want)
		}
	}
	if t.Failed() {
		t.Logf("%s", said)
	}
}
