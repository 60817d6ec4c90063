package checkpoint

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"onpath/check"
	"onpath/flow"
	"onpath/internal/segtext"
	"onpath/packet"
	"onpath/record"
)

// conversations are of the kinds of which a table keeps all that it can.
var conversations = []string{
	"0 > S 100:100(0) win 1000 <mss 1460,nop,nop,sackOK,wscale 7>\n",
	`0 > S 100:100(0) win 1000 <mss 1460,nop,nop,sackOK>
	0.1 < S. 300:300(0) ack 101 win 1000 <mss 1460,nop,nop,sackOK>
	0.2 > . 101:101(0) ack 301 win 1000
	0.3 > P. 101:201(100) ack 301 win 1000
	0.4 > P. 301:401(100) ack 301 win 1000
	0.5 > P. 501:601(100) ack 301 win 1000
	0.6 < . 301:301(0) ack 201 win 1000 <sack 301:401>
	0.7 > P. 101:201(100) ack 301 win 1000
	0.8 > S 9000:9000(0) win 1000
	0.9 < R 7:7(0)
	1.0 < . 301:301(0) ack 900000 win 0
	1.1 < P. 301:401(100) ack 601 win 1000`,
	`0 > S 100:100(0) win 1000
	0.1 < S. 300:300(0) ack 101 win 1000
	0.2 > . 101:101(0) ack 301 win 1000
	0.3 > F. 101:101(0) ack 301 win 1000
	0.4 < F. 301:301(0) ack 102 win 1000
	0.5 > . 102:102(0) ack 302 win 1000
	0.6 > S 90000:90000(0) win 1000
	0.7 < S. 80000:80000(0) ack 90001 win 1000
	0.8 > . 90001:90001(0) ack 80001 win 1000`,
}

// played lets a table see the conversations, from some line of each on.
func played(t testing.TB, table *flow.Table, from int, at int64) {
	decoder := packet.NewDecoder(packet.Config{})
	number := uint64(from)
	for port, text := range conversations {
		lines, err := segtext.ParseLines(text)
		if err != nil {
			t.Fatal(err)
		}
		for i := min(from, len(lines)); i < len(lines); i++ {
			number++
			data := lines[i].Frame()

			f := packet.Frame{Number: number, At: at + lines[i].At, Link: packet.LinkEthernet, Data: data, WireLen: uint32(len(data))}
			var v packet.View
			decoder.Decode(&f, &v)
			v.Key.VLAN = uint16(port) // so each is another connection
			table.Observe(&v)
		}
	}
}

// stateOf returns the file of a state.
func stateOf(t testing.TB, table *flow.Table) []byte {
	l := NewLayout(flow.Parts()...)
	var parts []any
	put := func(part any) {
		copied := reflect.New(reflect.TypeOf(part).Elem())
		copied.Elem().Set(reflect.ValueOf(part).Elem())
		parts = append(parts, copied.Interface())
	}
	table.CheckpointAll(put)
	for at := table.Checkpoint(0, 10, put); at != 0; at = table.Checkpoint(at, 10, put) {
	}
	return file(t, l, nil, parts...)
}

var update = flag.Bool("update", false, "begin the states of testdata anew: those of before are not to be read any more")

// TestOlderVersion: this version goes on with what an older one has kept. Before a release
// nobody has such a file but this test: then -update is no harm. Later, who makes it
// necessary breaks a promise.
func TestOlderVersion(t *testing.T) {
	const path = "testdata/older.state"
	if *update {
		table := flow.New(flow.Config{}, func(*record.Record) {})
		played(t, table, 0, 1e18)
		if err := os.WriteFile(path, stateOf(t, table), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Open(bytes.NewReader(b), NewLayout(flow.Parts()...))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	var rows []string
	table := flow.New(flow.Config{}, func(r *record.Record) {
		rows = append(rows, fmt.Sprint(r.Conn, " ", r.Opening, " ", r.Ending, " ", r.Side[0].Packets+r.Side[1].Packets, " packets"))
	})
	rest := table.Restorer()
	if err := r.Parts(func(p any) { rest.Take(p) }); err != nil {
		t.Fatal(err)
	}
	rest.End(0, 0)
	played(t, table, 0, 1e18+60e9)
	table.Flush()
	want := "1 syn capture-end 2 packets, 2 syn capture-end 24 packets, 3 syn fin 12 packets, 4 syn capture-end 6 packets"
	if got := strings.Join(rows, ", "); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// FuzzTable: whatever the parts of a file hold that is whole, a table that goes on with
// it takes packets, ends records and can be checkpointed again.
func FuzzTable(f *testing.F) {
	l := NewLayout(flow.Parts()...)
	table := flow.New(flow.Config{MaxConnections: 100}, func(*record.Record) {})
	played(f, table, 0, 1e18)
	e := NewEncoder(l)
	table.CheckpointAll(e.Put)
	for at := table.Checkpoint(0, 10, e.Put); at != 0; at = table.Checkpoint(at, 10, e.Put) {
	}
	f.Add([]byte{}, uint16(0), int64(0))
	f.Add([]byte{0, 200, 255, 0, 50, 13}, uint16(3), int64(1))
	f.Add([]byte{0, 0, 0}, uint16(12), int64(1e18+1e12))
	f.Fuzz(func(t *testing.T, spoil []byte, from uint16, resumed int64) {
		block := bytes.Clone(e.Block)
		for ; len(spoil) >= 3; spoil = spoil[3:] {
			block[(int(spoil[0])<<8|int(spoil[1]))%len(block)] = spoil[2]
		}
		var out bytes.Buffer
		w, _ := NewWriter(&out, l, "")
		w.Block(block)
		w.End()
		r, err := Open(bytes.NewReader(out.Bytes()), l)
		if err != nil {
			t.Fatal(err)
		}
		into := flow.New(flow.Config{MaxConnections: 3, Rules: check.Config{Overlap: -1}}, func(r *record.Record) {
			for _, c := range record.Columns() {
				c.Append(nil, r)
			}
		})
		rest := into.Restorer()
		if r.Parts(func(p any) { rest.Take(p) }) != nil {
			return
		}
		rest.End(resumed, 0)
		played(t, into, int(from%16), 1e18)
		again := NewEncoder(l)
		into.CheckpointAll(again.Put)
		into.Checkpoint(0, 1000, again.Put)
		into.Pass(1e18 + 1e13)
		into.Flush()
	})
}
