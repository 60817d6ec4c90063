package fingerprint

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseError says what of a database cannot be read.
type ParseError struct {
	Line int // 1, 2, …
	What string
}

func (e *ParseError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.What) }

// Parse reads a database in the form of p0f.fp: the sections [mtu], [tcp:request] and
// [tcp:response]. Other ones are skipped and named. The error is a *ParseError.
func Parse(text string) (*Database, error) {
	p := parser{db: &Database{rules: map[bucket][]rule{}, links: map[int]string{}}}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == ';' {
			continue
		}
		if err := p.line(line); err != nil {
			return nil, &ParseError{i + 1, err.Error()}
		}
	}
	return p.db, nil
}

// parser is where Parse stands.
type parser struct {
	db      *Database
	section string
	link    string // label of [mtu]
	labels  bool   // one was read in this section
}

// Sections that are read; "" is before the first one.
const (
	sectionMTU, sectionRequest, sectionResponse = "mtu", "tcp:request", "tcp:response"
)

func (p *parser) line(line string) error {
	if line[0] == '[' {
		return p.begin(line)
	}
	if p.skips() {
		return nil
	}
	key, value, ok := strings.Cut(line, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	switch {
	case !ok:
		return fmt.Errorf("%q is neither a section nor NAME = VALUE; a comment begins with ;", line)
	case key == "classes", key == "sys", key == "ua_os":
		return nil // for what p0f does beside
	case key == "label" && p.section == sectionMTU:
		return p.mtuLabel(value)
	case key == "sig" && p.section == sectionMTU:
		return p.mtu(value)
	case key == "label" && p.section != "":
		return p.label(value)
	case key == "sig" && p.section != "":
		return p.signature(value)
	}
	return fmt.Errorf("%q is no name known here; want label, sig or sys behind [mtu], [tcp:request] or [tcp:response]", key)
}

func (p *parser) begin(line string) error {
	name, ok := strings.CutSuffix(line[1:], "]")
	if !ok {
		return fmt.Errorf("the section %q has no ] at its end", line)
	}
	p.section, p.labels, p.link = name, false, ""
	if p.skips() {
		p.db.Skipped = append(p.db.Skipped, name)
	}
	return nil
}

// skips reports whether the section is none of those that are read.
func (p *parser) skips() bool {
	switch p.section {
	case "", sectionMTU, sectionRequest, sectionResponse:
		return false
	}
	return true
}

func (p *parser) mtuLabel(value string) error {
	p.link = value
	return checkName(value)
}

func (p *parser) mtu(value string) error {
	n, err := number("MTU", value, 1, mostMTU)
	switch {
	case err != nil:
		return err
	case p.link == "":
		return fmt.Errorf("MTU %d has no label before it", n)
	}
	if _, twice := p.db.links[n]; !twice { // the first counts, as for p0f
		p.db.links[n] = p.link
	}
	return nil
}

// label reads TYPE:CLASS:NAME:FLAVOR.
func (p *parser) label(value string) error {
	f := strings.SplitN(value, ":", 4)
	if len(f) != 4 || f[0] != "s" && f[0] != "g" || f[1] == "" || f[2] == "" {
		return fmt.Errorf("label %q: want TYPE:CLASS:NAME:FLAVOR with TYPE s or g, as s:unix:Linux:3.x", value)
	}
	name := strings.TrimSpace(f[2] + " " + f[3])
	p.db.labels = append(p.db.labels, Label{Name: name, Tool: f[1] == "!", Generic: f[0] == "g"})
	p.labels = true
	return checkName(name)
}

// checkName refuses what no column may hold.
func checkName(name string) error {
	for _, c := range []byte(name) {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return fmt.Errorf("label %q: only printable ASCII without double quotes and backslashes can be shown", name)
		}
	}
	if name == "" {
		return fmt.Errorf("the label is empty")
	}
	return nil
}

// signature reads the signature of the label before it.
func (p *parser) signature(value string) error {
	if !p.labels {
		return fmt.Errorf("signature %q has no label before it in its section", value)
	}
	r, layout, err := parseRule(value)
	if err != nil {
		return fmt.Errorf("signature %q: %v", value, err)
	}
	r.label = len(p.db.labels) - 1
	r.tool = p.db.labels[r.label].Tool
	b := bucket{layout, p.section == sectionResponse}
	p.db.rules[b] = append(p.db.rules[b], r)
	p.db.Signatures++
	return nil
}

// number reads a number from least to most.
func number(what, text string, least, most int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("the %s is %q; want a number from %d to %d", what, text, least, most)
	}
	return n, nil
}
