// Package report writes a Story for people: as text for a terminal, as Markdown, or as
// one HTML page that needs no network.
package report

import (
	"io"

	"onpath/story"
)

// Config says how the text looks. The zero Config is a good one for a file.
type Config struct {
	Width int  // columns of the terminal; 0: no bound
	ASCII bool // the terminal cannot show UTF-8
	Color bool // it shows ANSI's colours
}

// A Format is a way to write stories.
type Format struct {
	Name string
	Doc  string // a few words

	Write func(w io.Writer, s []*story.Story, c Config) error
}

// Formats lists them; the first is the default.
var Formats = []Format{
	{"text", "for a terminal", Text},
	{"markdown", "for a report or an issue", Markdown},
	{"html", "one page that needs no network", HTML},
}
