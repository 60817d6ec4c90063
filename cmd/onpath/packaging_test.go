package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestPages: each command has a page, with all that its help says, and roff
// has nothing to complain about.
func TestPages(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1767225600")
	root, dir := newRoot(), t.TempDir()
	if err := writePages(root, dir); err != nil {
		t.Fatal(err)
	}
	for _, cmd := range append(pageCommands(root), root) {
		path := filepath.Join(dir, pageName(cmd)+".1")
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := string(raw)
		wants := []string{".TH", "1 2026-01-01", ".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH EXAMPLES", ".SH SEE ALSO", "The exit code is 0"}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) { wants = append(wants, roff("--"+f.Name)) })
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s has no %q", filepath.Base(path), want)
			}
		}
		lint(t, path)
	}
}

// lint asks mandoc, and man's groff, where they are.
func lint(t *testing.T, path string) {
	t.Helper()
	for _, line := range []string{"mandoc -Tlint -Wwarning", "groff -man -Tutf8 -k -ww -z"} {
		words := append(strings.Fields(line), path)
		if _, err := exec.LookPath(words[0]); err != nil {
			t.Logf("%s is not installed, and not asked", words[0])
			continue
		}
		if out, _ := exec.Command(words[0], words[1:]...).CombinedOutput(); len(out) > 0 {
			t.Errorf("%s:\n%s", line, out)
		}
	}
}

// TestPageEscapes: no text becomes a request of roff.
func TestPageEscapes(t *testing.T) {
	if got, want := roff(".so a\n'b \\fB\n--c"), "\\&.so a\n\\&'b \\efB\n\\-\\-c"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// contrib returns the lines of a file there that are not empty.
func contrib(t *testing.T, name string) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "contrib", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(raw)), "\n")
}

// serviceLine is a line of contrib/onpath.default that sets the flags, or that would if it
// were no comment.
var serviceLine = regexp.MustCompile(`^(?:# )?ONPATH_OPTS="([^"]*)"$`)

// TestServiceFlags: the flags that the service is given are live's.
func TestServiceFlags(t *testing.T) {
	found := 0
	for _, line := range contrib(t, "onpath.default") {
		m := serviceLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		found++
		live := newLive()
		var parsed []string
		live.RunE = func(cmd *cobra.Command, args []string) error {
			cmd.Flags().Visit(func(f *pflag.Flag) { parsed = append(parsed, f.Name) })
			return nil
		}
		live.SetArgs(strings.Fields(m[1]))
		if err := live.Execute(); err != nil || len(parsed) < 3 {
			t.Errorf("%s: %v, %v", m[1], parsed, err)
		}
	}
	if found < 2 {
		t.Errorf("%d lines of flags", found)
	}
}

// TestUnit: the service is one that systemd can read, runs live, may capture and nothing
// else, and may drop what it has.
func TestUnit(t *testing.T) {
	unit := map[string]string{}
	for _, line := range contrib(t, "onpath.service") {
		if key, value, ok := strings.Cut(line, "="); ok && line[0] != '#' {
			unit[key] += value + " "
		}
	}
	for key, want := range map[string]string{
		"ExecStart": "/usr/local/bin/onpath live $ONPATH_OPTS ", "ExecReload": "/bin/kill -HUP $MAINPID ", "EnvironmentFile": "/etc/default/onpath ",
		"AmbientCapabilities": "CAP_NET_RAW ", "CapabilityBoundingSet": "CAP_NET_RAW ", "NoNewPrivileges": "yes ",
		"ProtectSystem": "strict ", "RestrictAddressFamilies": "AF_PACKET AF_INET AF_INET6 AF_UNIX AF_NETLINK ",
		"SystemCallFilter": "@system-service landlock_create_ruleset landlock_add_rule landlock_restrict_self ", // capset is of @system-service
	} {
		if unit[key] != want {
			t.Errorf("%s=%q, want %q", key, unit[key], want)
		}
	}
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Log("systemd-analyze is not installed, and not asked")
		return
	}
	out, _ := exec.Command("systemd-analyze", "verify", "--man=no", filepath.Join("..", "..", "contrib", "onpath.service")).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "onpath.service") && !strings.Contains(line, "is not executable") { // it is not installed here
			t.Error(strings.TrimSpace(line))
		}
	}
}
