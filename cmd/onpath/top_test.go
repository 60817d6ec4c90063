package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// terminal is a window of tmux in which onpath runs.
type terminal struct {
	t      *testing.T
	socket string
}

// inTerminal runs onpath in a terminal of 80×24, or skips the test.
func inTerminal(t *testing.T, args string) *terminal {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed: nobody looks at the screen")
	}
	program := named(t)
	term := &terminal{t, filepath.Join(filepath.Dir(program), "tmux")}
	t.Cleanup(func() { exec.Command("tmux", "-S", term.socket, "kill-server").Run() })
	term.tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24",
		"env LANG=C.UTF-8 LC_ALL=C.UTF-8 "+program+" "+args+"; echo exit code $?; exec cat")
	return term
}

func (w *terminal) tmux(args ...string) string {
	w.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-u", "-S", w.socket}, args...)...).CombinedOutput()
	if err != nil {
		w.t.Fatalf("tmux %v: %v: %s", args, err, out)
	}
	return string(out)
}

// press presses keys, and waits until the screen has all words and none of those that
// begin with a minus sign.
func (w *terminal) press(keys string, words ...string) {
	w.t.Helper()
	if keys != "" {
		w.tmux(append([]string{"send-keys"}, strings.Fields(keys)...)...)
	}
	var screen string
	for range 400 { // it gives up, but does not measure
		if screen = w.tmux("capture-pane", "-p"); hasAll(screen, words) {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	w.t.Fatalf("after %q the screen lacks %q:\n%s", keys, words, screen)
}

func hasAll(screen string, words []string) bool {
	for _, word := range words {
		unwanted, no := strings.CutPrefix(word, "-")
		if strings.Contains(screen, unwanted) == no {
			return false
		}
	}
	return true
}

// TestTopOnATerminal presses the keys of top, and reads the screen.
func TestTopOnATerminal(t *testing.T) {
	w := inTerminal(t, "top --replay ../../testdata/town.pcap --speed 0")
	w.press("", "top: ../../testdata/town.pcap", "ended", "37 packets", "TIMW/CLSD", "203.0.113.22:22", "by rate")
	w.press("f", "by findings", ">…2.0.2.10:49769", "duplicat…")
	w.press("t", "by retransmissions")
	w.press("/ :22 Enter", "203.0.113.22:22", "-TIMW", "filter :22")
	w.press("Enter", "203.0.113.22:22", "ESTABLISHED", "FINDINGS", "FSM state:")
	w.press("Escape", "filter :22", "-FSM state:")
	w.press("Escape", "TIMW/CLSD", "-filter :22")
	w.press("?", "KEYS")
	w.press("?", "-KEYS")
	w.press("p", "PAUSED")
	w.press("p", "-PAUSED")
	w.tmux("resize-window", "-x", "120", "-y", "40")
	w.press("", "OCTETS", "AGE", "duplicate-ack")
	w.press("q", "packets      37 in 3.082 s", "exit code 0", "-by retransmissions")
}

// TestTopReplaysInTime: the first packet is there before the last one is due, and p holds
// what comes.
func TestTopReplaysInTime(t *testing.T) {
	w := inTerminal(t, "top --no-color --speed 0.001 -q --replay ../../testdata/town.pcap")
	w.press("", "open of 1", "-ended")
	w.press("p", "PAUSED")
	w.press("q", "exit code 0", "-packets")
}

func TestHasUTF8(t *testing.T) {
	for _, c := range []struct {
		all, ctype, lang string
		want             bool
	}{
		{"", "", "", false},
		{"", "", "C.UTF-8", true},
		{"", "", "de_DE.utf8", true},
		{"C", "", "C.UTF-8", false},
		{"", "POSIX", "en_US.UTF-8", false},
		{"", "en_US.UTF-8", "C", true},
		{"", "", "de_DE.ISO-8859-1", false},
	} {
		env := map[string]string{"LC_ALL": c.all, "LC_CTYPE": c.ctype, "LANG": c.lang}
		if got := hasUTF8(func(name string) string { return env[name] }); got != c.want {
			t.Errorf("%v: %v", env, got)
		}
	}
}
