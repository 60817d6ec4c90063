package check

import (
	"fmt"
	"strings"
	"testing"

	"onpath/internal/segtext"
	"onpath/packet"
	"onpath/tcp"
)

// signature returns the signature that a conversation shows; 0 for none.
func signature(found []Finding) int64 {
	for _, f := range found {
		if strings.HasPrefix(f.ID.String(), "tamper-post-") {
			return f.Kept[0].Numbers[0]
		}
	}
	return 0
}

// TestSignatures: the number of a signature is the first word behind the ID of the
// story that shows it. Those that tell of ACK fields without the flag, which no line
// can have, are in TestSignaturesOfFields.
func TestSignatures(t *testing.T) {
	shown := map[int64]bool{16: true, 17: true}
	for _, s := range stories(t) {
		if s.file != "tampering.txt" || len(s.raises) == 0 {
			continue
		}
		want := int64(0)
		if _, err := fmt.Sscan(strings.Fields(s.title)[1], &want); err != nil {
			t.Fatalf("%s: %v", s.title, err)
		}
		if got := signature(watch(t, s.text)); got != want {
			t.Errorf("%s: signature %d", s.title, got)
		}
		shown[want] = true
	}
	for n := int64(1); n <= 19; n++ {
		if !shown[n] {
			t.Errorf("signature %d is in no conversation", n)
		}
	}
}

func TestSignaturesOfFields(t *testing.T) {
	for want, fields := range map[int64][2]tcp.Seq{15: {301, 301}, 16: {301, 1761}, 17: {301, 0}} {
		lines, err := segtext.ParseLines(`
			0.00 > S 100:100(0) win 1000 ttl 50
			0.01 < S. 300:300(0) ack 101 win 1000
			0.05 > . 101:101(0) ack 301 win 1000 ttl 50
			0.06 > P. 101:151(50) ack 301 win 1000 ttl 50
			0.06 > R 151:151(0) win 0 ttl 58
			0.06 > R 161:161(0) win 0 ttl 58`)
		if err != nil {
			t.Fatal(err)
		}
		p := player{t: t, in: New(Config{Overlap: -1}), decoder: packet.NewDecoder(packet.Config{})}
		lines[4].Ack, lines[5].Ack = fields[0], fields[1]
		for i := range lines {
			p.play(&lines[i], uint64(i+1))
		}
		if got := signature(p.in.Finish(&p.c, p.end(), &p.conn)); got != want {
			t.Errorf("fields %v: signature %d, want %d", fields, got, want)
		}
	}
}
