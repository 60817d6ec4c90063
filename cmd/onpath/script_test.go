package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"onpath": main})
}

// TestScripts runs the command as a user would. In the scripts, town.pcap is
// the capture of testdata; damage makes the bad ones.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: *update,
		Setup:         setup,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
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

func setup(env *testscript.Env) error {
	town, err := os.ReadFile(filepath.Join(captureDir, "town.pcap"))
	if err != nil {
		return err
	}
	for name, octets := range badInput(town) {
		if err := os.WriteFile(filepath.Join(env.WorkDir, name), octets, 0o644); err != nil {
			return err
		}
	}
	env.Setenv("LC_ALL", "C.UTF-8")
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
