package report

import (
	_ "embed"
	"html/template"
	"io"

	"onpath/story"
	"onpath/tcp"
)

//go:embed page.html
var page string

// pages makes the page. html/template escapes whatever traffic may have said.
var pages = template.Must(template.New("page").Funcs(template.FuncMap{
	"title": title, "clock": clock, "silence": silence,
	"folded": func(r story.Row) string { return folded(&r) },
	"times":  times, "where": where, "reason": reason,
	"client": func(r story.Row) string { return state(&r, tcp.Client) },
	"server": func(r story.Row) string { return state(&r, tcp.Server) },
	"arrow":  func(r story.Row) string { return arrows[r.Dir] },
}).Parse(page))

// HTML writes stories as one page, which loads nothing from elsewhere.
func HTML(w io.Writer, stories []*story.Story, _ Config) error { return pages.Execute(w, stories) }
