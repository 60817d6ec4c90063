package tsv_test

import (
	"fmt"
	"io"
	"os"
	"testing"

	"onpath/record"
	"onpath/sink/tsv"
)

type pair struct {
	n     int
	words string
}

var pairColumns = []record.Column[pair]{
	{Name: "n", Type: record.Uint, Append: func(dst []byte, p *pair) []byte { return fmt.Append(dst, p.n) }},
	{Name: "words", Type: record.List, Append: func(dst []byte, p *pair) []byte { return append(dst, p.words...) }},
	{Name: "last", Type: record.Uint, Append: func(dst []byte, p *pair) []byte { return fmt.Append(dst, p.n) }},
}

func Example() {
	w := tsv.New(os.Stdout, pairColumns)
	w.Write(&pair{1, "a,b"})
	w.Write(&pair{2, ""})
	w.End()
	// Output:
	// n	words	last
	// 1	a,b	1
	// 2		2
}

func Example_noRows() {
	tsv.New(os.Stdout, pairColumns).End()
	// Output:
	// n	words	last
}

func TestWriteDoesNotAllocate(t *testing.T) {
	w, r := tsv.New(io.Discard, record.Columns()), &record.Record{}
	if n := testing.AllocsPerRun(100, func() { w.Write(r) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
