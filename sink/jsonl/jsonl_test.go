package jsonl_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"testing"

	"onpath/measure"
	"onpath/packet"
	"onpath/record"
	"onpath/sink/jsonl"
	"onpath/tcp"
)

// pair is a row for tests: a number, and words.
type pair struct {
	n     int
	words string
}

var pairColumns = []record.Column[pair]{
	{Name: "n", Type: record.Uint, Append: func(dst []byte, p *pair) []byte { return fmt.Append(dst, p.n) }},
	{Name: "words", Type: record.List, Append: func(dst []byte, p *pair) []byte { return append(dst, p.words...) }},
	{Name: "text", Type: record.String, Append: func(dst []byte, p *pair) []byte { return append(dst, p.words...) }},
	{Name: "sizes", Type: record.Numbers, Append: func(dst []byte, p *pair) []byte {
		if p.words == "" {
			return dst
		}
		return fmt.Appendf(dst, "n=%d,twice=%d", p.n, 2*p.n)
	}},
}

func Example() {
	w := jsonl.New(os.Stdout, pairColumns)
	w.Write(&pair{1, "a,b"})
	w.Write(&pair{2, ""})
	w.End()
	// Output:
	// {"n":1,"words":["a","b"],"text":"a,b","sizes":{"n":1,"twice":2}}
	// {"n":2,"words":null,"text":null,"sizes":null}
}

// conversation has a value in nearly every column.
func conversation() *record.Record {
	r := &record.Record{Conn: 17, Start: 1767355200e9, End: 1767355260083765000, Opening: record.OpenSyn, Ending: record.EndFin}
	r.Key = packet.Key{APort: 49769, BPort: 80, Proto: packet.ProtoTCP}
	copy(r.Key.A[10:], "\xff\xff\xc0\x00\x02\x0a")
	copy(r.Key.B[10:], "\xff\xff\xc6\x33\x64\x50")
	r.Side[tcp.Client] = record.Side{Total: measure.Total{Packets: 12, IPOctets: 1520, Octets: 806}}
	r.Side[tcp.Server] = record.Side{Total: measure.Total{Packets: 14, IPOctets: 15200, Octets: 14806}, Repeated: 1460}
	for _, letter := range "ShADadtFfa" {
		r.History.Add(byte(letter))
	}
	return r
}

func TestLinesAreJSON(t *testing.T) {
	var b bytes.Buffer
	w := jsonl.New(&b, record.Columns())
	for _, r := range []*record.Record{conversation(), {}} {
		b.Reset()
		w.Write(r)
		var row map[string]any
		if err := json.Unmarshal(b.Bytes(), &row); err != nil {
			t.Fatalf("%s: %v", b.Bytes(), err)
		}
		if len(row) != len(record.Columns()) {
			t.Errorf("%d keys, %d columns", len(row), len(record.Columns()))
		}
	}
}

func TestWriteDoesNotAllocate(t *testing.T) {
	w, r := jsonl.New(io.Discard, record.Columns()), conversation()
	if n := testing.AllocsPerRun(100, func() { w.Write(r) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkWrite(b *testing.B) {
	w, r := jsonl.New(io.Discard, record.Columns()), conversation()
	b.ReportAllocs()
	for b.Loop() {
		w.Write(r)
	}
}
