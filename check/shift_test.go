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

// shifted are the files whose rules compare sequence numbers.
var shifted = []string{"validity.txt", "window.txt", "retransmission.txt", "overlap.txt", "performance.txt"}

// TestShift: sequence numbers are points on a circle, so a conversation raises the
// same with both streams moved, here across 2³².
func TestShift(t *testing.T) {
	for _, s := range stories(t) {
		if !slices.Contains(shifted, s.file) || slices.Contains(s.raises, "sequence-wrap") || slices.Contains(s.not, "sequence-wrap") {
			continue
		}
		lines, err := segtext.ParseLines(s.text)
		if err != nil {
			t.Fatal(err)
		}
		here := told(t, lines, [2]tcp.Seq{})
		if there := told(t, lines, [2]tcp.Seq{1<<32 - 250, 1<<32 - 350}); here != there {
			t.Errorf("%s: %s\nraises\n%smoved\n%s", s.file, s.title, here, there)
		}
	}
}

// told plays lines with each stream moved, and tells what was found, by rows.
func told(t *testing.T, lines []segtext.Line, by [2]tcp.Seq) string {
	p := player{t: t, in: New(Config{Overlap: 1 << 20}), decoder: packet.NewDecoder(packet.Config{})}
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
	l.Seq += by[l.Dir]
	if l.Flags&tcp.ACK != 0 {
		l.Ack += by[l.Dir^1]
	}
	for i := range l.SACK[:l.NumSACK] {
		l.SACK[i][0] += by[l.Dir^1]
		l.SACK[i][1] += by[l.Dir^1]
	}
}
