package run

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"onpath/flow"
	"onpath/record"
)

// TestGoesOnInShards: a state that so many shards have written is read by so many others, and
// what both runs write is the same octets as with one table twice: after an orderly end, and
// after one in the middle of it all.
func TestGoesOnInShards(t *testing.T) {
	path := load(t, "mix", 0.01)
	for _, killed := range []bool{false, true} {
		want := twice(t, path, 1, 1, killed)
		for _, n := range [][2]int{{1, 2}, {2, 1}, {2, 3}, {3, 2}} {
			for i, got := range twice(t, path, n[0], n[1], killed) {
				if got != want[i] {
					t.Errorf("killed: %v; run %d of %v is other, from octet %s", killed, i+1, n, firstOther(got, want[i]))
				}
			}
		}
	}
}

// twice returns what a run of so many tables writes of a capture, and what the next one does
// that goes on from its state.
func twice(t *testing.T, path string, first, second int, killed bool) (rows [2]string) {
	t.Helper()
	dir := t.TempDir()
	state := filepath.Join(dir, "state")
	half := keeping(t, path, state, filepath.Join(dir, "0"), first)
	half.upTo(1500)
	half.checkpoints(t)
	half.upTo(2500) // what ends now is noted
	if killed {
		half.keeper.flush(half.contents())
		close(half.keeper.file.todo) // as a program ends that is killed
		for range half.keeper.file.done {
		}
	} else if half.keep(); !half.keeper.over {
		t.Fatal("nothing is kept")
	}
	half.ends()
	rest := keeping(t, path, state, filepath.Join(dir, "1"), second)
	for range 2500 {
		rest.more()
	}
	rest.live.opened = half.tally.last + int64(time.Second)
	rest.resume()
	if rest.keeper.stats.Resumed < 20 {
		t.Errorf("%d go on", rest.keeper.stats.Resumed)
	}
	rest.upTo(1 << 62)
	rest.drains()
	rest.ends()
	rest.keeper.file.finish(func(deed) {})
	for i := range rows {
		text, err := os.ReadFile(filepath.Join(dir, string(rune('0'+i))))
		if err != nil {
			t.Fatal(err)
		}
		rows[i] = string(text)
	}
	return rows
}

// keeping begins a run over a capture as one over interfaces that has a state.
func keeping(t testing.TB, path, state, out string, tables int) *watch {
	t.Helper()
	c := quiet(Config{Files: []string{path}, Outputs: []Output{{"jsonl", out}}, State: State{Path: state, Every: time.Hour}})
	c.Flow.Linger = &flow.Linger{AfterReset: time.Millisecond, AfterClose: time.Millisecond}
	j, err := newJob(c, RecordFormats)
	if err == nil {
		err = j.openState()
	}
	if err != nil {
		t.Fatal(err)
	}
	j.live = &live{}
	j.divided(tables, func(r *record.Record) { writeRecord(j, r) })
	if j.shards != nil {
		j.shards.start()
	}
	w := &watch{job: j, dice: rand.New(rand.NewPCG(1, 2))}
	if j.before == nil {
		j.resume()
	}
	return w
}

// upTo takes packets up to a frame.
func (w *watch) upTo(frame uint64) {
	for w.frame.Number < frame && w.more() {
		w.takes()
		w.live.number = w.frame.Number
	}
	w.standStill()
}

// checkpoints makes a checkpoint at once, and waits until it is written.
func (w *watch) checkpoints(t *testing.T) {
	t.Helper()
	k := w.keeper
	for k.began = (time.Time{}); k.stats.Written == 0; k.learn() {
		if w.checkpoint(time.Hour); k.stats.Failed > 0 {
			t.Fatal("no checkpoint")
		}
		time.Sleep(time.Millisecond)
	}
}

// drains writes what is open.
func (w *watch) drains() {
	if w.shards != nil {
		w.shards.drain(true)
	} else {
		w.table.Drain()
	}
}

func (w *watch) ends() {
	if w.shards != nil {
		w.shards.end()
	}
	w.end()
}

// BenchmarkStandStill tells how long shards that have much to do take until they stand still,
// and what a checkpoint a second adds to that for packets at most. With CAPTURE=FILE of that.
func BenchmarkStandStill(b *testing.B) {
	path := os.Getenv("CAPTURE")
	if path == "" {
		path = load(b, "many", 0.05)
	}
	var each []time.Duration
	var paused time.Duration
	for b.Loop() {
		w := keeping(b, path, filepath.Join(b.TempDir(), "state"), os.DevNull, 2)
		w.keeper.every = time.Second
		for w.more() {
			if w.takes(); w.frame.Number%5000 == 0 {
				from := time.Now()
				w.standStill()
				each = append(each, time.Since(from))
			}
			if w.frame.Number%64 == 0 {
				w.checkpoint(w.keeper.share())
			}
		}
		w.standStill()
		w.keep()
		paused = max(paused, w.keeper.stats.Paused)
		w.shards.end()
		w.job.end()
	}
	slices.Sort(each)
	b.ReportMetric(each[len(each)/2].Seconds()*1000, "ms/standstill")
	b.ReportMetric(each[len(each)*99/100].Seconds()*1000, "ms/standstill-p99")
	b.ReportMetric(paused.Seconds()*1000, "ms/pause-most")
}
