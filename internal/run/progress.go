package run

import (
	"fmt"
	"io"
	"time"

	"golang.org/x/term"
)

// bar is the progress bar on standard error. The zero bar has drawn nothing.
type bar struct{ drawn bool }

// mayDraw reports whether a bar would be seen and disturb nothing: standard
// error is a terminal, and no output streams to one.
func (j *job[R]) mayDraw() bool {
	if j.config.Quiet || !term.IsTerminal(int(stderr.Fd())) {
		return false
	}
	for _, o := range j.files {
		if (o.format != "table" || j.live != nil) && isTerminal(o.file) {
			return false
		}
	}
	return true
}

// draw draws the bar.
func (j *job[R]) draw() {
	j.saying.Lock()
	defer j.saying.Unlock()
	j.bar.draw(j.errors(), j.in.Consumed(), j.in.Size(), j.tally.packets, time.Since(j.began))
}

// draw shows how many octets of the captures are done, if their size is known.
func (b *bar) draw(w io.Writer, done, total int64, packets uint64, spent time.Duration) {
	const width = 30
	b.drawn = true
	pps := thousands(rate(packets, spent))
	if total <= 0 || done > total {
		fmt.Fprintf(w, "\r\x1b[K%s packets  %s/s", thousands(packets), pps)
		return
	}
	full := int(done * width / total)
	left := time.Duration(float64(spent) * float64(total-done) / float64(max(done, 1)))
	fmt.Fprintf(w, "\r\x1b[K[%-*.*s] %3d%%  %s packets  %s/s  %s left",
		width, full, "##############################", done*100/total, thousands(packets), pps, left.Round(time.Second))
}

// clear takes the bar away.
func (b *bar) clear(w io.Writer) {
	if b.drawn {
		io.WriteString(w, "\r\x1b[K")
		b.drawn = false
	}
}
