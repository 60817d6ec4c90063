package kernel

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// TCP flags, and the letters by which scenarios say them, from the lowest bit up.
const (
	fin = 1 << iota
	syn
	rst
	psh
	ack
	urg

	letters = "FSRPAUEC"
)

// A Packet is one IP packet of a dialogue.
type Packet struct {
	At     time.Duration // since the dialogue began
	IP     []byte
	from   netip.AddrPort
	to     netip.AddrPort
	words  string  // what a scenario says behind the ends; empty if it cannot say it
	quotes *Packet // what an ICMP error that words tells is about; nil otherwise
}

// A Dialogue is packets in the order in which they reach the gateway.
type Dialogue []*Packet

// said is the packet of s, with its words.
func said(s *segment) *Packet {
	p := &Packet{IP: s.octets(), from: s.from, to: s.to}
	if s.opt.sayable() && s.offset == 0 {
		p.words = s.words()
	}
	return p
}

// words is s as a scenario says it.
func (s *segment) words() string {
	var b strings.Builder
	for i, c := range letters {
		if s.flags&(1<<i) != 0 {
			b.WriteRune(c)
		}
	}
	if s.flags == 0 {
		b.WriteByte('-')
	}
	fmt.Fprintf(&b, " %d %d %d", s.seq, s.ack, s.win)
	if s.opt.words != "" {
		b.WriteString(" " + s.opt.words)
	}
	switch {
	case len(s.data) == 0:
	case bytes.Count(s.data, []byte("x")) == len(s.data):
		fmt.Fprintf(&b, " len=%d", len(s.data))
	default:
		b.WriteString(" data=" + strconv.Quote(string(s.data)))
	}
	if s.wrongSum {
		b.WriteString(" badsum")
	}
	return b.String()
}

// Lines returns the dialogue in the language of ctcraft: the ends, then a line for
// each packet. What that language cannot say stands there as RAW and its octets.
func (d Dialogue) Lines() (ends, lines []string) {
	names := map[netip.AddrPort]string{}
	name := func(a netip.AddrPort) string {
		if names[a] == "" {
			names[a] = fmt.Sprintf("%c%d", 'A'+len(names)%26, len(names)/26)
			ends = append(ends, names[a]+" "+a.String())
		}
		return names[a]
	}
	for _, p := range d {
		words := p.words
		if p.quotes != nil {
			words += fmt.Sprintf(" #%d", slices.Index(d, p.quotes)+1)
		}
		if words == "" || p.quotes != nil && !slices.Contains(d, p.quotes) {
			words = "RAW " + hex.EncodeToString(p.IP)
		}
		lines = append(lines, fmt.Sprintf("%.6f %s>%s %s", p.At.Seconds(), name(p.from), name(p.to), words))
	}
	return ends, lines
}

// epoch is when every dialogue begins, as ctcraft has it.
const epoch = 1700000000

// Time returns when p passes, in ns since the Unix epoch.
func (p *Packet) Time() int64 { return epoch*1e9 + int64(p.At) }

// Capture returns the dialogue as a capture file: classic pcap, µs, LINKTYPE_RAW.
func (d Dialogue) Capture() []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, 0xa1b2c3d4)
	b = le.AppendUint32(b, 2|4<<16)
	b = append(b, make([]byte, 8)...)
	b = le.AppendUint32(b, 1<<18)
	b = le.AppendUint32(b, 101)
	for _, p := range d {
		b = le.AppendUint32(b, uint32(p.Time()/1e9))
		b = le.AppendUint32(b, uint32(p.Time()%1e9/1e3))
		b = le.AppendUint32(b, uint32(len(p.IP)))
		b = le.AppendUint32(b, uint32(len(p.IP)))
		b = append(b, p.IP...)
	}
	return b
}

// Story is the dialogue as a scenario, with what the kernel said of each packet as
// a comment, and beneath each what a Tracker said otherwise.
func (d Dialogue) Story(answers []Answer, found []Difference) string {
	ends, lines := d.Lines()
	var b strings.Builder
	for _, e := range ends {
		fmt.Fprintln(&b, e)
	}
	for i, line := range lines {
		a := answers[i]
		fmt.Fprintf(&b, "%-60s ; %s %s %s %s\n", line, a.State, a.Dir, a.TCP, strings.Join(append(a.Reason, a.Unseen, a.Gone), " "))
		for _, f := range found {
			if f.Packet == i {
				fmt.Fprintf(&b, "#   %s: kernel %q, ours %q\n", f.Field, f.Kernel, f.Ours)
			}
		}
	}
	return b.String()
}
