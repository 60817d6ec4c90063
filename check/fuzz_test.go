package check

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"onpath/internal/segtext"
	"onpath/packet"
	"onpath/tcp"
)

// octetsOfLine is how many octets of a fuzz input make a segment.
const octetsOfLine = 16

// fuzzBase are the first numbers of both streams.
var fuzzBase = [2]tcp.Seq{1000, 500_000}

// fuzzed makes segments of octets. Numbers lie near what the streams have come to,
// so that many segments belong to a connection.
func fuzzed(data []byte) (lines []segtext.Line) {
	next, at := fuzzBase, int64(0)
	for ; len(data) >= octetsOfLine && len(lines) < 200; data = data[octetsOfLine:] {
		b := (*[octetsOfLine]byte)(data)
		var l segtext.Line
		l.Dir, l.Flags, l.Win = tcp.Dir(b[0]&1), tcp.Flags(b[1])|tcp.Flags(b[0]&0x80)<<1, binary.BigEndian.Uint16(b[2:])
		l.Seq, l.Len = next[l.Dir]+near(b[4], b[5]), uint32(b[6])<<(b[0]>>1&3)
		if l.Flags&tcp.ACK != 0 {
			l.Ack = next[l.Dir^1] + near(b[7], b[8])
		}
		fuzzOptions(&l, b)
		at += int64(b[9]) << (b[10] & 31)
		l.At = at
		l.ECN, l.TTL, l.IPID, l.Reserved = b[10]>>5&3, 60+b[11]&3, uint16(b[12]), b[11]>>6
		l.Data = "the same wherever it is"[b[11]>>4&3:]
		if b[10]&0x80 != 0 && b[9]&7 == 0 {
			l.ICMP = 3<<8 | uint16(b[12]&15)
		}
		next[l.Dir] = l.End()
		lines = append(lines, l)
	}
	return lines
}

// near is a small step, or one of the borders of a circle.
func near(what, n byte) tcp.Seq {
	step := tcp.Seq(n)
	switch {
	case what < 160:
		return 0
	case what < 200:
		return step
	case what < 240:
		return -step
	case what < 250:
		return step << 16
	}
	return 1<<31 - 128 + step
}

// fuzzOptions gives a segment what few have: b[13] tells which, b[14] and b[15] what
// stands in it.
func fuzzOptions(l *segtext.Line, b *[octetsOfLine]byte) {
	if kinds := b[13]; kinds&1 != 0 {
		l.Opts |= tcp.OptTimestamp
		l.TSval, l.TSecr = uint32(b[14])<<8, uint32(b[15])<<8
	} else if kinds&2 != 0 {
		l.Opts |= tcp.OptSACK
		l.NumSACK = 1
		l.SACK[0] = [2]tcp.Seq{l.Ack + tcp.Seq(b[14]), l.Ack + tcp.Seq(b[15])}
	}
	if b[13]&4 != 0 {
		l.Opts |= tcp.OptMSS | tcp.OptWScale | tcp.OptSACKOK
		l.MSS, l.WScale = uint16(b[14])<<3, b[15]&15
	}
	if b[13]&0xf8 == 0x80 {
		l.Raw = []byte{b[14], b[15], b[14], b[12]}
	}
}

// judged plays lines and returns the Inspector and its connection.
func judged(t testing.TB, lines []segtext.Line) *player {
	p := &player{in: New(Config{Overlap: 1 << 16, Keep: 2}), decoder: packet.NewDecoder(packet.Config{})}
	p.t, _ = t.(*testing.T)
	for i := range lines {
		p.play(&lines[i], uint64(i+1))
		if n := len(p.in.Raised()); n > len(byID) {
			t.Fatalf("segment %d raises %d", i+1, n)
		}
	}
	return p
}

// onZero reports whether a SEQ is 0, which means something of its own in a RST.
func onZero(lines []segtext.Line, by [2]tcp.Seq) bool {
	for i := range lines {
		if lines[i].Seq+by[lines[i].Dir] == 0 || lines[i].Seq == 0 {
			return true
		}
	}
	return false
}

// FuzzRules: whatever passes, the rules do not panic, what they keep is bounded, and
// they find the same wherever the streams lie on the circle; which octets are noted
// together to be compared depends on that, so none are.
func FuzzRules(f *testing.F) {
	for seed := range uint64(20) {
		r := rand.NewChaCha8([32]byte{byte(seed)})
		b := make([]byte, 40*octetsOfLine)
		_, _ = r.Read(b)
		f.Add(b, uint32(seed*0x0fff_fff1), uint32(seed<<31))
	}
	f.Fuzz(func(t *testing.T, data []byte, client, server uint32) {
		lines := fuzzed(data)
		p := judged(t, lines)
		found := p.in.Finish(&p.c, p.end(), &p.conn)
		if len(found) > maxKinds {
			t.Errorf("%d findings", len(found))
		}
		for i := range found {
			if found[i].Count == 0 || len(found[i].Kept) == 0 || len(found[i].Kept) > 2 {
				t.Errorf("%v: counted %d, kept %d", found[i].ID, found[i].Count, len(found[i].Kept))
			}
		}
		if by := [2]tcp.Seq{tcp.Seq(client), tcp.Seq(server)}; !onZero(lines, by) {
			if here, there := told(t, lines, [2]tcp.Seq{}, -1), told(t, lines, by, -1); here != there {
				t.Errorf("found\n%smoved by %d\n%s", here, by, there)
			}
		}
	})
}
