package oracle

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"onpath/flow"
	"onpath/packet"
	"onpath/record"
	"onpath/source"
	"onpath/tcp"
)

// halves are what we say of both halves of the path, by tcp.Client, tcp.Server, in µs;
// and when the frames passed.
type halves struct {
	srtt, least [2]float64
	at          []float64
}

// halvesOf reads a capture up to a frame, and returns what we say of the record of
// which a packet is.
func halvesOf(t *testing.T, name string, last int, of *sent) (h halves) {
	t.Helper()
	in, err := source.Open(filepath.Join(folder(t), name+".pcap.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	decoder := packet.NewDecoder(packet.Config{})
	var conn uint64
	table := flow.New(flow.Config{}, func(r *record.Record) {
		if r.Conn == conn {
			h.take(r)
		}
	})
	var f packet.Frame
	var v packet.View
	h.at = []float64{0} // frames are numbered from 1
	for n := 1; n <= last; n++ {
		if err := in.Next(&f); err != nil {
			t.Fatal(err)
		}
		decoder.Decode(&f, &v)
		h.at = append(h.at, float64(v.At%1e15)/1000)
		if p := table.Observe(&v); n == of.frame() {
			conn = p.Conn
		}
	}
	table.Flush()
	return h
}

func (h *halves) take(r *record.Record) {
	for _, end := range []tcp.Dir{tcp.Client, tcp.Server} {
		srtt, _ := r.Smoothed(end)
		h.srtt[end] = float64(srtt) / 1000
		h.least[end] = h.srtt[end]
		if r.Times != nil && r.Times.Path[end].RTT.N > 0 {
			h.least[end] = float64(r.Times.Path[end].RTT.Min()) / 1000
		}
	}
}

// A comparison is one socket's smoothed round trip beside ours.
type comparison struct {
	kernel float64 // what the kernel says, µs
	door   float64 // the same of what left the host and came in
	far    float64 // the same between us and the other end
	ours   float64 // the sum of both halves
	shy    float64 // the same, with the least of the host's own half instead
	half   float64 // our half between us and the other end
}

// near reports whether a is within a tenth of b.
func near(a, b float64) bool { return math.Abs(a-b) <= b/10 }

// excuses are why we may be more than a tenth away from a kernel.
var excuses = map[string]func(*comparison) bool{
	// The kernel's clock of a segment starts before the segment leaves the host, and
	// stops after the ACK came in; host A's first SYN waits for 11 ms.
	"inside the host": func(c *comparison) bool { return !near(c.door, c.kernel) },
	// Our half of the host's own side holds its own delays of ACKs, which it does not
	// measure.
	"its own ACKs": func(c *comparison) bool { return near(c.shy, c.kernel) },
	// What it measured itself took longer or shorter between it and us than what
	// we can measure there: segments of its peer. The other half is right.
	"its few segments": func(c *comparison) bool { return near(c.half, c.far) },
}

// apart are the sockets of which we are more than a tenth away: the run, the host and
// when it told; and why.
var apart = map[string]string{
	"atk-rst-out-of-window A 0.888":  "inside the host",
	"bulk-bbr A 0.237":               "inside the host",
	"bulk-clean A 0.226":             "inside the host",
	"close-with-queued-data A 0.082": "inside the host",
	"defer-accept B 4.557":           "inside the host",
	"deny-at-once A 0.055":           "inside the host",
	"ecn-clean A 0.161":              "inside the host",
	"fin-lost-after-tap A 0.075":     "inside the host",
	"halfclose-client B 1.549":       "inside the host",
	"mb-strip-sackok A 0.204":        "inside the host",
	"md5 A 0.130":                    "inside the host",
	"mptcp-addaddr A 0.555":          "inside the host",
	"mtu-9000 A 0.111":               "inside the host",
	"no-sack A 0.158":                "inside the host",
	"no-wscale A 0.264":              "inside the host",
	"reboot-server A 0.549":          "inside the host",
	"reorder-before-tap B 0.214":     "inside the host",
	"ss-kill A 0.362":                "inside the host",
	"synack-lost-after-tap A 1.063":  "inside the host",
	"syncookies A 0.123":             "inside the host",
	"syncookies-nots A 0.102":        "inside the host",
	"tap-loses-5pct A 0.173":         "inside the host",
	"tfo-cookie-then-data A 0.069":   "inside the host",
	"tfo-cookie-then-data B 0.320":   "inside the host",
	"tfo-server-refuses A 0.064":     "inside the host",
	"timewait-server-reuse A 0.935":  "inside the host",
	"wrap-client-isn-max A 0.070":    "inside the host",
	"zero-window-3s A 3.144":         "inside the host",
	"zero-window-close-rst B 2.039":  "inside the host",
	"ack3-lost-after-tap A 0.079":    "its few segments",
	"ack3-piggyback A 0.066":         "its few segments",
	"atk-rst-exact B 0.404":          "its few segments",
	"atk-syn-in-established A 0.908": "its few segments",
	"connect-close-nodata A 0.022":   "its few segments",
	"deny-wrappers A 1.062":          "its few segments",
	"ecn-marks A 0.215":              "its few segments",
	"halfclose-client A 1.561":       "its few segments",
	"keepalive-alive A 4.581":        "its few segments",
	"keepalive-dead A 4.116":         "its few segments",
	"lastack-lost-after-tap A 0.060": "its few segments",
	"loss-before-tap A 0.663":        "its few segments",
	"mb-strip-wscale A 0.162":        "its few segments",
	"md5 B 0.143":                    "its few segments",
	"no-timestamps A 0.164":          "its few segments",
	"syn-flood A 0.451":              "its few segments",
	"write-to-closed A 0.640":        "its few segments",
	"ack-loss B 0.293":               "its own ACKs",
	"ack3-lost-after-tap B 0.090":    "its own ACKs",
	"backlog-syn-drop A 4.350":       "its own ACKs",
	"backlog-syn-drop B 5.273":       "its own ACKs",
	"interactive A 1.156":            "its own ACKs",
	"loss-upload B 0.875":            "its own ACKs",
	"mb-seqrand-nosack B 1.103":      "its own ACKs",
	"no-wscale B 0.275":              "its own ACKs",
	"pmtu-icmp B 0.159":              "its own ACKs",
	"reorder-after-tap A 0.166":      "its own ACKs",
	"slow-reader B 2.076":            "its own ACKs",
	"syn-flood B 0.463":              "its own ACKs",
	"window-shrink B 1.724":          "its own ACKs",
	"zero-window-3s B 3.235":         "its own ACKs",
}

// TestSmoothedRoundTrips compares SRTT of both halves with what the kernels of both ends
// said at the same moment.
func TestSmoothedRoundTrips(t *testing.T) {
	within := 0
	for _, name := range runs(t) {
		all := sentIn(t, name)
		for _, s := range sockets(t, name) {
			c, ok := compare(t, name, all, &s)
			if !ok {
				continue
			}
			if near(c.ours, c.kernel) {
				within++
				continue
			}
			key := fmt.Sprintf("%s %s %.3f", name, s.Host, s.T)
			if excuse := excuses[apart[key]]; excuse == nil || !excuse(&c) {
				t.Errorf("%s: %.0f µs, the kernel says %.0f (%s): %.0f", key, c.ours, c.kernel, apart[key], c)
			}
		}
	}
	t.Logf("%d within a tenth, %d not", within, len(apart))
	if within < 150 {
		t.Errorf("only %d within a tenth", within)
	}
}

// compare returns what a socket and we say; ok is false if it says nothing, or nothing
// of it passed here.
func compare(t *testing.T, name string, all []sent, s *socket) (c comparison, ok bool) {
	known := s.knows(all)
	passed := inOrder(known)
	if s.RTTus == 0 || len(passed) == 0 {
		return c, false
	}
	h := halvesOf(t, name, passed[len(passed)-1].frame(), &passed[0])
	far, own := tcp.Server, tcp.Client
	if s.Host == "B" {
		far, own = own, far
	}
	taken := s.samples(known)
	c = comparison{kernel: float64(s.RTTus), ours: h.srtt[0] + h.srtt[1], shy: h.srtt[far] + h.least[own], half: h.srtt[far]}
	c.door = taken.smooth(func(p *sent) float64 { at, _ := s.at(p); return at * 1e6 })
	taken = slices.DeleteFunc(taken, func(both [2]sent) bool { return both[0].frame() == 0 || both[1].frame() == 0 })
	c.far = taken.smooth(func(p *sent) float64 { return h.at[p.frame()] })
	return c, true
}
