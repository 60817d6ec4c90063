package conn

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"onpath/internal/generated"
)

const statesFile = "../docs/states.md"

// TestMarkdownIsFresh: docs/states.md tells what the tables say.
func TestMarkdownIsFresh(t *testing.T) {
	generated.Fresh(t, statesFile, statesMarkdown(t), *update, "go test ./conn -run Markdown -update")
}

// eventNames are short names of events, in the order of their bits.
var eventNames = [numEvents]string{
	"SYN", "SYN with another ISN", "SYN,ACK", "ACK of SYN", "FIN", "ACK of FIN", "FIN with ACK of FIN", "RST", "RST in reply to SYN",
}

func (q event) name() string {
	for i, name := range eventNames {
		if q == 1<<i {
			return name
		}
	}
	return "CLOSE"
}

// statesMarkdown is the text of docs/states.md.
func statesMarkdown(t *testing.T) []byte {
	b := []byte(`# States, arrows, explanations

Generated from the tables in package conn; go test ./conn -run Markdown -update mends it.

What is believed of an end is a set of states of RFC 9293. A segment of its own
filters the set: only states that can have sent it stay. What passed towards it
may have arrived or not: each arrow below whose event passed, and that nothing has
proven yet, adds its state and takes none away. The last two arrows are calls of the
application, and are taken once a segment shows them. An own SYN leads to SYN-SENT
(§3.10.1), an own RST to CLOSED (§3.10.5). CLOSED stands for LISTEN wherever a state is shown:
the wire cannot tell the two apart.

`)
	b = appendDiagram(b)
	b = appendArrows(b)
	b = append(b, "\n## Events\n\n| event | is pending at an end once this passed towards it |\n|---|---|\n"...)
	for i, c := range comments(t, "arrows.go", "event") {
		if i < int(numEvents) {
			b = fmt.Appendf(b, "| %s | %s |\n", eventNames[i], c)
		}
	}
	b = append(b, "\n## Explanations\n\nOf a surprising segment, the mildest that fits, from mild to strong. Null: nothing is surprising.\n\n| explanation | what happened |\n|---|---|\n"...)
	for i, c := range comments(t, "explanation.go", "Explanation") {
		b = fmt.Appendf(b, "| %s | %s |\n", Explanation(i+1), c)
	}
	b = append(b, "\n## Delivery classes\n\nWhat a segment is to the octets it carries, judged where we stand.\n\n| delivery | what it is |\n|---|---|\n"...)
	for i, c := range comments(t, "delivery.go", "Delivery")[:NumDeliveries] {
		b = fmt.Appendf(b, "| %s | %s |\n", Delivery(i), c)
	}
	return b
}

// appendDiagram draws the arrows, those between the same states as one.
func appendDiagram(b []byte) []byte {
	b = append(b, "```mermaid\nstateDiagram-v2\n    direction TB\n"...)
	for st := range NumStates {
		b = fmt.Appendf(b, "    state \"%v\" as %s\n", st, node(st))
	}
	labels := map[[2]State][]string{}
	eachArrow(func(from, to State, a *arrow) {
		labels[[2]State{from, to}] = append(labels[[2]State{from, to}], a.on.name())
	})
	b = append(b, "    CLOSED --> SYN_SENT : sends SYN\n"...)
	for from := range NumStates {
		for to := range NumStates {
			if names := labels[[2]State{from, to}]; names != nil {
				b = fmt.Appendf(b, "    %s --> %s : %s\n", node(from), node(to), strings.Join(names, " / "))
			}
		}
	}
	return append(b, "```\n"...)
}

// node is a name that Mermaid takes.
func node(st State) string { return strings.ReplaceAll(st.String(), "-", "_") }

// eachArrow calls f for each pair of states that an arrow of the tables leads
// between; LISTEN is told only where it comes alone.
func eachArrow(f func(from, to State, a *arrow)) {
	for _, table := range [...][]arrow{received[:], called[:]} {
		for i := range table {
			for from := range NumStates {
				for to := range NumStates {
					if a := &table[i]; told(a.from, from) && told(a.to, to) {
						f(from, to, a)
					}
				}
			}
		}
	}
}

func told(s Set, st State) bool { return s.Has(st) && (st != Listen || !s.Has(Closed)) }

// appendArrows writes the tables row by row. A row without a section has that of
// the one before.
func appendArrows(b []byte) []byte {
	b = append(b, "\n## Arrows\n\nSections are of RFC 9293, if not said otherwise.\n\n| from | event | to | source |\n|---|---|---|---|\n"...)
	rfc := ""
	for _, table := range [...][]arrow{received[:], called[:]} {
		for _, a := range table {
			if a.rfc != "" {
				rfc = a.rfc
			}
			b = fmt.Appendf(b, "| %s | %s | %s | %s |\n", listed(a.from), a.on.name(), listed(a.to), rfc)
		}
	}
	return b
}

func listed(s Set) string {
	var names []string
	for _, st := range order {
		if s.Has(st) {
			names = append(names, st.String())
		}
	}
	return strings.Join(names, ", ")
}

// comments returns what stands behind the constants of a type, in their order.
func comments(t *testing.T, file, typ string) (list []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST || !isOf(g, typ) {
			continue
		}
		for _, s := range g.Specs {
			if c := s.(*ast.ValueSpec).Comment; c != nil {
				list = append(list, strings.TrimSpace(c.Text()))
			}
		}
	}
	return list
}

// isOf reports whether the first constant of g has a type.
func isOf(g *ast.GenDecl, typ string) bool {
	id, ok := g.Specs[0].(*ast.ValueSpec).Type.(*ast.Ident)
	return ok && id.Name == typ
}
