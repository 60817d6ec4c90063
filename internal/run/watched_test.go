package run

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onpath/record"
)

// watch drives what a capture of an interface does, by dice that fall alike for all who are
// asked with the same seed: between two packets nothing comes for a while, some are dropped,
// somebody asks what is open, all that is there must be written.
type watch struct {
	*job[record.Record]
	dice  *rand.Rand
	asked int
}

// watched returns what so many shards write of a capture that is watched: rows and findings,
// and what they say is open when they are asked.
func watched(t *testing.T, c Config, shards int, seed uint64) map[string]string {
	t.Helper()
	dir, old := t.TempDir(), stderr
	defer func() { stderr = old }()
	overhear(t, filepath.Join(dir, "open"))
	c.Outputs = []Output{{"jsonl", filepath.Join(dir, "jsonl")}, {"findings", filepath.Join(dir, "findings")}}
	j, err := newJob(quiet(c), RecordFormats)
	if err != nil {
		t.Fatal(err)
	}
	j.divided(shards, func(r *record.Record) { writeRecord(j, r) })
	w := watch{job: j, dice: rand.New(rand.NewPCG(seed, 0))}
	w.all()
	if w.asked < 3 {
		t.Errorf("somebody asked %d times", w.asked)
	}
	j.tellEach(j.strays())
	j.end()
	texts := map[string]string{}
	for _, name := range []string{"jsonl", "findings", "open"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(text)
	}
	if n := strings.Count(texts["jsonl"], `"record":"interim"`); n == 0 && c.Flow.Interim > 0 {
		t.Errorf("%d rows on the way", n)
	}
	return texts
}

// all takes all packets.
func (w *watch) all() {
	if w.shards != nil {
		w.shards.start()
	}
	for w.more() {
		w.between()
		w.takes()
	}
	w.tellLast()
	if w.shards != nil {
		w.shards.drain(true)
		w.shards.end()
	} else {
		w.table.Drain()
	}
}

// takes takes the frame at hand.
func (w *watch) takes() {
	if w.shards != nil {
		w.shards.add(&w.frame, w.decoder, &w.tally)
		return
	}
	w.take(&w.views[0])
	w.table.ObserveEach(w.views[:1], nil)
}

// between does what befalls a capture before the next frame.
func (w *watch) between() {
	switch n := w.dice.IntN(2000); {
	case n < 4:
		w.standStill()
		w.printOpen()
		w.asked++
	case n < 20:
		w.hush()
		w.silence()
	case n < 24:
		w.health.Dropped += uint64(w.dice.IntN(3))
		w.tellDropped()
	case n < 100:
		w.hush()
	}
}

// silence lets time go on in steps, most often for less than a second.
func (w *watch) silence() {
	at := w.tally.before
	for range w.dice.IntN(5) {
		at += int64(w.dice.ExpFloat64() * float64(100*time.Millisecond))
		if w.dice.IntN(40) == 0 {
			at += int64(200 * time.Second)
		}
		w.pass(at)
		w.hush()
	}
}

// TestWatched: what is written of a capture of interfaces is the same octets however many
// shards there are, whatever comes between the packets; and what is open, too.
func TestWatched(t *testing.T) {
	for name, scale := range map[string]float64{"mix": 0.01, "bulk": 0.01, "many": 0.002} {
		t.Run(name, func(t *testing.T) {
			path := load(t, name, scale)
			for seed := range uint64(3) {
				c := Config{Files: []string{path}}
				c.Flow.Interim = time.Duration(seed) * 300 * time.Millisecond
				want := watched(t, c, 1, seed)
				for _, n := range []int{2, 3, 8} {
					for what, got := range watched(t, c, n, seed) {
						if got != want[what] {
							t.Errorf("seed %d: %s is other with %d shards, from octet %s", seed, what, n, firstOther(got, want[what]))
						}
					}
				}
			}
		})
	}
}
