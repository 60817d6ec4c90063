package evidence

import (
	"fmt"
	"strings"

	"onpath/check"
)

// says returns the condition of a finding with its numbers, in words.
func (f *Finding) says() string { return string(check.AppendSentence(nil, f.ID, f.Numbers)) }

// comments returns what is said of the dump's frames, by their index: on the first, what
// is missing before it; on those that show a finding or are accused, the rule and its
// numbers. What none of the kept frames stands for is said of the last one.
func (d *Dump) comments() map[int][]string {
	all := map[int][]string{}
	if len(d.frames) == 0 {
		return all
	}
	say := func(i int, text string) { all[i] = append(all[i], "onpath: "+text) }
	if gone := d.gone(); gone != "" {
		say(0, gone)
	}
	for i := range d.Findings {
		f := &d.Findings[i]
		said := d.comment(f.Frame, say, d.shows(f))
		for _, accused := range [...]uint64{f.Accused, f.Other} {
			if accused != f.Frame {
				said = d.comment(accused, say, d.accuses(f)) || said
			}
		}
		if !said {
			say(len(d.frames)-1, d.shows(f))
		}
	}
	return all
}

// comment says something of a frame, if it is kept.
func (d *Dump) comment(frame uint64, say func(int, string), text string) bool {
	n := d.Number(frame)
	if n > 0 {
		say(n-1, text)
	}
	return n > 0
}

// gone says how much is missing, or nothing.
func (d *Dump) gone() string {
	switch d.Gone {
	case 0:
		return ""
	case 1:
		return "1 earlier packet was no longer kept"
	}
	return fmt.Sprintf("%d earlier packets were no longer kept", d.Gone)
}

// shows is the comment on the packet that shows a finding.
func (d *Dump) shows(f *Finding) string {
	text := f.title() + ": " + f.says()
	if f.Frame == 0 {
		text += ", as the end of the record shows"
	}
	if who := d.blames(f); who != "" {
		text += "; " + who
	}
	return text
}

// blames says who is accused, and for which packets if they are others than the one that
// shows it. It says nothing without a connection.
func (d *Dump) blames(f *Finding) string {
	if !f.Known {
		return ""
	}
	text := "accused is the " + f.Dir.String()
	switch {
	case f.Accused != f.Frame:
		text += ", for " + d.place(f.Accused)
	case f.Other != 0:
		text += ", for this one"
	}
	if f.Other != 0 {
		text += " or " + d.place(f.Other)
	}
	return text
}

// accuses is the comment on a packet that another one accuses.
func (d *Dump) accuses(f *Finding) string {
	by := "the end of the record"
	if f.Frame != 0 {
		by = d.place(f.Frame)
	}
	return fmt.Sprintf("accused of %s, as %s shows: %s", f.title(), by, f.says())
}

// title is a finding's name, severity and explanation.
func (f *Finding) title() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v (%v", f.ID, f.Severity)
	if cause := f.Cause.String(); cause != "none" {
		b.WriteString(", explained by " + cause)
	}
	b.WriteString(")")
	return b.String()
}

// place names a frame by its number in the capture, and in the dump if it is there.
func (d *Dump) place(frame uint64) string {
	if n := d.Number(frame); n > 0 {
		return fmt.Sprintf("packet %d (frame %d of the capture)", n, frame)
	}
	return fmt.Sprintf("frame %d of the capture", frame)
}
