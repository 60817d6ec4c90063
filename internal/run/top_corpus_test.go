package run

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onpath/flow"
	"onpath/record"
	"onpath/sink/jsonl"
	"onpath/sink/top"
)

// TestLookingAtCorpusChangesNothing: over captures of others, whoever looks at all that a
// screen can show gets lines of what is open, and the records that follow are the same.
func TestLookingAtCorpusChangesNothing(t *testing.T) {
	const stride = 25 // captures: they are many
	for i, path := range slices.Sorted(maps.Keys(indexed(t))) {
		if i%stride != 0 {
			continue
		}
		path = filepath.Join(corpus, path)
		if plain, looked := toldAfter(t, path, func(*screen) {}), toldAfter(t, path, lookAtAll); plain != looked {
			t.Errorf("%s: nobody looked:\n%s\nsomebody looked:\n%s", path, plain, looked)
		}
	}
}

// toldAfter replays a capture with looks at its end, and returns its records.
func toldAfter(t *testing.T, path string, look func(*screen)) string {
	j, err := newJob[record.Packet](Config{Files: []string{path}, Quiet: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer j.in.Close()
	var b strings.Builder
	rows := jsonl.New(&b, record.Columns())
	j.table = flow.New(j.config.Flow, func(r *record.Record) { rows.Write(r) })
	s := newScreen(j, 0)
	j.gate <- struct{}{}
	close(s.over)
	s.watch()
	look(s)
	j.table.Flush()
	rows.End()
	return b.String()
}

// lookAtAll asks for all that can be asked.
func lookAtAll(s *screen) {
	for o := range top.NumOrders {
		for _, r := range s.shot(&top.Query{Order: o, Rows: 100, Filter: ""}).Rows {
			s.shot(&top.Query{Rows: 1, Conn: r.Conn})
		}
	}
	s.shot(&top.Query{Rows: 100, Filter: "a"})
}
