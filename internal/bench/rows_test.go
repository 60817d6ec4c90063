package main

import (
	"io"
	"testing"

	"onpath/flow"
	"onpath/internal/segtext"
	"onpath/packet"
	"onpath/record"
	"onpath/sink/jsonl"
	"onpath/sink/tsv"
)

// conversations are records that differ in how much of their row is null: by name, as
// they pass.
var conversations = []struct{ name, text string }{
	{"syn", `
	0.000 > S 100:100(0) win 64240 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>`},
	{"typical", `
	0.000000 > S 100:100(0) win 64240 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>
	0.021311 < S. 300:300(0) ack 101 win 65160 <mss 1460,sackOK,TS val 7000 ecr 1,nop,wscale 7>
	0.021402 > . 101:101(0) ack 301 win 502 <nop,nop,TS val 22 ecr 7000>
	0.022150 > P. 101:601(500) ack 301 win 502 <nop,nop,TS val 23 ecr 7000>
	0.043201 < . 301:301(0) ack 601 win 506 <nop,nop,TS val 7022 ecr 23>
	0.060477 < P. 301:1749(1448) ack 601 win 506 <nop,nop,TS val 7040 ecr 23>
	0.060580 > . 601:601(0) ack 1749 win 501 <nop,nop,TS val 61 ecr 7040>
	0.062244 < F. 1749:1749(0) ack 601 win 506 <nop,nop,TS val 7041 ecr 61>
	0.062300 > F. 601:601(0) ack 1750 win 501 <nop,nop,TS val 62 ecr 7041>
	0.083313 < . 1750:1750(0) ack 602 win 506 <nop,nop,TS val 7062 ecr 62>`},
	{"findings", `
	0.000000 > S 100:100(0) win 64240 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>
	0.021311 < S. 300:300(0) ack 101 win 65160 <mss 1460,sackOK,TS val 7000 ecr 1,nop,wscale 7>
	0.021402 > . 101:101(0) ack 301 win 502 <nop,nop,TS val 22 ecr 7000>
	0.022150 > P. 101:601(500) ack 301 win 502 <nop,nop,TS val 23 ecr 7000>
	0.043201 < . 301:301(0) ack 9601 win 506 <nop,nop,TS val 7022 ecr 23>
	0.060477 < R. 301:301(0) ack 601 win 0`},
}

// withRow calls do with the record of a conversation while it is valid.
func withRow(t testing.TB, text string, do func(*record.Record)) {
	lines, err := segtext.ParseLines(text)
	if err != nil {
		t.Fatal(err)
	}
	table, decoder := flow.New(flow.Config{}, do), packet.NewDecoder(packet.Config{})
	for i := range lines {
		var v packet.View
		data := lines[i].Frame()
		f := packet.Frame{Link: packet.LinkEthernet, Data: data, WireLen: uint32(len(data)), At: lines[i].At, Number: uint64(i + 1)}
		decoder.Decode(&f, &v)
		table.Observe(&v)
	}
	table.Flush()
}

// formats are those of all columns.
var formats = []struct {
	name string
	open func() interface{ Write(*record.Record) error }
}{
	{"jsonl", func() interface{ Write(*record.Record) error } { return jsonl.NewGrouped(io.Discard, record.Groups()) }},
	{"tsv", func() interface{ Write(*record.Record) error } {
		return tsv.NewGrouped(io.Discard, record.FlatGroups())
	}},
}

// BenchmarkRow is the writing of one row, all of it in the cache.
func BenchmarkRow(b *testing.B) {
	for _, format := range formats {
		for _, c := range conversations {
			b.Run(format.name+"/"+c.name, func(b *testing.B) {
				withRow(b, c.text, func(r *record.Record) {
					w := format.open()
					b.ReportAllocs()
					for b.Loop() {
						w.Write(r)
					}
				})
			})
		}
	}
}

// TestRowsDoNotAllocate: not once their format has seen one like it.
func TestRowsDoNotAllocate(t *testing.T) {
	for _, format := range formats {
		for _, c := range conversations {
			withRow(t, c.text, func(r *record.Record) {
				w := format.open()
				if n := testing.AllocsPerRun(100, func() { w.Write(r) }); n != 0 {
					t.Errorf("%s of %s: %v allocations", format.name, c.name, n)
				}
			})
		}
	}
}
