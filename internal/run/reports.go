package run

import (
	"cmp"
	"io"
	"os"
	"slices"

	"golang.org/x/term"

	"onpath/record"
	"onpath/sink/report"
	"onpath/story"
)

// ReportFormats are those of stories, name and doc; the first is the default.
func ReportFormats() (names [][2]string) {
	for _, f := range report.Formats {
		names = append(names, [2]string{f.Name, f.Doc})
	}
	return names
}

// reports is an output of stories, which are all written at the end.
type reports struct {
	write func() error
}

// Write does nothing: the Teller of a connection listens to its packets.
func (r reports) Write(*record.Packet) error { return nil }

// End writes the stories.
func (r reports) End() error { return r.write() }

// reportFormats returns the formats as outputs of a job that collects stories.
func reportFormats(stories *[]*story.Story) (formats []Format[record.Packet]) {
	for _, f := range report.Formats {
		formats = append(formats, Format[record.Packet]{Name: f.Name, Doc: f.Doc,
			open: func(w io.Writer, file *os.File, _ *Config) rows[record.Packet] {
				look := looks(file)
				return reports{func() error { return f.Write(w, inOrder(*stories), look) }}
			}})
	}
	return formats
}

func inOrder(stories []*story.Story) []*story.Story {
	slices.SortFunc(stories, func(a, b *story.Story) int { return cmp.Compare(a.Conn, b.Conn) })
	return stories
}

// looks says what file can show. Who sets NO_COLOR wants none (no-color.org).
func looks(file *os.File) (c report.Config) {
	c.ASCII = !utf8Locale()
	if columns, _, err := term.GetSize(int(file.Fd())); err == nil {
		c.Width = columns
		c.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	return c
}
