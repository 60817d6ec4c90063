package run

import (
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"onpath/record"
	"onpath/sink/jsonl"
	"onpath/sink/table"
	"onpath/sink/text"
	"onpath/sink/tsv"
)

// A Format is a way to write rows of type R.
type Format[R any] struct {
	Name string
	Doc  string // a few words

	open func(w io.Writer, file *os.File, c *Config) rows[R]
}

// RecordFormats are those of connections; the first is the default.
var RecordFormats = []Format[record.Record]{
	{"table", "aligned, for people", openTable},
	{"jsonl", "one JSON object a line, all columns", func(w io.Writer, _ *os.File, _ *Config) rows[record.Record] {
		return jsonl.New(w, record.Columns())
	}},
	{"tsv", "tab-separated below a line of names, all columns", func(w io.Writer, _ *os.File, _ *Config) rows[record.Record] {
		return tsv.New(w, record.Columns())
	}},
}

// PacketFormats are those of packets; the first is the default.
var PacketFormats = []Format[record.Packet]{
	{"text", "tcpdump's line, and what onpath adds", func(w io.Writer, _ *os.File, c *Config) rows[record.Packet] {
		return text.New(w, c.Text)
	}},
	{"jsonl", "one JSON object a line, all columns", func(w io.Writer, _ *os.File, _ *Config) rows[record.Packet] {
		return jsonl.New(w, record.PacketColumns())
	}},
	{"tsv", "tab-separated below a line of names, all columns", func(w io.Writer, _ *os.File, _ *Config) rows[record.Packet] {
		return tsv.New(w, record.PacketColumns())
	}},
}

// find returns the format of that name; who calls has checked that it exists.
func find[R any](formats []Format[R], name string) *Format[R] {
	for i := range formats {
		if formats[i].Name == name {
			return &formats[i]
		}
	}
	return nil
}

// openTable writes what the locale can show, and fits the table to the terminal
// if it goes to one.
func openTable(w io.Writer, file *os.File, _ *Config) rows[record.Record] {
	c := table.Config{ASCII: !utf8Locale()}
	if columns, _, err := term.GetSize(int(file.Fd())); err == nil {
		c.Width = columns
	}
	return table.New(w, c, record.Overview(), func(r *record.Record) uint64 { return r.Conn })
}

// utf8Locale reports whether text is UTF-8 here: the first of these
// variables that is set decides (POSIX.1-2017 base definitions §8.2).
func utf8Locale() bool {
	for _, name := range [...]string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(os.Getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}
