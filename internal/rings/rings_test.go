// Package rings holds the tests that keep the module's shape: who may import
// whom, and which packages may touch clocks, locks, goroutines and the world.
package rings

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "onpath/"

// pkg is one row of the table of packages.
type pkg struct {
	ring  int
	may   string // packages of this module that it may import
	world bool   // it may touch clocks, files, locks (never goroutines: those are internal/run's)
}

// packages lists every package, inside out. One that is missing here fails the
// test: adding one is a decision.
var packages = map[string]pkg{
	"anomaly":     {ring: 0},
	"tcp":         {ring: 0},
	"packet":      {ring: 1, may: "tcp"},
	"conn":        {ring: 1, may: "tcp anomaly internal/prefetch"},
	"check":       {ring: 1, may: "tcp packet conn anomaly internal/prefetch"},
	"outcome":     {ring: 1, may: "tcp conn anomaly"},
	"measure":     {ring: 1, may: "tcp conn internal/prefetch"},
	"fingerprint": {ring: 1, may: "tcp packet internal/prefetch"},
	"record":      {ring: 2, may: "outcome anomaly check tcp packet conn measure fingerprint compat/tcpstates compat/tcpchain compat/netfilter"},
	"story":       {ring: 2, may: "anomaly check tcp conn outcome record"},
	"flow":        {ring: 2, may: "outcome anomaly check tcp packet conn measure fingerprint record compat/tcpstates compat/tcpchain compat/netfilter internal/prefetch"},

	"compat/tcpstates": {ring: 1, may: "tcp packet"},
	"compat/tcpchain":  {ring: 1, may: "tcp packet"},
	"compat/tcpdump":   {ring: 1, may: "tcp packet"},
	"compat/netfilter": {ring: 1, may: "tcp packet compat/netfilter/h323"},
	// The types of H.323 and how to read over them, for netfilter's helper alone.
	"compat/netfilter/h323": {ring: 0},
	// An instruction that Go has no word for.
	"internal/prefetch": {ring: 0},

	"filter":       {ring: 3, may: "packet source/tcpdump"},
	"source":       {ring: 3, may: "packet source/tcpdump", world: true},
	"sink/table":   {ring: 3, may: "record", world: true},
	"sink/jsonl":   {ring: 3, may: "record", world: true},
	"sink/tsv":     {ring: 3, may: "record", world: true},
	"sink/pcapng":  {ring: 3, may: "packet", world: true},
	"sink/text":    {ring: 3, may: "tcp anomaly check packet conn record compat/netfilter compat/tcpdump", world: true},
	"sink/report":  {ring: 3, may: "tcp anomaly story", world: true},
	"sink/top":     {ring: 3, may: "anomaly record", world: true},
	"internal/run": {ring: 3, may: "filter fingerprint story sink/report sink/top anomaly check tcp packet conn measure outcome record flow internal/checkpoint internal/evidence internal/privilege internal/metrics compat/tcpstates compat/tcpchain compat/netfilter source source/afpacket source/tcpdump sink/table sink/jsonl sink/tsv sink/text sink/pcapng compat/tcpdump", world: true},
	"cmd/onpath":   {ring: 3, may: "filter anomaly check packet record flow internal/evidence internal/privilege compat/tcpstates compat/tcpchain compat/netfilter source source/afpacket internal/run compat/tcpdump", world: true},

	"source/afpacket": {ring: 3, may: "tcp packet filter", world: true},

	// It reads text; who opens files is source.
	"source/tcpdump": {ring: 3, may: "tcp packet"},

	"internal/privilege": {ring: 3, world: true},

	// It knows no connection: who has parts gives them. unsafe is for their memory.
	"internal/checkpoint": {ring: 3, may: "anomaly conn measure tcp", world: true},

	"internal/evidence": {ring: 3, may: "anomaly check tcp packet record sink/pcapng", world: true},

	"internal/metrics": {ring: 3, may: "anomaly conn tcp packet outcome record flow compat/netfilter", world: true},

	// For building and checking only; the product imports none of them.
	"internal/segtext":   {ring: 3, may: "tcp", world: true},
	"internal/simulate":  {ring: 3, may: "tcp conn"},
	"internal/oracle":    {ring: 3, world: true},
	"internal/kernel":    {ring: 3, may: "packet compat/netfilter", world: true},
	"internal/generated": {ring: 3, world: true},
	"internal/netns":     {ring: 3, world: true},
	"internal/traffic":   {ring: 3, world: true},
	"internal/rings":     {ring: 3, world: true},
	"internal/genload":   {ring: 3, may: "tcp packet", world: true},
	"internal/flood":     {ring: 3, may: "tcp", world: true},
	"internal/inject":    {ring: 3, world: true},
	"internal/mutate":    {ring: 3, world: true},
	"internal/bench":     {ring: 3, may: "anomaly check packet flow record compat/netfilter source internal/genload internal/run sink/jsonl", world: true},
	"cmd/genload":        {ring: 3, may: "internal/genload", world: true},
	"cmd/simulate":       {ring: 3, may: "internal/simulate", world: true},
}

// effects are imports that rings 0 to 2 do without: what they compute depends on
// their arguments alone. (time is welcome for durations and calendars; its clock
// is not.)
var effects = []string{"os", "net", "sync", "sync/atomic", "log/slog", "math/rand", "math/rand/v2", "crypto/rand", "io/fs", "os/exec", "unsafe", "runtime"}

// features tells which instructions the processor has, once, as the program starts.
// Package packet may ask: its checksums are the same with and without.
const features = "golang.org/x/sys/cpu"

// clocks are names of package time that rings 0 to 2 may not use.
var clocks = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"}

// file is one parsed source file.
type file struct {
	name, pkg string
	ast       *ast.File
}

// files parses every file of the module that is not a test.
func files(t *testing.T) (all []file) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, filepath.Dir(path))
		all = append(all, file{path, filepath.ToSlash(rel), f})
		return nil
	})
	if err != nil || len(all) == 0 {
		t.Fatalf("%d files, %v", len(all), err)
	}
	return all
}

func TestImports(t *testing.T) {
	for _, f := range files(t) {
		p, ok := packages[f.pkg]
		if !ok {
			t.Errorf("package %s is not in the table of packages", f.pkg)
			continue
		}
		for _, spec := range f.ast.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			if in, ours := strings.CutPrefix(path, module); ours && !slices.Contains(strings.Fields(p.may), in) {
				t.Errorf("%s imports %s, which its row does not allow", f.name, in)
			}
			if !p.world && slices.Contains(effects, path) {
				t.Errorf("%s imports %s; the core computes, it does not act", f.name, path)
			}
			if !p.world && !strings.HasPrefix(path, module) && strings.Contains(path, ".") && !(path == features && f.pkg == "packet") {
				t.Errorf("%s imports %s; the core has no dependencies", f.name, path)
			}
		}
	}
}

// TestGoroutinesAndClocks: goroutines are started by internal/run alone (and by
// tools that are not the product); the core reads no clock.
func TestGoroutinesAndClocks(t *testing.T) {
	for _, f := range files(t) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				if f.pkg != "internal/run" {
					t.Errorf("%s starts a goroutine; only internal/run does", f.name)
				}
			case *ast.SelectorExpr:
				x, ok := n.X.(*ast.Ident)
				if ok && x.Name == "time" && !packages[f.pkg].world && slices.Contains(clocks, n.Sel.Name) {
					t.Errorf("%s uses time.%s; the core reads no clock", f.name, n.Sel.Name)
				}
			}
			return true
		})
	}
}

// TestTable: imports go inwards only, and no row names a package that is not
// there.
func TestTable(t *testing.T) {
	found := map[string]bool{"internal/rings": true}
	for _, f := range files(t) {
		found[f.pkg] = true
	}
	for name, p := range packages {
		if !found[name] {
			t.Errorf("package %s is in the table, but has no files", name)
		}
		for _, in := range strings.Fields(p.may) {
			if packages[in].ring > p.ring {
				t.Errorf("%s (ring %d) may import %s (ring %d)", name, p.ring, in, packages[in].ring)
			}
		}
	}
}

// TestDocComments: every exported name has one, but for Error, whose meaning
// the language gives.
func TestDocComments(t *testing.T) {
	for _, f := range files(t) {
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Doc == nil && d.Name.IsExported() && d.Name.Name != "Error" && exportedReceiver(d) {
					t.Errorf("%s: %s has no doc comment", f.name, d.Name.Name)
				}
			case *ast.GenDecl:
				undocumented(t, f, d)
			}
		}
	}
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	typ := d.Recv.List[0].Type
	if p, ok := typ.(*ast.StarExpr); ok {
		typ = p.X
	}
	id, ok := typ.(*ast.Ident)
	return ok && id.IsExported()
}

// undocumented reports the exported names of a declaration that neither it nor
// they document.
func undocumented(t *testing.T, f file, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
				t.Errorf("%s: type %s has no doc comment", f.name, s.Name.Name)
			}
		case *ast.ValueSpec:
			if s.Names[0].IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil && d.Lparen == 0 {
				t.Errorf("%s: %s has no doc comment", f.name, s.Names[0].Name)
			}
		}
	}
}
