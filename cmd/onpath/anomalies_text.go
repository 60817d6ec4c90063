package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"onpath/anomaly"
	"onpath/check"
)

// A catalogueFormat writes rows of the catalogue of anomalies.
type catalogueFormat struct {
	name, doc string
	write     func(w io.Writer, rows []anomaly.Row, peer string) error // peer: whose names were asked for, or ""
	explain   func(w io.Writer, rows []anomaly.Row) error              // nil: a row asked for by name is written as any other
}

// catalogueFormats are those of onpath anomalies; the first is the default.
var catalogueFormats = []catalogueFormat{
	{"table", "for people", anomalyTable, explainAnomalies},
	{"jsonl", "one JSON object a line", anomalyJSON, nil},
	{"tsv", "tab-separated values with a line of headings", anomalyTSV, nil},
	{"markdown", "a page as docs/anomalies.md", anomalyMarkdown, nil},
}

// textWidth is what sentences are wrapped at, unless the terminal is narrower.
const textWidth = 90

// terminalWidth returns the columns of the terminal that w goes to, 0 if it goes
// elsewhere.
func terminalWidth(w io.Writer) int {
	file, ok := w.(*os.File)
	if !ok {
		return 0
	}
	columns, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

// anomalyTable writes a line for each row, by family, no wider than the terminal.
func anomalyTable(w io.Writer, rows []anomaly.Row, peer string) error {
	name, severity, width := 0, 0, terminalWidth(w)
	for _, r := range rows {
		name, severity = max(name, len(r.Name)), max(severity, len(r.Severity.String()))
	}
	p, _ := anomaly.ParsePeer(peer)
	family := anomaly.Family(0)
	for _, r := range rows {
		if r.Family != family {
			family = r.Family
			fmt.Fprintf(w, "%v: %s\n", family, family.Doc())
		}
		last := r.Rule
		if peer != "" {
			last = strings.Join(r.ID.Aliases(p), ", ")
		}
		fmt.Fprintln(w, cut(fmt.Sprintf("  %-*s  %d  %-*v  %s", name, r.Name, r.Tier, severity, r.Severity, last), width))
	}
	return nil
}

// cut shortens a line to width columns; 0 means no bound.
func cut(line string, width int) string {
	if width == 0 || utf8.RuneCountInString(line) <= width {
		return line
	}
	return string([]rune(line)[:max(width-1, 0)]) + "…"
}

// explainAnomalies tells all about rows.
func explainAnomalies(w io.Writer, rows []anomaly.Row) error {
	for i := range rows {
		if i > 0 {
			fmt.Fprintln(w)
		}
		explainAnomaly(w, &rows[i])
	}
	return nil
}

func explainAnomaly(w io.Writer, r *anomaly.Row) {
	paragraph := paragraphs(w)
	fmt.Fprintln(w, r.Name)
	paragraph("rule", r.Rule)
	asked := check.Asked()
	paragraph("found", only(!asked.Has(r.ID), "not by this version, which has no rule for it"))
	for i, t := range r.Terms() {
		paragraph(only(i == 0, "words"), t.Name+": "+t.Doc)
	}
	paragraph("severity", fmt.Sprintf("%v: %s%s", r.Severity, r.Severity.Doc(), excused(r.Severity)))
	for i, g := range r.Gates.Split() {
		paragraph(only(i == 0, "needs"), g.String()+": "+g.Doc())
	}
	paragraph("traps", r.Traps)
	paragraph("source", r.Ref)
	paragraph("family", fmt.Sprintf("%v: %s; about a %v; tier %d", r.Family, r.Family.Doc(), r.Scope, r.Tier))
	for _, p := range anomaly.Peers() {
		paragraph(p.String(), strings.Join(r.ID.Aliases(p), ", "))
	}
	paragraph("others", r.Peers)
}

// excused tells what a severity becomes by each cause that changes it.
func excused(s anomaly.Severity) (text string) {
	for _, c := range anomaly.Causes() {
		if s.Given(c) != s {
			text += fmt.Sprintf("; %v if explained by %v", s.Given(c), c)
		}
	}
	return text
}

// only returns the text if the condition holds, else nothing.
func only(holds bool, text string) string {
	if holds {
		return text
	}
	return ""
}

// paragraphs returns a function that writes a text behind a label, wrapped and
// indented. An empty text is left out.
func paragraphs(w io.Writer) func(label, text string) {
	const indent = 13
	width := textWidth
	if columns := terminalWidth(w); columns > 0 {
		width = min(width, columns)
	}
	return func(label, text string) {
		column := 0
		for _, word := range strings.Fields(text) {
			if n := utf8.RuneCountInString(word); column == 0 {
				fmt.Fprintf(w, "  %-*s%s", indent-2, label, word)
				column = indent + n
			} else if column+1+n > width {
				fmt.Fprintf(w, "\n%*s%s", indent, "", word)
				column = indent + n
			} else {
				fmt.Fprint(w, " ", word)
				column += 1 + n
			}
		}
		if column > 0 {
			fmt.Fprintln(w)
		}
	}
}

// catalogueFields are the columns of jsonl and tsv, in this order.
var catalogueFields = []struct {
	name  string
	value func(*anomaly.Row) any // a string, a number or a list of strings
}{
	{"name", func(r *anomaly.Row) any { return r.Name }},
	{"family", func(r *anomaly.Row) any { return r.Family.String() }},
	{"tier", func(r *anomaly.Row) any { return int(r.Tier) }},
	{"severity", func(r *anomaly.Row) any { return r.Severity.String() }},
	{"scope", func(r *anomaly.Row) any { return r.Scope.String() }},
	{"needs", func(r *anomaly.Row) any { return names(r.Gates.Split()) }},
	{"rule", func(r *anomaly.Row) any { return r.Rule }},
	{"source", func(r *anomaly.Row) any { return r.Ref }},
	{"traps", func(r *anomaly.Row) any { return r.Traps }},
	{"suricata", func(r *anomaly.Row) any { return r.ID.Aliases(anomaly.PeerSuricata) }},
	{"zeek", func(r *anomaly.Row) any { return r.ID.Aliases(anomaly.PeerZeek) }},
	{"wireshark", func(r *anomaly.Row) any { return r.ID.Aliases(anomaly.PeerWireshark) }},
	{"snort", func(r *anomaly.Row) any { return r.ID.Aliases(anomaly.PeerSnort) }},
	{"others", func(r *anomaly.Row) any { return r.Peers }},
}

func anomalyJSON(w io.Writer, rows []anomaly.Row, _ string) error {
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false) // rules have < and >
	for i := range rows {
		line.Reset()
		for j, f := range catalogueFields {
			line.WriteString(only(j == 0, "{") + only(j > 0, ",") + strconv.Quote(f.name) + ":")
			value := f.value(&rows[i])
			if list, ok := value.([]string); ok && list == nil {
				value = []string{}
			}
			if err := e.Encode(value); err != nil {
				return worked(err)
			}
			line.Truncate(line.Len() - 1) // Encode ends with a newline
		}
		line.WriteString("}\n")
		if _, err := w.Write(line.Bytes()); err != nil {
			return worked(err)
		}
	}
	return nil
}

func anomalyTSV(w io.Writer, rows []anomaly.Row, _ string) error {
	for j, f := range catalogueFields {
		fmt.Fprint(w, only(j > 0, "\t"), f.name)
	}
	fmt.Fprintln(w)
	for i := range rows {
		for j, f := range catalogueFields {
			value := f.value(&rows[i])
			if list, ok := value.([]string); ok {
				value = strings.Join(list, ",")
			}
			fmt.Fprint(w, only(j > 0, "\t"), value)
		}
		fmt.Fprintln(w)
	}
	return nil
}

func anomalyMarkdown(w io.Writer, rows []anomaly.Row, _ string) error {
	_, err := w.Write(anomaly.AppendMarkdown(nil, rows))
	return worked(err)
}
