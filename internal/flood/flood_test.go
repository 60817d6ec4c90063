package flood_test

import (
	"bytes"
	"testing"

	"onpath/internal/flood"
	"onpath/packet"
	"onpath/tcp"
)

// undecodable says of which kinds not all frames make a connection.
var undecodable = map[string]bool{"fragments": true, "others": true, "tunnels": true}

// TestFramesAreSound: what a flood is about is read, and no checksum is wrong.
func TestFramesAreSound(t *testing.T) {
	for _, k := range flood.Kinds() {
		f, d := flood.New(k, 1), packet.NewDecoder(packet.Config{})
		var v packet.View
		read := 0
		for i := range 2000 {
			d.Decode(&packet.Frame{Number: uint64(i + 1), At: int64(i), Link: packet.LinkEthernet, Data: f.Next()}, &v)
			switch {
			case v.Why == packet.Decoded && v.L4Sum == tcp.SumBad && !undecodable[k.Name]:
				t.Errorf("%s: frame %d: a checksum is wrong", k.Name, i+1)
			case v.Why == packet.Decoded:
				read++
			case !undecodable[k.Name]:
				t.Errorf("%s: frame %d: %v", k.Name, i+1, v.Why)
			}
		}
		if read < 200 && k.Name != "fragments" {
			t.Errorf("%s: only %d of 2,000 frames are read", k.Name, read)
		}
	}
}

// TestSameSeed: the same seed gives the same capture, another one another.
func TestSameSeed(t *testing.T) {
	for _, k := range flood.Kinds() {
		var captures [3]bytes.Buffer
		for i, seed := range []uint64{1, 1, 2} {
			if err := flood.New(k, seed).Write(&captures[i], 3000, 1000); err != nil {
				t.Fatal(err)
			}
		}
		if a, b := captures[0].Bytes(), captures[1].Bytes(); !bytes.Equal(a, b) || bytes.Equal(a, captures[2].Bytes()) {
			t.Errorf("%s: the seed does not decide", k.Name)
		}
	}
}
