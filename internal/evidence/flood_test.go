package evidence

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"slices"
	"testing"

	"onpath/packet"
	"onpath/source"
)

// A hundred thousand connections that each raise something: memory and directory stay in
// their bounds, and what has no dump is counted.
func TestFlood(t *testing.T) {
	const conns, limit, memory = 100_000, 200 * block, 1 << 20
	path := t.TempDir()
	d := opened(t, path, limit)
	p := newTap(t, Config{Memory: memory})
	p.keeper.out = d.Write
	line := parsed(t, "0 > SF 100:100(0) win 1000")
	data := line.Frame()
	for i := range uint32(conns) {
		binary.BigEndian.PutUint32(data[26:], 0x0a000000+i)
		p.pass(int64(i)*1e6, data)
		if open, queue := len(p.keeper.open), len(p.keeper.queue); open > maxUnfinished || queue > 2*maxUnfinished {
			t.Fatalf("%d dumps wait, %d are in the queue", open, queue)
		}
	}
	p.end()
	s := d.Stats()
	if got := size(t, path); got > limit || got < limit/4 || s.Written+s.Refused != conns || s.Failed != 0 {
		t.Errorf("%d octets of %d, %+v", got, limit, s)
	}
	octets := 0
	for _, c := range p.keeper.ring.chunks {
		octets += len(c)
	}
	if octets > memory || len(p.keeper.shares) > 0 {
		t.Errorf("%d octets of frames, %d shares", octets, len(p.keeper.shares))
	}
}

// FuzzKeeper holds over whatever passes: what is dumped can be read again, has the frames
// that passed, in their order, and does not miss more than it says; octets stay within
// the memory.
func FuzzKeeper(f *testing.F) {
	var seed []byte
	for _, text := range []string{"0 > S 100:100(0) win 1", "0 < S. 300:300(0) ack 101 win 1", "0 > FPU. 101:101(0) ack 301 win 1", "0 > S 100:100(0) win 1 icmp 3.1"} {
		line := parsed(f, text)
		frame := line.Frame()
		seed = append(append(seed, byte(len(frame)), 7), frame...)
	}
	f.Add(seed, uint16(2000))
	f.Add(seed, uint16(100))
	f.Fuzz(func(t *testing.T, octets []byte, memory uint16) {
		p := newTap(t, Config{Memory: int(memory)})
		var passed [][]byte
		p.keeper.out = func(d *Dump) bool {
			checkDump(t, d, passed)
			return true
		}
		at := int64(0)
		for len(octets) > 2 {
			n, step := min(int(octets[0]), len(octets)-2), int8(octets[1])
			at += int64(step) * 1e8
			data := octets[2:][:n]
			passed = append(passed, data)
			p.pass(at, data)
			octets = octets[2+n:]
		}
		p.end()
	})
}

func checkDump(t *testing.T, d *Dump, passed [][]byte) {
	numbers := d.numbers()
	if !slices.IsSorted(numbers) || len(d.Findings) == 0 || len(d.Findings) > maxFindings {
		t.Fatalf("frames %v, findings %v", numbers, d.ids())
	}
	if d.Owner.Conn != 0 && d.Gone+uint64(len(numbers)) < d.Owner.Packets {
		t.Fatalf("%d gone, %d there, of %d", d.Gone, len(numbers), d.Owner.Packets)
	}
	if !json.Valid(d.json("v", "c")) || len(d.text("v", "c")) == 0 {
		t.Fatalf("%s", d.json("v", "c"))
	}
	in, out := io.Pipe()
	go func() { out.CloseWithError(d.writeCapture(out, "v", d.comments())) }()
	r, err := source.New("dump", in)
	if err != nil {
		t.Fatal(err)
	}
	var f packet.Frame
	for _, number := range numbers {
		if err := r.Next(&f); err != nil || string(f.Data) != string(passed[number-1]) {
			t.Fatalf("frame %d: %v", number, err)
		}
	}
	if err := r.Next(&f); err != io.EOF {
		t.Fatal(err)
	}
}
