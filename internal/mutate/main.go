// Mutate asks whether the tests of a package hold its rules: it drops or inverts
// each in turn, and says which of these mutants no test noticed.
//
//	go run ./internal/mutate [-run "REGEXP…"] [-env KEY=VALUE] PACKAGE FILE…
//
// All mutants are compiled at once, through an overlay, and one is chosen by the
// environment when the test binary starts; so a mutant costs a run of the tests
// and no build. A survivor is a missing test, a rule that can go, or a mutant that
// means the same: its reader decides.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func main() {
	tests := flag.String("run", ".", "tests to run, one regexp after the other until one fails")
	env := flag.String("env", "", "KEY=VALUE for the tests")
	only := flag.Int("only", 0, "one mutant, with the tests' output")
	flag.Parse()
	if flag.NArg() < 2 {
		flag.Usage()
		os.Exit(2)
	}
	r := runner{pkg: flag.Arg(0), tests: strings.Fields(*tests), env: *env, show: *only > 0}
	if err := r.run(flag.Args()[1:], *only); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// run builds the mutants of the files and tests one after the other.
func (r *runner) run(files []string, only int) error {
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
	survivors := 0
	for i, what := range w.mutants {
		if n := i + 1; (only == 0 || only == n) && r.passes(n) {
			survivors++
			fmt.Printf("%d %s\n", n, what)
		}
	}
	fmt.Printf("%d of %d mutants survived\n", survivors, len(w.mutants))
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
	tests  []string // regexps
	env    string
	show   bool // what the tests say
}

// limit is how long the tests may take; a mutant that hangs is noticed by it.
const limit = time.Minute

// passes reports whether no test notices a mutant; 0 is none.
func (r *runner) passes(mutant int) bool {
	for _, tests := range r.tests {
		if !r.test(mutant, tests) {
			return false
		}
	}
	return true
}

func (r *runner) test(mutant int, tests string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.binary, "-test.short", "-test.failfast", "-test.run", tests)
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
