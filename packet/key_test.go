package packet

import (
	"testing"

	"pgregory.net/rapid"
)

// randomKey draws a Key as a Decoder makes it, but for the order of its ends.
// Few values are drawn from, so that ends are often equal.
func randomKey(t *rapid.T) (k Key) {
	k.V6 = rapid.Bool().Draw(t, "v6")
	small := rapid.Uint8Range(0, 2)
	for _, end := range []*[16]byte{&k.A, &k.B} {
		if !k.V6 {
			putMapped(end, uint32(small.Draw(t, "address")))
			continue
		}
		end[0], end[15] = small.Draw(t, "first octet"), small.Draw(t, "last octet")
	}
	k.APort, k.BPort = uint16(small.Draw(t, "port")), uint16(small.Draw(t, "port"))
	k.Proto, k.VLAN, k.Net = small.Draw(t, "proto"), uint16(small.Draw(t, "vlan")), uint32(small.Draw(t, "net"))
	return k
}

// TestKeyOrder holds both directions to one Key and one hash.
func TestKeyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		there := randomKey(t)
		back := there
		back.A, back.B, back.APort, back.BPort = there.B, there.A, there.BPort, there.APort
		land := there == back
		fromB, backFromB := there.order(), back.order()
		if there != back || there.aAfterB() || !land && fromB == backFromB {
			t.Fatalf("%+v from B %v, %+v from B %v", there, fromB, back, backFromB)
		}
		if seed := (Seed{1, 2, 3, 4}); there.Hash(&seed) != back.Hash(&seed) {
			t.Fatal("two hashes of one Key")
		}
	})
}

// TestKeyHash changes one field after another, and the seed; no other Key is equal.
func TestKeyHash(t *testing.T) {
	base := decodeNew(LinkRaw, web()).Key
	seed, other := Seed{1, 2, 3, 4}, Seed{1, 2, 3, 5}
	seen := map[uint64]string{base.Hash(&seed): "nothing"}
	for _, c := range []struct {
		name string
		to   func(k *Key)
	}{
		{"A", func(k *Key) { k.A[15]++ }},
		{"B", func(k *Key) { k.B[12]++ }},
		{"APort", func(k *Key) { k.APort++ }},
		{"BPort", func(k *Key) { k.BPort++ }},
		{"ID", func(k *Key) { k.ID++ }},
		{"VLAN", func(k *Key) { k.VLAN++ }},
		{"Net", func(k *Key) { k.Net++ }},
		{"Proto", func(k *Key) { k.Proto++ }},
		{"V6", func(k *Key) { k.V6 = true }},
		{"V6 and A", func(k *Key) { k.V6, k.A[0] = true, 1 }},
	} {
		k := base
		c.to(&k)
		if k.Equal(&base) || base.Equal(&k) || !k.Equal(&k) {
			t.Errorf("changing %s leaves it equal", c.name)
		}
		h := k.Hash(&seed)
		if seen[h] != "" {
			t.Errorf("changing %s and %s give one hash", c.name, seen[h])
		}
		seen[h] = c.name
	}
	other[0]++
	if base.Hash(&seed) == base.Hash(&other) {
		t.Error("the seed does not matter")
	}
}
