package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"onpath": main})
}

// TestScripts runs the command as a user would. In the scripts, captures are
// there, and bad ones that are made of town.pcap.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: *update,
		Setup:         setup,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "unmeasured": unmeasured, "examples": examples, "keys": keys},
	})
}

// exits runs a command that must fail with an exit code: exits CODE PROGRAM ARG….
func exits(ts *testscript.TestScript, _ bool, args []string) {
	code, err := strconv.Atoi(args[0])
	ts.Check(err)
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); !errors.As(err, &exit) || exit.ExitCode() != code {
		ts.Fatalf("want exit code %d, got %v", code, err)
	}
}

// unmeasured takes the lines out of a file that are another one in each run:
// unmeasured FILE.
func unmeasured(ts *testscript.TestScript, _ bool, args []string) {
	var kept strings.Builder
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if !strings.HasPrefix(line, "speed ") {
			kept.WriteString(line)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs("unmeasured"), []byte(kept.String()), 0o644))
}

// keys takes some keys out of a file of JSON objects, a line each: keys FILE KEY….
func keys(ts *testscript.TestScript, _ bool, args []string) {
	var kept strings.Builder
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		var object map[string]json.RawMessage
		ts.Check(json.Unmarshal([]byte(line), &object))
		for _, key := range args[1:] {
			value, ok := object[key]
			if !ok {
				ts.Fatalf("no key %s in %s", key, line)
			}
			kept.WriteString(key + " " + string(value) + "\n")
		}
		kept.WriteString("\n")
	}
	ts.Check(os.WriteFile(ts.MkAbs("keys"), []byte(kept.String()), 0o644))
}

// examples runs every example of the help texts as a shell would. The captures
// that they name are there; bin has stand-ins for programs that are not ours.
func examples(ts *testscript.TestScript, _ bool, _ []string) {
	for _, cmd := range append(newRoot().Commands(), newRoot()) {
		if cmd.Hidden { // man, whose example is where the system has its pages
			continue
		}
		for line := range strings.Lines(cmd.Example) {
			ts.Check(ts.Exec("sh", "-c", line))
		}
	}
}

// picture cuts the block out of the README that shows what read prints: the
// table, an empty line, the summary.
func picture() (table, summary []byte, err error) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		return nil, nil, err
	}
	_, block, _ := bytes.Cut(readme, []byte("```\n#  START"))
	block, _, _ = bytes.Cut(block, []byte("```"))
	table, summary, found := bytes.Cut(block, []byte("\n\n"))
	if !found {
		return nil, nil, errors.New("README.md: no block with a table and a summary")
	}
	return slices.Concat([]byte("#  START"), table, []byte("\n")), summary, nil
}

func setup(env *testscript.Env) error {
	town, err := os.ReadFile(filepath.Join(captureDir, "town.pcap"))
	if err != nil {
		return err
	}
	table, summary, err := picture()
	if err != nil {
		return err
	}
	files := badInput(town)
	for name := range captures {
		if files[name], err = os.ReadFile(filepath.Join(captureDir, name)); err != nil {
			return err
		}
	}
	files["readme.table"], files["readme.summary"] = table, summary
	for name, octets := range files {
		if err := os.WriteFile(filepath.Join(env.WorkDir, name), octets, 0o644); err != nil {
			return err
		}
	}
	env.Setenv("LC_ALL", "C.UTF-8")
	env.Setenv("TZ", "UTC")
	return nil
}

// badInput is what a user may give by mistake, by name, and town.pcap itself.
func badInput(town []byte) map[string][]byte {
	noise, state := make([]byte, 5000), uint32(1)
	for i := range noise {
		state = state*1664525 + 1013904223 // Numerical Recipes' generator
		noise[i] = byte(state >> 24)
	}
	lying := bytes.Clone(town)
	copy(lying[24+8:], "\xff\xff\xff\x7f") // captured octets of the first record
	return map[string][]byte{
		"town.pcap":   town,
		"cut.pcap":    town[:len(town)-70],
		"head.pcap":   town[:24],
		"stub.pcap":   town[:17],
		"lying.pcap":  lying,
		"noise.pcap":  noise,
		"joined.pcap": slices.Concat(town, town),
		"empty.pcap":  nil,
	}
}
