package oracle

import (
	"bufio"
	"bytes"
	"maps"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"onpath/flow"
	"onpath/measure"
	"onpath/packet"
	"onpath/record"
	"onpath/source"
)

// An answer is what Wireshark measured of one frame.
type answer struct {
	frame   int
	rtt     int64 // tcp.analysis.ack_rtt, ns; -1: none
	initial int64 // tcp.analysis.initial_rtt, ns; -1: none
	acks    int   // the frame that it acknowledges
}

// answers asks tshark.
func answers(path string) (all []answer) {
	out, _ := exec.Command("tshark", "-r", path, "-Y", "tcp.analysis.ack_rtt || tcp.analysis.initial_rtt", "-T", "fields", "-e", "frame.number",
		"-e", "tcp.analysis.ack_rtt", "-e", "tcp.analysis.initial_rtt", "-e", "tcp.analysis.acks_frame").Output()
	for scan := bufio.NewScanner(bytes.NewReader(out)); scan.Scan(); {
		w := strings.Split(scan.Text(), "\t")
		frame, _ := strconv.Atoi(w[0])
		acks, _ := strconv.Atoi(w[3])
		all = append(all, answer{frame, nanoseconds(w[1]), nanoseconds(w[2]), acks})
	}
	return all
}

// nanoseconds returns a decimal number of seconds in ns; -1 if there is none.
func nanoseconds(text string) int64 {
	text, _, _ = strings.Cut(text, ",")
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return -1
	}
	return int64(seconds*1e9 + 0.5)
}

// heard is one record: what we measured, and what Wireshark did of its frames.
type heard struct {
	handshake int64             // ns; 0: not known
	initial   int64             // ns; 0: not known
	ours      [2]measure.Spread // by who acknowledged
	theirs    [2][]int64        // of octets, by who acknowledged
}

// hearing reads a capture beside what Wireshark said of it.
type hearing struct {
	t       *testing.T
	records map[uint64]*heard
	payload []uint32 // by frame
	theirs  []answer
}

// hear returns what both of us say of the records of a capture.
func hear(t *testing.T, path string) map[uint64]*heard {
	in, err := source.Open(path)
	if err != nil {
		return nil
	}
	defer in.Close()
	h := hearing{t, map[uint64]*heard{}, []uint32{0}, answers(path)}
	table := flow.New(flow.Config{}, h.take)
	decoder := packet.NewDecoder(packet.Config{})
	var f packet.Frame
	var v packet.View
	for n := 1; in.Next(&f) == nil; n++ { // what is damaged ends the capture
		decoder.Decode(&f, &v)
		p := table.Observe(&v)
		h.frame(n, &v, &p)
	}
	table.Flush()
	return h.records
}

func (h *hearing) of(conn uint64) *heard {
	if h.records[conn] == nil {
		h.records[conn] = &heard{}
	}
	return h.records[conn]
}

// take keeps what we measured.
func (h *hearing) take(r *record.Record) {
	of := h.of(r.Conn)
	of.handshake = r.Handshake.Total()
	if r.Times != nil {
		of.ours = [2]measure.Spread{r.Times.Path[0].RTT, r.Times.Path[1].RTT}
	}
}

// frame keeps what Wireshark measured of a frame: of ACKs those of octets, as the
// handshake and FINs are no samples of ours.
func (h *hearing) frame(n int, v *packet.View, p *record.Packet) {
	h.payload = append(h.payload, 0)
	if v.IsTCP() {
		h.payload[n] = v.Seg.Len
	}
	if len(h.theirs) == 0 || h.theirs[0].frame != n {
		return
	}
	a := h.theirs[0]
	h.theirs = h.theirs[1:]
	if p.Conn == 0 || !v.IsTCP() {
		return
	}
	of := h.of(p.Conn)
	if a.rtt >= 0 && a.acks < n && h.payload[a.acks] > 0 {
		of.theirs[p.Dir] = append(of.theirs[p.Dir], a.rtt)
	}
	if of.initial == 0 {
		of.initial = max(a.initial, 0)
	}
}

// sameTime is how far apart, in ns, the same time may be: tshark's are decimals.
const sameTime = 2

// beside names how a time of ours lies to theirs; 0 is not known.
func beside(ours, theirs int64) string {
	switch d := ours - theirs; {
	case ours == 0:
		return "only theirs"
	case theirs == 0:
		return "only ours"
	case d < -sameTime:
		return "ours less"
	case d > sameTime:
		return "ours greater"
	}
	return "equal"
}

// count counts how our times of a record lie to Wireshark's.
func (h *heard) count(said map[string]int) {
	if h.handshake|h.initial != 0 {
		said["handshake: "+beside(h.handshake, h.initial)]++
	}
	for d := range h.ours {
		ours, theirs := &h.ours[d], h.theirs[d]
		if ours.N == 0 || len(theirs) == 0 {
			if ours.N > 0 || len(theirs) > 0 {
				said["samples: "+beside(int64(ours.N), int64(len(theirs)))]++
			}
			continue
		}
		said["shortest: "+beside(ours.Min()+1, slices.Min(theirs)+1)]++
		said["longest: "+beside(ours.Max()+1, slices.Max(theirs)+1)]++
	}
}

// TestAckRTT compares our round trips with Wireshark's ack_rtt and initial_rtt. We
// differ, each of us for a reason:
//   - handshake, only theirs: a RST answered the SYN; a SYN was sent again, which
//     ambiguity Wireshark passes over; or the client's ACK waited for octets;
//   - handshake, ours greater: Wireshark counts from a SYN that was sent again after
//     the answer to the first had passed; ours less or greater by less than a
//     microsecond: it passed more than two seconds after the first SYN;
//   - samples, only theirs: octets in a SYN, which are the handshake's, or sent again;
//   - shortest, longest: we remember eight segments at once and they all; they take
//     what was sent again, and ACKs of octets that had to wait behind a hole.
func TestAckRTT(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("no tshark")
	}
	if !*withWireshark {
		t.Skip("it takes three minutes: -wireshark")
	}
	said := map[string]int{}
	for _, file := range shark(t) {
		for _, h := range hear(t, file) {
			h.count(said)
		}
	}
	for _, what := range slices.Sorted(maps.Keys(said)) {
		t.Logf("%5d %s", said[what], what)
	}
	for _, what := range []string{"handshake: ", "shortest: ", "longest: "} {
		all := 0
		for k, n := range said {
			if strings.HasPrefix(k, what) {
				all += n
			}
		}
		if equal := said[what+"equal"]; equal < all*9/10 {
			t.Errorf("%s%d of %d are equal", what, equal, all)
		}
	}
}
