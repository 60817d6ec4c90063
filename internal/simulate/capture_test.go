package simulate

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"testing"

	"onpath/tcp"
)

// What is captured reads as what passed, and the truth has a line for each frame.
func TestCapture(t *testing.T) {
	for i := range Modes {
		m := &Modes[i]
		var w Sim
		var pcap, truth bytes.Buffer
		if err := w.Capture(&pcap, &truth, m, 5, 3); err != nil {
			t.Fatal(err)
		}
		b, lines := pcap.Bytes()[24:], bytes.Split(bytes.TrimSpace(truth.Bytes()), []byte("\n"))
		frame := 0
		for run := range 3 {
			d := Seeded(5 + uint64(run))
			w.Run(m, &d, func(p *Passage) {
				n := binary.LittleEndian.Uint32(b[8:])
				got := segment(t, b[16:16+n])
				want := p.Seg
				want.At, want.Digest, want.Dir, want.TTL, want.IPID = 0, got.Digest, 0, 0, 0
				want.Layout = got.Layout // the order of options is that of frames
				if got != want {
					t.Fatalf("%s: frame %d:\n%+v\n%+v", m.Name, frame+1, got, want)
				}
				var line told
				if err := json.Unmarshal(lines[frame], &line); err != nil || line.Frame != frame+1 || line.Run != run {
					t.Fatalf("%s: %s, %v", m.Name, lines[frame], err)
				}
				b, frame = b[16+n:], frame+1
			})
		}
		if len(b) != 0 || frame != len(lines) {
			t.Errorf("%s: %d octets are left; %d frames, %d lines", m.Name, len(b), frame, len(lines))
		}
	}
}

// segment reads a datagram, whose sums must be right.
func segment(t *testing.T, ip []byte) (s tcp.Segment) {
	h, payload, err := tcp.ParseHeader(ip[20:])
	pseudo := append(append([]byte(nil), ip[12:20]...), 0, 6, 0, byte(len(ip)-20))
	if err != nil || len(ip) < 276 && sum(uint32(sum(0, pseudo)), ip[20:]) != 0xffff || sum(0, ip[:20]) != 0xffff {
		t.Fatalf("% x: %v", ip, err)
	}
	s.Read(h, uint32(len(payload)))
	return s
}
