package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// choice is the file that the mutated package gets beside its own.
const choice = `package %s

import (
	"os"
	"strconv"
)

var mutantChosen = func() int { n, _ := strconv.Atoi(os.Getenv("MUTANT")); return n }()

func mutant(n int) bool { return mutantChosen == n }

type mutantBits interface{ ~uint8 | ~uint16 | ~uint32 | ~uint64 }

// Left out are: of a union either side, of a mask or a difference the right one; 0 is never.
func mutantOr[T mutantBits](left, right int, x, y T) T {
	return mutantPick(left, 0, x) | mutantPick(right, 0, y)
}
func mutantAnd[T mutantBits](right int, x, y T) T    { return x & mutantPick(right, ^T(0), y) }
func mutantAndNot[T mutantBits](right int, x, y T) T { return x &^ mutantPick(right, 0, y) }
func mutantNone[T mutantBits](n int, x T) T          { return mutantPick(n, 0, x) }

func mutantPick[T any](n int, instead, x T) T {
	if n != 0 && mutant(n) {
		return instead
	}
	return x
}
`

// An insert is text put into a file. Where several stand at one place, closing
// ones come first, and outer ones outside.
type insert struct {
	at    int
	skip  int // octets that the text replaces
	text  string
	close bool
	order int
}

// A mutant is one change of the source. Its name stays when other code moves: the
// file, the function, what is done to which text, and the how manieth of these.
type mutant struct {
	name string
	line int
}

// writer mutates files. Mutants are numbered from 1 over all of them.
type writer struct {
	mutants []mutant
	named   map[string]int // mutants with the same text so far

	fset    *token.FileSet
	source  []byte
	where   string // the declaration at hand
	inserts []insert
}

// mutate returns a file with all its mutants inside.
func (w *writer) mutate(name string) (text []byte, err error) {
	if w.source, err = os.ReadFile(name); err != nil {
		return nil, err
	}
	w.fset, w.inserts = token.NewFileSet(), nil
	file, err := parser.ParseFile(w.fset, name, w.source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, d := range file.Decls {
		w.declaration(d)
	}
	slices.SortFunc(w.inserts, before)
	from := 0
	for _, in := range w.inserts {
		text = append(append(text, w.source[from:in.at]...), in.text...)
		from = in.at + in.skip
	}
	return append(text, w.source[from:]...), nil
}

func before(a, b insert) int {
	switch {
	case a.at != b.at:
		return a.at - b.at
	case a.close != b.close && a.close:
		return -1
	case a.close != b.close:
		return 1
	case a.close:
		return b.order - a.order
	}
	return a.order - b.order
}

// declaration mutates one. Constants stay, but for sets that are written as a
// union of names: these can be variables.
func (w *writer) declaration(d ast.Decl) {
	w.where = declared(d)
	if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST {
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			if len(v.Values) != 1 || v.Type != nil || !isUnion(v.Values[0]) {
				return
			}
		}
		w.replace(g.Pos(), "const", "var")
	}
	ast.Inspect(d, func(n ast.Node) bool {
		if g, ok := n.(*ast.GenDecl); ok && g != d && g.Tok == token.CONST {
			return false // in a function
		}
		if n != nil {
			w.node(n)
		}
		return true
	})
}

// declared returns the name of what d declares, of several the first.
func declared(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Name.Name
	case *ast.GenDecl:
		for _, s := range d.Specs {
			if v, ok := s.(*ast.ValueSpec); ok {
				return v.Names[0].Name
			}
		}
	}
	return ""
}

// isUnion reports whether x is an | of names.
func isUnion(x ast.Expr) bool {
	b, ok := x.(*ast.BinaryExpr)
	if !ok || b.Op != token.OR {
		return false
	}
	_, left := b.X.(*ast.Ident)
	_, right := b.Y.(*ast.Ident)
	return right && (left || isUnion(b.X))
}

func (w *writer) offset(p token.Pos) int { return w.fset.Position(p).Offset }

// text returns the source of n.
func (w *writer) text(n ast.Node) string {
	return string(w.source[w.offset(n.Pos()):w.offset(n.End())])
}

// add notes a mutant and returns its number.
func (w *writer) add(what string, n ast.Node) int {
	p := w.fset.Position(n.Pos())
	text := strings.Join(strings.Fields(w.text(n)), " ")
	name := fmt.Sprintf("%s %s: %s: %s", filepath.Base(p.Filename), w.where, what, text)
	if w.named == nil {
		w.named = map[string]int{}
	}
	if w.named[name]++; w.named[name] > 1 {
		name += fmt.Sprintf(" (%d)", w.named[name])
	}
	w.mutants = append(w.mutants, mutant{name, p.Line})
	return len(w.mutants)
}

// wrap puts text around n.
func (w *writer) wrap(n ast.Node, open, shut string) {
	order := len(w.inserts)
	w.inserts = append(w.inserts,
		insert{at: w.offset(n.Pos()), text: open, order: order}, insert{at: w.offset(n.End()), text: shut, close: true, order: order})
}

// replace puts text in the place of another.
func (w *writer) replace(at token.Pos, old, text string) {
	w.inserts = append(w.inserts, insert{at: w.offset(at), skip: len(old), text: text, order: len(w.inserts)})
}
