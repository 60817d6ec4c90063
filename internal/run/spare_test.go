package run

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"
)

// TestFloodsRowsGoFirst: rows that can be spared find half of the queue, the others all of
// it; at the end there is time for both.
func TestFloodsRowsGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		q := newQueue("floods", standard(w), nil, func(string) {})
		const rows = 3 * queueBlocks // of half a block
		row := make([]byte, blockSize/2)
		for range rows { // nobody writes them
			if !q.spares() {
				q.Write(row)
			}
		}
		if kept := q.offered.minus(q.lost).rows; kept < queueBlocks || kept > queueBlocks+4 || q.spared != rows-kept {
			t.Errorf("%d rows of a flood are kept, %d spared", kept, q.spared)
		}
		before := q.lost
		for range queueBlocks - 4 {
			q.Write(row)
		}
		if q.lost != before {
			t.Errorf("%v of others are lost", q.lost.minus(before))
		}
		go q.work()
		q.ending = true
		if q.spares() {
			t.Error("at the end there is time for all")
		}
		q.finish()
		if text := q.missing().String() + q.ofFloods(); !strings.HasSuffix(text, "with one end that were pushed out") {
			t.Error(text)
		}
	})
}
