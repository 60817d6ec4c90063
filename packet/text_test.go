package packet_test

import (
	"testing"

	"onpath/packet"
	"onpath/tcp"
)

// TestText: what is said of a Text can be read again, and nothing else can.
func TestText(t *testing.T) {
	seen := map[string]bool{}
	for n := range 16 {
		want := packet.Text{TTL: n&1 != 0, ID: n&2 != 0, Sum: tcp.Sum(n >> 2)}
		s := want.String()
		if got, ok := packet.ParseText(s); !ok || got != want || seen[s] {
			t.Errorf("%q: %+v, %v, want %+v", s, got, ok, want)
		}
		seen[s] = true
		for _, other := range []string{s + " ", s[:len(s)-1], "x" + s} {
			if _, ok := packet.ParseText(other); ok {
				t.Errorf("%q is read", other)
			}
		}
	}
}
