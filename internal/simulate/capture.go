package simulate

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"io"

	"onpath/conn"
	"onpath/tcp"
)

// apart is the time between the beginnings of two runs in a capture, in ns.
const apart = 100e9

// told is one line of the truth beside a capture.
type told struct {
	Frame   int                   `json:"frame"` // from 1
	Run     int                   `json:"run"`
	From    string                `json:"from"`    // A or B
	Kind    string                `json:"kind"`    // why its sender sent it
	Forged  bool                  `json:"forged"`  // nobody sent it
	Allowed string                `json:"allowed"` // the strongest explanation that the faults so far justify
	Missed  int                   `json:"missed"`  // segments that passed and are not in the capture, so far
	True    map[string]([]string) `json:"true"`    // states after its last emission that passed, and now; null: nothing of that end was seen
}

// Capture writes runs of a mode as a capture (classic pcap, raw IPv4, a pair of
// addresses for each run) and the truth of each frame as a line of JSON.
func (w *Sim) Capture(pcap, truth io.Writer, m *Mode, seed uint64, runs int) error {
	out, lines := bufio.NewWriter(pcap), bufio.NewWriter(truth)
	out.Write(fileHeader())
	encoder := json.NewEncoder(lines)
	frame := 0
	for run := range runs {
		d := Seeded(seed + uint64(run))
		w.Run(m, &d, func(p *Passage) {
			frame++
			out.Write(record(&p.Seg, run))
			encoder.Encode(line(p, frame, run))
		})
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return lines.Flush()
}

// line is the truth of one frame.
func line(p *Passage, frame, run int) told {
	t := told{
		Frame: frame, Run: run, From: "AB"[p.Seg.Dir : p.Seg.Dir+1], Kind: p.Kind.String(),
		Forged: p.Kind == KindForged, Allowed: p.Allowed.String(), Missed: p.Hidden,
		True: map[string][]string{"A": nil, "B": nil},
	}
	for d, name := range []string{"A", "B"} {
		if e := &p.Ends[d]; e.Known {
			t.True[name] = names(e.Emitted.State, e.Advanced.State)
		}
	}
	return t
}

func names(a, b conn.State) []string {
	if a == b {
		return []string{a.String()}
	}
	return []string{a.String(), b.String()}
}

// fileHeader is that of classic pcap with nanoseconds, LINKTYPE_RAW
// (draft-ietf-opsawg-pcap §4).
func fileHeader() (b []byte) {
	for _, n := range []uint32{0xa1b23c4d, 2 | 4<<16, 0, 0, 1 << 16, 101} {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return b
}

// record is one frame with its record header.
func record(s *tcp.Segment, run int) []byte {
	ip := datagram(s, run)
	at := int64(run)*apart + s.At
	var b []byte
	for _, n := range []uint32{uint32(at / 1e9), uint32(at % 1e9), uint32(len(ip)), uint32(len(ip))} {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return append(b, ip...)
}

// datagram is s in IPv4: from 10.1.x.y port 40000 to 10.2.x.y port 80, or back.
func datagram(s *tcp.Segment, run int) []byte {
	be := binary.BigEndian
	text := header(s)
	for i := range s.Len {
		text = append(text, octet(s.Data().Add(i)))
	}
	b := []byte{0x45, 0, 0, 0, 0, 0, 0, 0, s.TTL, 6, 0, 0, 10, 1 + byte(s.Dir), byte(run >> 8), byte(run), 10, 2 - byte(s.Dir), byte(run >> 8), byte(run)}
	be.PutUint16(b[2:], uint16(len(b)+len(text)))
	be.PutUint16(b[4:], s.IPID)
	be.PutUint16(b[10:], ^sum(0, b))
	pseudo := append(append([]byte(nil), b[12:20]...), 0, 6, byte(len(text)>>8), byte(len(text)))
	be.PutUint16(text[16:], ^sum(uint32(sum(0, pseudo)), text))
	return append(b, text...)
}

// octet is the octet at a place of a stream: the same whenever it is sent.
func octet(s tcp.Seq) byte { return byte(uint32(s) * 0x9e3779b1 >> 24) }

// header is the TCP header of s, with a checksum of 0.
func header(s *tcp.Segment) []byte {
	be := binary.BigEndian
	ports := [2]uint16{40000, 80}
	b := be.AppendUint16(be.AppendUint16(nil, ports[s.Dir]), ports[s.Dir^1])
	b = be.AppendUint32(be.AppendUint32(b, uint32(s.Seq)), uint32(s.Ack))
	b = be.AppendUint16(be.AppendUint16(b, uint16(s.Flags)), s.Win)
	b = be.AppendUint32(b, uint32(s.Urg)) // and no checksum yet
	b = options(b, s)
	b[12] |= byte(len(b)/4) << 4
	return b
}

// options appends the options of s, padded with NOPs before them.
func options(b []byte, s *tcp.Segment) []byte {
	be := binary.BigEndian
	if s.Opts&tcp.OptMSS != 0 {
		b = be.AppendUint16(append(b, 2, 4), s.MSS)
	}
	if s.Opts&tcp.OptWScale != 0 {
		b = append(b, 1, 3, 3, s.WScale)
	}
	if s.Opts&tcp.OptTimestamp != 0 {
		b = be.AppendUint32(be.AppendUint32(append(b, 1, 1, 8, 10), s.TSval), s.TSecr)
	}
	if s.Opts&tcp.OptTFO != 0 {
		b = append(b, 1, 1, 34, 6, 'o', 'n', 'p', 'a')
	}
	if s.Opts&tcp.OptMPTCP != 0 {
		b = append(b, 30, 4, 0x20, 0x01) // a DSS option without mapping (RFC 8684 §3.3)
	}
	return b
}

// sum is the Internet checksum's sum (RFC 1071), folded.
func sum(n uint32, b []byte) uint16 {
	for i, o := range b {
		n += uint32(o) << (8 * (^i & 1))
	}
	for n>>16 != 0 {
		n = n&0xffff + n>>16
	}
	return uint16(n)
}
