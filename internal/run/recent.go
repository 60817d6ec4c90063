package run

import (
	"fmt"
	"slices"
	"strings"

	"onpath/anomaly"
	"onpath/check"
	"onpath/compat/tcpdump"
	"onpath/conn"
	"onpath/packet"
	"onpath/record"
	"onpath/sink/text"
	"onpath/tcp"
)

// How many packets of all connections are remembered, how many octets of each, and how
// many are told of one connection. Together they take 10 MB.
const (
	recentPackets = 1 << 15
	recentOctets  = 160
	recentLines   = 50
	recentFound   = 3
)

// recent remembers the latest packets.
type recent struct {
	heard  []heard
	octets []byte // recentOctets of each
	n      uint64 // packets that were heard
}

// heard is a packet, as far as a line tells of it.
type heard struct {
	frame packet.Frame // its Data is in octets
	conn  uint64
	about uint64
	sum   tcp.Sum
	dir   tcp.Dir
	state [2]conn.State
	found [recentFound]struct { // what was raised first
		id       anomaly.ID
		severity anomaly.Severity
		accused  uint64
	}
	raised uint8 // how many of found
}

func newRecent() *recent {
	return &recent{heard: make([]heard, recentPackets), octets: make([]byte, recentPackets*recentOctets)}
}

// keep remembers a packet, and forgets the oldest one.
func (r *recent) keep(f *packet.Frame, p *record.Packet) {
	i := r.n % recentPackets
	r.n++
	h := &r.heard[i]
	own := r.octets[i*recentOctets : (i+1)*recentOctets]
	h.frame = *f
	h.frame.Data = own[:copy(own, f.Data)]
	h.conn, h.about, h.sum, h.dir, h.state = p.Conn, p.About, p.View.L4Sum, p.Dir, p.State
	h.raised = 0
	for j := range p.Raised[:min(len(p.Raised), recentFound)] {
		x := &p.Raised[j]
		h.found[j].id, h.found[j].severity, h.found[j].accused = x.ID, x.Severity, x.Accused
		h.raised++
	}
}

// lines are the last packets of a connection as tcpdump's lines, the latest first; below
// each what onpath remarks of it. Numbers are absolute, as those of the stacks; times are UTC, as the screen's.
func (r *recent) lines(conn uint64) (lines []string) {
	held := r.of(conn)
	if len(held) == 0 {
		return nil
	}
	var b strings.Builder
	w := text.New(&b, text.Config{Line: tcpdump.Config{Absolute: true}})
	d := packet.NewDecoder(packet.Config{NoChecksums: true})
	var v packet.View
	for _, i := range held {
		h := &r.heard[i]
		d.Decode(&h.frame, &v)
		v.L4Sum = h.sum
		w.Write(&record.Packet{View: &v, Conn: h.conn, Dir: h.dir, State: h.state, Raised: h.findings()}) // a Builder never fails
	}
	told := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	for _, line := range slices.Backward(told) {
		packet, remarks, _ := strings.Cut(line, " | ")
		lines = append(lines, packet)
		if remarks = strings.TrimPrefix(remarks, fmt.Sprintf("conn %d", conn)); remarks != "" {
			lines = append(lines, "    |"+strings.TrimPrefix(remarks, ","))
		}
	}
	return lines
}

// of returns where the last packets of a connection are, the oldest first.
func (r *recent) of(conn uint64) (list []uint64) {
	first := r.n - min(r.n, recentPackets)
	for n := r.n; n > first && len(list) < recentLines; n-- {
		i := (n - 1) % recentPackets
		if h := &r.heard[i]; h.conn == conn || h.about == conn {
			list = append(list, i)
		}
	}
	slices.Reverse(list)
	return list
}

// findings are what the packet raised.
func (h *heard) findings() (list []check.Raised) {
	for _, f := range h.found[:h.raised] {
		list = append(list, check.Raised{ID: f.id, Severity: f.severity, Accused: f.accused})
	}
	return list
}
