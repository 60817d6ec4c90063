package anomaly

import (
	"fmt"
	"strings"
)

const markdownHead = `# Anomalies

Generated from the tables in package anomaly; go test ./anomaly -run Markdown -update mends it.

What onpath can find strange, by family. A name is public and stays. A finding has the
row's severity only if nothing excuses it; if its mildest explanation is an endpoint
(it aborted, restarted, gave up) it is suspicious at most, if it is the path
performance at most, and if it is the capture a capture-artifact. A row is silent unless all that it needs
holds. Tier 1 comes first; tier 2 is for later versions, tier 3 holds what is a metric
or needs more evidence.
`

// AppendMarkdown appends these rows as a page: docs/anomalies.md has them all.
func AppendMarkdown(dst []byte, rows []Row) []byte {
	dst = append(dst, markdownHead...)
	dst = append(dst, "\n| severity | meaning |\n|---|---|\n"...)
	for _, s := range Severities() {
		dst = fmt.Appendf(dst, "| %v | %s |\n", s, s.Doc())
	}
	dst = append(dst, "\n| needs | meaning |\n|---|---|\n"...)
	for _, g := range Gates() {
		dst = fmt.Appendf(dst, "| %v | %s |\n", g, g.Doc())
	}
	dst = append(dst, "\n| word | meaning |\n|---|---|\n"...)
	for _, t := range Terms() {
		dst = fmt.Appendf(dst, "| %s | %s |\n", t.Name, t.Doc)
	}
	dst = append(dst, "\nSequence numbers are compared as signed differences modulo 2^32. Names of other programs:\n\n"...)
	for _, p := range Peers() {
		dst = fmt.Appendf(dst, "- %s\n", p.Doc())
	}
	return appendRows(dst, rows)
}

// appendRows appends a section for each row, under headings by family.
func appendRows(dst []byte, rows []Row) []byte {
	family := Family(0)
	for i := range rows {
		r := &rows[i]
		if r.Family != family {
			family = r.Family
			dst = fmt.Appendf(dst, "\n## %v: %s\n", family, family.Doc())
		}
		dst = fmt.Appendf(dst, "\n### %s\n\n**%v**, tier %d, about a %v", r.Name, r.Severity, r.Tier, r.Scope)
		if r.Gates != 0 {
			dst = fmt.Appendf(dst, "; needs %s", strings.ReplaceAll(r.Gates.String(), ",", ", "))
		}
		dst = fmt.Appendf(dst, "\n\n- %s\n- source: %s\n- traps: %s\n", escape(r.Rule), escape(r.Ref), escape(r.Traps))
		if also := r.ReportedBy(); also != "" {
			dst = fmt.Appendf(dst, "- elsewhere: %s\n", escape(also))
		}
	}
	return dst
}

// ReportedBy returns who else reports it and under which names, "" if nobody
// known does.
func (r *Row) ReportedBy() string {
	var parts []string
	for _, p := range Peers() {
		if names := r.ID.Aliases(p); len(names) > 0 {
			parts = append(parts, p.String()+" "+strings.Join(names, ", "))
		}
	}
	if r.Peers != "" {
		parts = append(parts, r.Peers)
	}
	return strings.Join(parts, "; ")
}

// escape keeps Markdown from reading what is meant as it stands.
var escape = strings.NewReplacer("<", `\<`, "*", `\*`, "_", `\_`, ">", `\>`).Replace
