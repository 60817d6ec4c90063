// Mutate asks whether the tests of a package hold its rules: it drops or inverts
// each in turn, and says which of these mutants no test noticed.
//
//	go run ./internal/mutate [-late "REGEXP…"] [-skip REGEXP] [-env KEY=VALUE] [-equivalent FILE] PACKAGE FILE…
//
// All mutants are compiled at once, through an overlay, and one is chosen by the
// environment when the test binary starts; so a mutant costs a run of the tests
// and no build. A survivor is a missing test, a rule that can go, or a mutant that
// means the same: its reader decides, and lists the last kind in a file.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	late := flag.String("late", "", "tests that run when all others have passed, one regexp after the other")
	skip := flag.String("skip", "", "tests that never run")
	env := flag.String("env", "", "KEY=VALUE for the tests")
	only := flag.Int("only", 0, "one mutant, with the tests' output")
	same := flag.String("equivalent", "", "file of the mutants that mean the same, and why")
	flag.Parse()
	if flag.NArg() < 2 {
		flag.Usage()
		os.Exit(2)
	}
	r := runner{pkg: flag.Arg(0), late: strings.Fields(*late), skip: strings.Fields(*skip), env: *env, show: *only > 0}
	list, err := readEquivalents(*same)
	if err == nil {
		err = r.run(flag.Args()[1:], *only, list)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// run builds the mutants of the files and tests one after the other.
func (r *runner) run(files []string, only int, list equivalents) error {
	dir, err := os.MkdirTemp("", "mutate-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var w writer
	if r.binary, err = build(dir, r.pkg, files, &w); err != nil {
		return err
	}
	if !r.passes(0) {
		return fmt.Errorf("the tests of %s fail without any mutant: mend them first", r.pkg)
	}
	if only > 0 {
		fmt.Println(w.mutants[only-1].name, r.passes(only))
		return nil
	}
	return r.all(files, w.mutants, list)
}

// all tests every mutant and prints those that should not have survived.
func (r *runner) all(files []string, mutants []mutant, list equivalents) error {
	survived := map[string]bool{}
	open := 0
	for i, m := range mutants {
		if !r.passes(i + 1) {
			continue
		}
		survived[m.name] = true
		if list[m.name] == "" {
			open++
			fmt.Printf("%d %s, line %d\n", i+1, m.name, m.line)
		}
	}
	stale := list.stale(files, survived)
	for _, name := range stale {
		fmt.Println("listed as equivalent, but killed or gone:", name)
	}
	fmt.Printf("of %d mutants %d survive beyond the %d listed as equivalent\n", len(mutants), open, len(survived)-open)
	if open+len(stale) > 0 {
		return fmt.Errorf("write a test, drop the rule, or say why the mutant means the same")
	}
	return nil
}

// build compiles the tests of a package with its files replaced by mutated ones.
func build(dir, pkg string, files []string, w *writer) (string, error) {
	replace := map[string]string{}
	put := func(name string, text []byte) error {
		source, err := filepath.Abs(filepath.Join(pkg, name))
		if err != nil {
			return err
		}
		replace[source] = filepath.Join(dir, name)
		return os.WriteFile(replace[source], text, 0o644)
	}
	for _, name := range files {
		text, err := w.mutate(filepath.Join(pkg, name))
		if err != nil {
			return "", err
		}
		if err := put(name, text); err != nil {
			return "", err
		}
	}
	if err := put("mutant.go", fmt.Appendf(nil, choice, filepath.Base(pkg))); err != nil {
		return "", err
	}
	list := filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(list, text, 0o644); err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "mutants.test")
	cmd := exec.Command("go", "test", "-c", "-vet=off", "-overlay", list, "-o", binary, pkg)
	cmd.Stderr = os.Stderr
	return binary, cmd.Run()
}

// runner runs the tests of a package.
type runner struct {
	pkg    string
	binary string
	late   []string // regexps of tests that run last
	skip   []string // of those that do not run
	env    string
	show   bool // what the tests say
}

// limit is how long the tests may take; a mutant that hangs is noticed by it.
const limit = time.Minute

// passes reports whether no test notices a mutant; 0 is none.
func (r *runner) passes(mutant int) bool {
	if !r.test(mutant, "-test.skip", strings.Join(slices.Concat(r.late, r.skip), "|")) {
		return false
	}
	for _, tests := range r.late {
		if !r.test(mutant, "-test.run", tests) {
			return false
		}
	}
	return true
}

func (r *runner) test(mutant int, which ...string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.binary, append(which, "-test.short", "-test.failfast")...)
	cmd.Dir = r.pkg
	cmd.Env = append(os.Environ(), "MUTANT="+strconv.Itoa(mutant))
	if r.env != "" {
		cmd.Env = append(cmd.Env, r.env)
	}
	if r.show {
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	}
	return cmd.Run() == nil
}
