package tcpchain_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"onpath/compat/tcpchain"
	"onpath/packet"
	"onpath/tcp"
)

// twin splits flows as the package comment says, with nothing in mind but to be
// read beside it: it looks at every flow for every packet.
type twin struct {
	open  []*twinFlow
	ended []*twinFlow
}

type twinFlow struct {
	port        uint16
	server      bool // sent the first packet
	number      int
	packets     [2]int
	state       tcpchain.State
	phase       string
	heard, gone int64 // seconds
}

func (w *twin) packet(second int64, port uint16, server bool, flags tcp.Flags) {
	w.end(func(f *twinFlow) bool { return f.phase == "complete" || f.phase == "silent" }, second)
	f := w.flow(second, port, server)
	rev := server != f.server
	switch {
	case second-f.heard > 29 && f.phase == "active":
		f.phase = "lost"
	case second-f.heard <= 29 && (f.phase == "active" || f.phase == "silent"):
		f.phase, f.heard = "active", second
	}
	f.packets[direction(rev)]++
	if more := f.state.Segment(flags, rev, tcpchain.Documented); !more && f.phase == "active" {
		f.phase, f.gone = "complete", second+5
	}
	for _, f := range w.open {
		if ago := second - f.heard; f.phase == "active" && ago >= 25 && ago <= 29 {
			f.phase, f.gone = "silent", second+6
		}
	}
}

// flow finds the open flow of a port, or begins one.
func (w *twin) flow(second int64, port uint16, server bool) *twinFlow {
	for _, f := range w.open {
		if f.port == port {
			return f
		}
	}
	f := &twinFlow{port: port, server: server, number: len(w.open) + len(w.ended) + 1, phase: "active", heard: second}
	w.open = append(w.open, f)
	return f
}

// end moves the flows out whose time has come.
func (w *twin) end(which func(*twinFlow) bool, second int64) {
	var open []*twinFlow
	for _, f := range w.open {
		if which(f) && second >= f.gone {
			w.ended = append(w.ended, f)
		} else {
			open = append(open, f)
		}
	}
	w.open = open
}

// FuzzTable: where time only goes forward, a Table splits as its twin does;
// wherever it goes, each packet is counted once, the seed shows nowhere, and no
// more flows are open than allowed.
func FuzzTable(f *testing.F) {
	f.Add([]byte{0, 2, 1, 18, 0, 16, 0, 17, 1, 17, 21, 2})
	f.Add([]byte{0, 2, 0x80, 2, 0x62, 16, 0x84, 4, 0xa2, 2, 0xe0, 2})
	f.Add([]byte{0xe0, 2, 0xfe, 2, 0xc2, 2, 0xc0, 16, 0x60, 1})
	f.Fuzz(func(t *testing.T, story []byte) {
		var w twin
		var frames []*packet.Frame
		second, forward := int64(1000), true
		for ; len(story) >= 2; story = story[2:] {
			step, flow, rev, flags := int64(story[0]>>5), uint16(story[0]>>1&15), story[0]&1 == 1, tcp.Flags(story[1])
			second += [...]int64{0, 1, 4, 6, 24, 27, 61, 0}[step]
			if step == 7 && flags&8 != 0 {
				second, forward = second-40, false
			}
			seg := ip4(1, 2, packet.ProtoTCP, 0, segment(flow, 80, flags))
			if rev {
				seg = ip4(2, 1, packet.ProtoTCP, 0, segment(80, flow, flags))
			}
			frames = append(frames, raw(second*1e9, seg))
			w.packet(second, flow, rev, flags)
		}
		all := flows(tcpchain.Config{Seed: packet.Seed{1, 2, 3, 4}}, frames...)
		if forward {
			w.compare(t, all)
		}
		total := uint64(0)
		for _, flow := range all {
			total += flow.Packets[0] + flow.Packets[1]
			if !json.Valid(flow.AppendJSON(nil)) {
				t.Fatalf("%s", flow.AppendJSON(nil))
			}
		}
		if total != uint64(len(frames)) {
			t.Fatalf("%d packets counted of %d", total, len(frames))
		}
		if again := flows(tcpchain.Config{Seed: packet.Seed{9, 8, 7, 6}}, frames...); records(all) != records(again) {
			t.Fatal("the seed shows")
		}
		for _, flow := range flows(tcpchain.Config{MaxFlows: 2}, frames...) {
			if flow.Slot >= 2 {
				t.Fatalf("slot %d of 2", flow.Slot)
			}
		}
	})
}

// compare holds flows to those of the twin, by their numbers.
func (w *twin) compare(t *testing.T, all []tcpchain.Flow) {
	want := map[string]bool{}
	for _, f := range append(w.ended, w.open...) {
		want[fmt.Sprint(f.number, f.port, f.packets, string(f.state.AppendFields(nil)))] = true
	}
	for _, f := range all {
		port := f.Src().Port()
		if port == 80 {
			port = f.Dst().Port()
		}
		line := fmt.Sprint(f.Number, port, [2]int{int(f.Packets[0]), int(f.Packets[1])}, string(f.TCP.AppendFields(nil)))
		if !want[line] {
			t.Fatalf("%s is none of %v", line, want)
		}
	}
	if len(all) != len(want) {
		t.Fatalf("%d flows, want %d", len(all), len(want))
	}
}

func records(all []tcpchain.Flow) string {
	var out []byte
	for i := range all {
		out = all[i].AppendJSON(out)
	}
	return string(out)
}
