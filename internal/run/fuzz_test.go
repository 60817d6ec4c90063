package run

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"onpath/check"
	"onpath/compat/netfilter"
	"onpath/flow"
	"onpath/packet"
	"onpath/record"
	"onpath/sink/jsonl"
	"onpath/sink/text"
	"onpath/source"
)

// someHelpers listen to the ports of town.pcap, so that they read something.
var someHelpers = []netfilter.Attach{
	{Helper: "ftp", Ports: []uint16{80}}, {Helper: "irc", Ports: []uint16{25}}, {Helper: "sip", Ports: []uint16{53}},
}

// valid takes lines of JSON, one at a time, and fails where one is none.
type valid struct{ t *testing.T }

func (v valid) Write(line []byte) (int, error) {
	if !json.Valid(line) {
		v.t.Errorf("no JSON: %s", line)
	}
	return len(line), nil
}

// FuzzCapture: whatever a file holds, it is read to its end; every packet that
// is decoded counts to exactly one record; and each can be shown with both its
// stacks, with a firewall's verdict, explained, and as JSON. The caps are so low that
// entries are pushed out.
func FuzzCapture(f *testing.F) {
	octets, err := os.ReadFile(town)
	if err != nil {
		f.Fatal(err)
	}
	short := octets[:1000] // up to the fourth segment of a connection; the fuzzer is slow with more
	f.Add(short)
	f.Add(slices.Concat(short[:400], octets[:500]))
	f.Fuzz(func(t *testing.T, octets []byte) {
		in, err := source.New("fuzz", bytes.NewReader(octets))
		if err != nil {
			return
		}
		defer in.Close()
		var counted, decoded uint64
		gateway := netfilter.New(netfilter.Config{MaxEntries: 3, Helpers: someHelpers})
		rows, lines := jsonl.New(valid{t}, record.Columns()), jsonl.New(valid{t}, record.PacketColumns())
		table := flow.New(flow.Config{MaxConnections: 3, Rules: check.Config{Overlap: 1 << 16}}, func(r *record.Record) {
			rows.Write(r)
			if r.Side[0].Packets+r.Side[1].Packets == 0 {
				t.Errorf("record %d has no packets", r.Conn)
			}
			counted += r.Side[0].Packets + r.Side[1].Packets
		})
		decoder, out := packet.NewDecoder(packet.Config{}), text.New(io.Discard, text.Config{Stacks: true})
		var frame packet.Frame
		var view packet.View
		for in.Next(&frame) == nil {
			decoder.Decode(&frame, &view)
			if view.Why == packet.Decoded {
				decoded++
			}
			p := table.Observe(&view)
			account := gateway.Explain(&view)
			p.Netfilter = &account.Verdict
			out.Write(&p)
			lines.Write(&p)
			if !strings.Contains(account.Story(view.At), "\nmeaning ") {
				t.Errorf("frame %d: the story has no end", view.Number)
			}
		}
		table.Flush()
		if counted != decoded {
			t.Errorf("%d packets decoded, %d counted", decoded, counted)
		}
	})
}
