package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"onpath/anomaly"
	"onpath/internal/segtext"
	"onpath/packet"
	"onpath/tcp"
)

// absolute are the rows that look at where a stream lies on the circle.
var absolute = []string{"sequence-wrap", "scanner-fingerprint-syn", "rst-injected-ack-change"}

// TestShift: sequence numbers are points on a circle, so a conversation raises the
// same with both streams moved, so that they cross 2³², and begin at 2³²-1.
func TestShift(t *testing.T) {
	for _, s := range stories(t) {
		if slices.ContainsFunc(absolute, func(id string) bool { return slices.Contains(s.raises, id) || slices.Contains(s.not, id) }) {
			continue
		}
		lines, err := segtext.ParseLines(s.text)
		if err != nil {
			t.Fatal(err)
		}
		here := told(t, lines, [2]tcp.Seq{}, 1<<20)
		for _, by := range [][2]tcp.Seq{{1<<32 - 250, 1<<32 - 350}, toTheEnd(lines)} {
			if there := told(t, lines, by, 1<<20); here != there {
				t.Errorf("%s: %s\nraises\n%smoved by %d\n%s", s.file, s.title, here, by, there)
			}
		}
	}
}

// toTheEnd returns how far each stream is to be moved for its first number to be
// 2³²-1.
func toTheEnd(lines []segtext.Line) (by [2]tcp.Seq) {
	for _, l := range slices.Backward(lines) {
		by[l.Dir] = 1<<32 - 1 - l.Seq
	}
	return by
}

// told plays lines with each stream moved, and tells what was found, by rows. overlap
// is Config's.
func told(t *testing.T, lines []segtext.Line, by [2]tcp.Seq, overlap int) string {
	p := player{t: t, in: New(Config{Overlap: overlap}), decoder: packet.NewDecoder(packet.Config{})}
	for i, l := range lines {
		move(&l, by)
		p.play(&l, uint64(i+1))
	}
	var text []string
	for _, f := range p.in.Finish(&p.c, p.end(), &p.conn) {
		if f.ID != anomaly.SequenceWrap {
			text = append(text, fmt.Sprintf("%v of the %v, %v, %d times, frame %d\n", f.ID, f.Dir, f.Severity, f.Count, f.Kept[0].Accused))
		}
	}
	slices.Sort(text)
	return strings.Join(text, "")
}

// move moves the numbers of l, and keeps its octets.
func move(l *segtext.Line, by [2]tcp.Seq) {
	if l.Data == "" {
		l.Data = "the same wherever it is"
	}
	if l.Flags&tcp.RST == 0 || l.Seq != 0 { // a RST with SEQ 0 answers what had no ACK
		l.Seq += by[l.Dir]
	}
	if l.Flags&tcp.ACK != 0 {
		l.Ack += by[l.Dir^1]
	}
	for i := range l.SACK[:l.NumSACK] {
		l.SACK[i][0] += by[l.Dir^1]
		l.SACK[i][1] += by[l.Dir^1]
	}
}
