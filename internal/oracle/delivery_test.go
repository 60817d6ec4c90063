package oracle

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"onpath/conn"
)

// A label is what a packet that passed truly is, by its sender and by what the
// path and the tap did.
type label uint8

const (
	firstEmission label = iota
	sentAgain           // by its sender's own count
	asking              // a keep-alive or a window probe
	lateHere            // an original that was late before the tap, or recorded late
	copied              // by the path or the tap
	numLabels
)

var labels = [numLabels]string{"first emissions", "retransmissions", "probes, keep-alives", "late originals", "copies"}

// confusion counts what we call what.
type confusion [numLabels][conn.NumDeliveries]int

// String is the table, a label to a row.
func (c *confusion) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-20s", "")
	for d := conn.Unknown; d < conn.NumDeliveries; d++ {
		fmt.Fprintf(&b, " %9.9s", d)
	}
	for l := range c {
		fmt.Fprintf(&b, "\n%-20s", labels[l])
		for _, n := range c[l] {
			fmt.Fprintf(&b, " %9d", n)
		}
	}
	return b.String()
}

func (c *confusion) row(l label) (n int) {
	for _, k := range c[l] {
		n += k
	}
	return n
}

// called counts what of a row we call a retransmission.
func (c *confusion) called(l label) int { return c[l][conn.Retransmission] + c[l][conn.Spurious] }

// labelOf returns what the first frame of p is. The label of probes covers pure
// ACKs below what was sent, which a late ACK is too.
func labelOf(p *sent) label {
	switch {
	case p.again():
		return sentAgain
	case strings.HasPrefix(p.Kind, "probe-"):
		return asking
	case p.was("late-before-tap"), p.was("tap-recorded-late"):
		return lateHere
	}
	return firstEmission
}

// TestDelivery: classes against the labels of senders, path and tap.
func TestDelivery(t *testing.T) {
	var c confusion
	for _, name := range runs(t) {
		said := observe(t, filepath.Join(folder(t), name+".pcap.gz"))
		for _, p := range sentIn(t, name) {
			if !strings.Contains("AB", p.Origin) {
				continue
			}
			for i, frame := range p.Frames {
				l := labelOf(&p)
				if i > 0 {
					l = copied
				}
				if v := said[frame]; v.tcp {
					c[l][v.delivery]++
					if odd(l, v.delivery) {
						t.Logf("%s frame %d (%s %v) is called %s", name, frame, p.Kind, p.Fate, v.delivery)
					}
				}
			}
		}
	}
	t.Logf("\n%s", &c)
	again := c.row(sentAgain)
	wrong := c.called(firstEmission) + c.called(asking) + c.called(lateHere)
	found := c.called(sentAgain)
	copies := c[copied][conn.CaptureDuplicate] + c[copied][conn.NetworkDuplicate]
	asks := c[asking][conn.KeepAlive] + c[asking][conn.WindowProbe]
	for _, s := range []share{
		{"retransmissions found", found, again, 0.99},
		{"called so rightly", found, found + wrong, 0.99},
		{"copies found", copies, c.row(copied), 0.95},
		{"copies not called retransmissions", c.row(copied) - c.called(copied), c.row(copied), 0.95},
		{"keep-alives and probes found", asks, c.row(asking), 0.95},
		{"late originals found", c[lateHere][conn.Reordered], c.row(lateHere), 0.95},
	} {
		s.check(t)
	}
}

// odd reports whether a class is not the one that the label asks for, so that
// somebody should look.
func odd(l label, d conn.Delivery) bool {
	switch l {
	case firstEmission:
		return d != conn.New && d != conn.Unknown
	case sentAgain:
		return d != conn.Retransmission && d != conn.Spurious
	case asking:
		return d != conn.KeepAlive && d != conn.WindowProbe
	case lateHere:
		return d != conn.Reordered
	}
	return d != conn.CaptureDuplicate && d != conn.NetworkDuplicate
}

// A share is how many of all are right, and how large a share must be.
type share struct {
	what       string
	right, all int
	atLeast    float64
}

func (s share) check(t *testing.T) {
	t.Helper()
	got := float64(s.right) / float64(max(s.all, 1))
	t.Logf("%s: %d of %d (%.3f)", s.what, s.right, s.all, got)
	if got < s.atLeast {
		t.Errorf("%s: %.3f, want %.2f", s.what, got, s.atLeast)
	}
}
