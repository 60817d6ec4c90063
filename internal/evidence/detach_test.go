package evidence

import (
	"bytes"
	"testing"

	"onpath/packet"
)

// TestDetached: a dump with frames of its own says the same when the Keeper's are gone.
func TestDetached(t *testing.T) {
	written := func(d *Dump) []byte {
		var b bytes.Buffer
		if err := d.writeCapture(&b, "onpath test", d.comments()); err != nil {
			t.Fatal(err)
		}
		return append(append(b.Bytes(), d.text("onpath test", "here")...), d.json("onpath test", "here")...)
	}
	p := newTap(t, Config{Memory: 1 << 20})
	p.play(40001, opening+strange)
	dumps := p.end()
	if len(dumps) != 1 {
		t.Fatalf("%d dumps", len(dumps))
	}
	d := dumps[0]
	want := written(d)
	before := d.Memory()
	d.Detach()
	if d.Memory() != before {
		t.Errorf("it takes %d octets, and was to take %d", d.Memory(), before)
	}
	for i := range p.keeper.ring.chunks {
		clear(p.keeper.ring.chunks[i])
	}
	if got := written(d); !bytes.Equal(got, want) {
		t.Errorf("it was\n%s\nand is\n%s", want, got)
	}
	(&Dump{}).Detach() // of no frames
}

// TestDetachedOverChunks: frames that lie over the edges of the ring's memory are whole.
func TestDetachedOverChunks(t *testing.T) {
	r := newRing(4 * chunk)
	d := &Dump{ring: &r}
	payload := make([]byte, 1<<16-1)
	for n := range 100 {
		for i := range payload {
			payload[i] = byte(n + i)
		}
		f := packet.Frame{Number: uint64(n + 1), Data: payload, WireLen: uint32(len(payload))}
		r.add(&f, kept{conn: 1})
	}
	d.frames = r.of(nil, 1, r.head, 1000)
	read := func() (all [][]byte) {
		for i := range d.frames {
			b := make([]byte, d.frames[i].length)
			d.ring.read(d.frames[i].from, b)
			all = append(all, b)
		}
		return all
	}
	want := read()
	d.Detach()
	for i := range r.chunks {
		clear(r.chunks[i])
	}
	got := read()
	if len(got) < 50 {
		t.Fatalf("%d frames", len(got))
	}
	for i := range got {
		if !bytes.Equal(got[i], want[i]) {
			t.Errorf("frame %d differs", i)
		}
	}
}
