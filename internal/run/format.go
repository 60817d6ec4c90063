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

// A Format is a way to write rows of type R, or what other systems would have
// written in their place.
type Format[R any] struct {
	Name string
	Doc  string // a few words

	open func(w io.Writer, file *os.File, c *Config) rows[R]
	look func(c *Config, out []func(line []byte)) eyes // instead of open
	tell func(w io.Writer) rows[record.Finding]        // instead of both: of findings as records end
	head func(n uint64, line []byte) bool              // whether the n-th that it writes, from 0, belongs at the head of each file; nil: nothing does
}

// first is the head of what begins with a line of names.
func first(n uint64, _ []byte) bool { return n == 0 }

// TCPStates is the format whose path is a prefix: it has several files.
const TCPStates = "tcpstates"

// RecordFormats are those of connections; the first is the default.
var RecordFormats = []Format[record.Record]{
	{Name: "table", Doc: "aligned, for people", open: openTable, head: first},
	{Name: "jsonl", Doc: "one JSON object a line, all columns", open: func(w io.Writer, _ *os.File, _ *Config) rows[record.Record] {
		return jsonl.NewGrouped(w, record.Groups())
	}},
	{Name: "tsv", Doc: "tab-separated below a line of names, all columns", open: func(w io.Writer, _ *os.File, _ *Config) rows[record.Record] {
		return tsv.NewGrouped(w, record.FlatGroups())
	}, head: first},
	{Name: "findings", Doc: findingsDoc, tell: openFindings},
	{Name: TCPStates, Doc: "flow file of Tranalyzer2's tcpStates, PREFIX_flows.txt", look: openTCPStates, head: first},
	{Name: "tcpchain", Doc: "flow records of PATHspider's TCPChain, one JSON object a line", look: openTCPChain},
	{Name: Pcapng, Doc: "the frames as they were read, a capture", look: openCopy, head: describes},
	{Name: Conntrack, Doc: "what conntrack -L would have shown of a gateway at the end", look: openConntrackTable},
}

// PacketFormats are those of packets; the first is the default.
var PacketFormats = []Format[record.Packet]{
	{Name: "text", Doc: "tcpdump's line, and what onpath adds", open: func(w io.Writer, _ *os.File, c *Config) rows[record.Packet] {
		return text.New(w, c.Text)
	}},
	{Name: "jsonl", Doc: "one JSON object a line, all columns", open: func(w io.Writer, _ *os.File, _ *Config) rows[record.Packet] {
		return jsonl.New(w, record.PacketColumns())
	}},
	{Name: "tsv", Doc: "tab-separated below a line of names, all columns", open: func(w io.Writer, _ *os.File, _ *Config) rows[record.Packet] {
		return tsv.New(w, record.FlatPacketColumns())
	}},
	{Name: "findings", Doc: findingsDoc, tell: openFindings},
	{Name: Pcapng, Doc: "the frames as they were read, a capture", look: openCopy},
	{Name: Conntrack, Doc: "what conntrack -E -o timestamp,id would have shown of a gateway", look: openConntrackEvents},
}

// findingsDoc is that of the format findings, which connections and packets have.
const findingsDoc = "what was strange, one JSON object a finding, as connections end"

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
// if it goes to one. What is captured is written as it ends.
func openTable(w io.Writer, file *os.File, config *Config) rows[record.Record] {
	c := table.Config{ASCII: !utf8Locale()}
	if len(config.Capture.Interfaces) > 0 {
		c.Hold, c.Room = 1, record.OverviewRoom()
	}
	ask(file, func(fd int) { c.Width, _, _ = term.GetSize(fd) })
	return table.New(w, c, record.Overview(), func(r *record.Record) uint64 { return r.Conn })
}

// isTerminal reports whether a file is a terminal.
func isTerminal(file *os.File) (is bool) {
	ask(file, func(fd int) { is = term.IsTerminal(fd) })
	return is
}

// ask asks something of a file's descriptor. (os.File.Fd would take the deadlines from a
// pipe.)
func ask(file *os.File, what func(fd int)) {
	if conn, err := file.SyscallConn(); err == nil {
		conn.Control(func(fd uintptr) { what(int(fd)) })
	}
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
