package source

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"

	"onpath/packet"
)

// TestUsual: usual hands over what anyRecord does, or nothing, whatever records say of
// themselves.
func TestUsual(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	usual := 0
	for range 3000 {
		o := []order{le, le, le, be}[r.IntN(4)]
		file := o.pcapHeader([]uint32{magicMicro, magicMicro, magicNano, magicKuznetzov}[r.IntN(4)], 2, uint16(4-r.IntN(8)/6), 1)
		for range 1 + r.IntN(4) {
			n := uint32(r.IntN(4) * r.IntN(90))
			caplen, wirelen := n+uint32(r.IntN(9)/8), n+uint32(r.IntN(3)*r.IntN(3))-uint32(r.IntN(9)/8)
			file = append(file, o.pcapRecord(r.Uint32(), uint32(r.IntN(1_000_050)), caplen, wirelen, payload(int(n), 1))...)
		}
		fast, slow := classicOf(t, file), classicOf(t, file)
		for {
			var a, b packet.Frame
			took := fast.usual(&a)
			if took {
				usual++
			} else {
				fast.anyRecord(&a)
			}
			err := slow.anyRecord(&b)
			if !reflect.DeepEqual(a, b) || fast.frames != slow.frames || fast.keep != slow.keep || !reflect.DeepEqual(fast.held(), slow.held()) {
				t.Fatalf("% x:\n%+v\n%+v", file, a, b)
			}
			if err != nil {
				break
			}
		}
	}
	if usual < 1000 {
		t.Errorf("only %d records were usual", usual)
	}
}

// classicOf is the reader of a file.
func classicOf(t *testing.T, file []byte) *classic {
	t.Helper()
	in := &input{name: "test", health: &Health{}}
	in.start(bytes.NewReader(file), nil, make([]byte, 1<<12))
	if !in.has(fileHeaderLen) {
		t.Fatal("no header")
	}
	return newClassic(in)
}
