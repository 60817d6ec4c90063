package packet

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// slowSum is onesSum as RFC 1071 §4.1 describes it: one word after the other.
func slowSum(b []byte) uint16 {
	var acc uint32
	for i, c := range b {
		acc += uint32(c) << (8 * (1 - i%2))
		acc = acc&0xffff + acc>>16
	}
	return uint16(acc)
}

func FuzzOnesSum(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\xff"))
	f.Add([]byte("\x00\x01\xf2\x03\xf4\xf5\xf6\xf7")) // RFC 1071 §3
	f.Add(make([]byte, 129))
	f.Fuzz(func(t *testing.T, b []byte) {
		for cut := range min(len(b)+1, 72) { // every alignment of the loops
			if got, want := onesSum(b[cut:]), slowSum(b[cut:]); got != want {
				t.Fatalf("onesSum(% x) = %#04x, want %#04x", b[cut:], got, want)
			}
		}
	})
}

// All ones make a carry in every addition.
func TestOnesSumCarries(t *testing.T) {
	b := make([]byte, 70_000)
	for i := range b {
		b[i] = 0xff
	}
	for n := range 300 {
		if got, want := onesSum(b[:n]), slowSum(b[:n]); got != want {
			t.Errorf("%d octets 0xff: %#04x, want %#04x", n, got, want)
		}
	}
	if got, want := onesSum(b), slowSum(b); got != want {
		t.Errorf("all: %#04x, want %#04x", got, want)
	}
	if got := onesSum([]byte("\x00\x01\xf2\x03\xf4\xf5\xf6\xf7")); got != 0xddf2 {
		t.Errorf("the example of RFC 1071 §3 sums to %#04x, want 0xddf2", got)
	}
}

// TestSumWide: what a wide register adds is what words add, of every length, wherever in
// memory it begins, whatever the sum was before.
func TestSumWide(t *testing.T) {
	b := make([]byte, 9100)
	rand.NewChaCha8([32]byte{2}).Read(b)
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 9001 {
		at, acc := n%71, rng.Uint64()|1
		if n%3 == 0 {
			acc = ^uint64(0) - acc%2
		}
		want, rest := sumLong(acc, b[at:][:n])
		want, got := sumOctets(want, rest), sumOctets(acc, b[at:][:n])
		if fold(got) != fold(want) || full(got) != (fold(want) == allOnes) {
			t.Fatalf("%d octets from %d: %#04x, want %#04x", n, at, fold(got), fold(want))
		}
	}
	for _, n := range []int{1<<19 - 1, 1 << 19, 1<<19 + 33, 3 << 19} {
		for _, octet := range []byte{0, 1, 0x7f, 0x80, 0xff} { // the least and the most that words can be
			long := bytes.Repeat([]byte{octet}, n)
			if got, want := onesSum(long), slowSum(long); got != want {
				t.Errorf("%d octets %#02x: %#04x, want %#04x", n, octet, got, want)
			}
		}
	}
}

func BenchmarkOnesSum(b *testing.B) {
	l4 := make([]byte, 1460)
	rng := rand.NewChaCha8([32]byte{})
	rng.Read(l4)
	for _, sum := range []struct {
		name string
		of   func([]byte) uint16
		n    int
	}{{"64-bit words/20", onesSum, 20}, {"64-bit words/1460", onesSum, 1460}, {"one octet at a time/1460", slowSum, 1460}} {
		b.Run(sum.name, func(b *testing.B) {
			var x uint16
			for b.Loop() {
				x ^= sum.of(l4[:sum.n])
			}
			sinkSum = x
		})
	}
}

var sinkSum uint16
