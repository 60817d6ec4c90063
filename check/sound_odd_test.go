package check

import (
	"testing"

	"onpath/internal/segtext"
	"onpath/packet"
)

// TestSoundOdd: what simulations and dice do not make, in whole frames: a card joins segments
// towards an end whose SYN,ACK did not pass; an ACK lies ahead by more than half of a circle
// less the widest window.
func TestSoundOdd(t *testing.T) {
	for _, text := range []string{`
0.00 > S 100:100(0) win 65535 <mss 1460>
0.01 > . 101:101(0) ack 5 win 65535
0.02 < . 1000000301:1000000301(0) ack 101 win 65535
0.03 > . 101:101(0) ack 1000000301 win 65535
0.04 < P. 1000000301:1000000401(100) ack 101 win 65535
0.06 > . 101:3021(2920) ack 1000000401 win 65535
`, `
0.00 > . 1000:1000(0) ack 0 win 65535
0.01 < S. 2896001814:2896001814(0) ack 1000 win 65535
0.02 > . 1000:1000(0) ack 2896001815 win 65535
0.03 < . 2896003476:2896003476(0) ack 1003 win 65535
0.04 > . 1003:1003(0) ack 0 win 65535
`} {
		lines, err := segtext.ParseLines(text)
		if err != nil {
			t.Fatal(err)
		}
		both, decoder, v := newTwin(), packet.NewDecoder(packet.Config{}), new(packet.View)
		for n := range lines {
			l := &lines[n]
			decoder.Decode(frameOf(l, uint64(n+1)), v)
			v.Seg.Dir = l.Dir
			if what := both.judge(v); what != "" {
				t.Errorf("line %d: %s: %v, all rules asked %v", n+1, what, both.fast.raised, both.slow.raised)
				break
			}
		}
	}
}
