package flow

import "testing"

// FuzzIndex holds the index against Go's map, with hashes that collide often.
func FuzzIndex(f *testing.F) {
	f.Add([]byte{1, 2, 3, 129, 4, 130, 255, 127})
	f.Fuzz(func(t *testing.T, data []byte) {
		var s slab
		var x index
		twin := map[byte]uint32{}
		hash := func(b byte) uint32 { return uint32(b%7) + 1020 } // wraps around the end of the slots
		for _, b := range data {
			key := tcpKey(uint16(b & 0x7f))
			b, remove := b&0x7f, b > 0x7f
			i := x.find(&s, hash(b), &key)
			if i != twin[b] {
				t.Fatalf("key %d: entry %d, want %d", b, i, twin[b])
			}
			switch {
			case remove && i != 0:
				x.remove(hash(b), i)
				s.give(i)
				delete(twin, b)
			case !remove && i == 0:
				i = s.take()
				s.at(i).key = key
				x.add(hash(b), i)
				twin[b] = i
			}
		}
		if x.n != len(twin) || s.live != len(twin) {
			t.Fatalf("%d and %d entries, want %d", x.n, s.live, len(twin))
		}
	})
}
