package main

import (
	"fmt"
	"go/ast"
	"go/token"
)

// node adds the mutants of what stands directly below n.
func (w *writer) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.BlockStmt:
		w.statements(n.List)
	case *ast.CaseClause:
		w.statements(n.Body)
	case *ast.IfStmt:
		w.condition(n.Cond)
	case *ast.SwitchStmt:
		w.cases(n)
	case *ast.FuncDecl:
		w.results(n)
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			w.condition(n.X)
		}
	case *ast.BinaryExpr:
		w.binary(n)
	case *ast.CallExpr:
		w.call(n)
	case *ast.CompositeLit:
		w.rows(n)
	}
}

// statements drops each that can be missed.
func (w *writer) statements(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				continue
			}
		case *ast.ReturnStmt:
			if s.Results != nil {
				continue
			}
		case *ast.ExprStmt, *ast.IncDecStmt:
		default:
			continue
		}
		w.wrap(s, fmt.Sprintf("if !mutant(%d) { ", w.add("dropped", s)), " }")
	}
}

// cases are the conditions of a switch without a tag.
func (w *writer) cases(s *ast.SwitchStmt) {
	if s.Tag != nil {
		return
	}
	for _, c := range s.Body.List {
		for _, x := range c.(*ast.CaseClause).List {
			w.condition(x)
		}
	}
}

// results are the conditions that a predicate returns.
func (w *writer) results(f *ast.FuncDecl) {
	if f.Type.Results == nil || len(f.Type.Results.List) != 1 {
		return
	}
	if t, ok := f.Type.Results.List[0].Type.(*ast.Ident); !ok || t.Name != "bool" {
		return
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) == 1 {
			w.condition(r.Results[0])
		}
		return true
	})
}

// condition makes x false, and true. What is made of conditions is left to these.
func (w *writer) condition(x ast.Expr) {
	switch b := x.(type) {
	case *ast.ParenExpr:
		w.condition(b.X)
		return
	case *ast.BinaryExpr:
		if b.Op == token.LAND || b.Op == token.LOR {
			return
		}
	case *ast.Ident:
		if b.Name == "true" || b.Name == "false" {
			return
		}
	case *ast.UnaryExpr:
		if b.Op == token.NOT {
			return
		}
	}
	w.wrap(x, fmt.Sprintf("(!mutant(%d) && (mutant(%d) || ", w.add("false", x), w.add("true", x)), "))")
}

// binary mutates conditions, and sets: a member left out, a mask that lets all
// through.
func (w *writer) binary(b *ast.BinaryExpr) {
	switch b.Op {
	case token.LAND, token.LOR:
		w.condition(b.X)
		w.condition(b.Y)
	case token.OR:
		w.wrap(b, fmt.Sprintf("mutantOr(%d, %d, ", w.member(b.X), w.member(b.Y)), ")")
		w.replace(b.OpPos, "|", ",")
	case token.AND_NOT:
		w.wrap(b, fmt.Sprintf("mutantAndNot(%d, ", w.member(b.Y)), ")")
		w.replace(b.OpPos, "&^", ",")
	case token.AND:
		w.wrap(b, fmt.Sprintf("mutantAnd(%d, ", w.add("all", b.Y)), ")")
		w.replace(b.OpPos, "&", ",")
	}
}

// member is the mutant that leaves x out of a union; 0 if x is one itself.
func (w *writer) member(x ast.Expr) int {
	if p, ok := x.(*ast.ParenExpr); ok {
		x = p.X
	}
	if b, ok := x.(*ast.BinaryExpr); ok && b.Op == token.OR {
		return 0
	}
	return w.add("none", x)
}

// call mutates the border of an order, and the choice of the larger.
func (w *writer) call(c *ast.CallExpr) {
	f, ok := c.Fun.(*ast.SelectorExpr)
	if !ok || len(c.Args) != 1 {
		return
	}
	switch f.Sel.Name {
	case "After", "Before":
		w.wrap(c, "(", fmt.Sprintf(" || mutant(%d) && %s == %s)", w.add("or equal", c), w.text(f.X), w.text(c.Args[0])))
	case "Max":
		w.wrap(c, fmt.Sprintf("mutantPick(%d, %s, ", w.add("not the larger", c), w.text(c.Args[0])), ")")
	}
}

// rows leaves each row of a table out.
func (w *writer) rows(table *ast.CompositeLit) {
	if _, ok := table.Type.(*ast.ArrayType); !ok {
		return
	}
	for _, e := range table.Elts {
		var x ast.Expr
		switch e := e.(type) {
		case *ast.CompositeLit:
			x = e.Elts[0]
		case *ast.KeyValueExpr:
			x = e.Value
		}
		if x == nil {
			continue
		}
		if n := w.member(x); n != 0 {
			w.wrap(x, fmt.Sprintf("mutantNone(%d, ", n), ")")
		}
	}
}
