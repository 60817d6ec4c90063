package netfilter_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"onpath/compat/netfilter"
	"onpath/packet"
	"onpath/source"
)

// where finds a file of the workplace that is no part of the module, or skips.
func where(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, e := os.Stat(filepath.Join(dir, "go.mod")); e == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(dir, "..", "shared", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("what the kernel said is not here: %v", err)
	}
	return path
}

// each gives a capture, frame by frame, to a Tracker.
func each(t testing.TB, path string, tracker *netfilter.Tracker, judged func(*packet.View, *netfilter.Verdict)) {
	r, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	decoder := packet.NewDecoder(packet.Config{})
	var f packet.Frame
	var v packet.View
	var out netfilter.Verdict
	for {
		if err := r.Next(&f); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Logf("%s: %v", path, err)
			return
		}
		decoder.Decode(&f, &v)
		tracker.Observe(&v, &out)
		judged(&v, &out)
	}
}

// said is what the kernel said of one packet of a scenario.
type said struct {
	line                      string
	state, dir, before, after string
	conn, timeout, reason     string
	status                    string
	gone, master              bool
	expect                    []string
}

// story is one scenario.
type story struct {
	name, options string
	packets       []said
}

var saidLine = regexp.MustCompile(`^(.{58,}?) (NEW|ESTABLISHED|RELATED|INVALID)\s+(orig|repl)?\s*(\S*)->(\S+)\s+#(\S+)\s+(\S+)(.*)$`)

// stories reads what the kernel said of the scenarios.
func stories(t *testing.T) (all []story) {
	b, err := os.ReadFile(where(t, "oracle/SCENARIOS.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, "\n")
		if head, ok := strings.CutPrefix(line, "== "); ok {
			head, _, _ = strings.Cut(head, " :")
			name, options, _ := strings.Cut(head, " ")
			all = append(all, story{name: name, options: strings.TrimSpace(options)})
			continue
		}
		m := saidLine.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("cannot read %q", line)
		}
		p := said{line: line, state: m[2], dir: m[3], before: m[4], after: m[5], conn: m[6], timeout: m[7]}
		for item := range strings.SplitSeq(strings.TrimSpace(m[8]), " | ") {
			p.read(item)
		}
		s := &all[len(all)-1]
		s.packets = append(s.packets, p)
	}
	return all
}

var statusItem = regexp.MustCompile(`^[A-Z_]+(\+[A-Z_]+)*( \(.*\))?$`)

// read reads one of the remarks at the end of a line.
func (p *said) read(item string) {
	switch {
	case strings.HasPrefix(item, "new "), strings.HasPrefix(item, "gone "):
		p.expect = append(p.expect, item)
	case strings.HasPrefix(item, "master "):
		p.master = true
	case strings.HasPrefix(item, "entry deleted"):
		p.gone = true
	case strings.HasPrefix(item, "expired before"):
	case statusItem.MatchString(item):
		p.status, _, _ = strings.Cut(item, " ")
	default:
		p.reason = item
	}
}

// craft makes the capture of a scenario with the program that the scenarios were made with.
func craft(t *testing.T) func(name string) string {
	dir := t.TempDir()
	program := filepath.Join(dir, "ctcraft")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = where(t, "oracle/ctcraft")
	if b, err := build.CombinedOutput(); err != nil {
		t.Skipf("ctcraft cannot be built: %v: %s", err, b)
	}
	return func(name string) string {
		path := filepath.Join(dir, name+".pcap")
		if b, err := exec.Command(program, where(t, "oracle/scen/"+name+".txt"), path).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", name, err, b)
		}
		return path
	}
}

// optionsOf reads the options that a scenario was replayed with.
func optionsOf(options string) (c netfilter.Config) {
	words := strings.Fields(options)
	for i, w := range words {
		if w == "-helpers" {
			name, port, _ := strings.Cut(words[i+1], "=")
			n, _ := strconv.Atoi(port)
			c.Helpers = append(c.Helpers, netfilter.Attach{Helper: name, Ports: []uint16{uint16(n)}})
		}
	}
	return c
}

// TestScenarios holds every field that was recorded against the Tracker's.
func TestScenarios(t *testing.T) {
	all := stories(t)
	path := craft(t)
	packets := 0
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			i := 0
			each(t, path(s.name), netfilter.New(optionsOf(s.options)), func(v *packet.View, out *netfilter.Verdict) {
				if got, want := tellVerdict(v.At, out, &s.packets[i], strings.Contains(s.options, "virtual")), s.packets[i].tell(out); got != want {
					t.Errorf("%s\n got %s\nwant %s", s.packets[i].line, got, want)
				}
				i++
			})
			if i != len(s.packets) {
				t.Errorf("%d packets, want %d", i, len(s.packets))
			}
			packets += i
		})
	}
	t.Logf("%d scenarios, %d packets", len(all), packets)
}

// tell writes what the kernel said; a remark of the scenario behind the reason is
// left away.
func (p *said) tell(out *netfilter.Verdict) string {
	reason := strings.TrimPrefix(p.reason, "nf_ct_proto_1: ")
	if got := out.Why.String(); strings.HasPrefix(reason, got+" (") || got == "" && strings.HasPrefix(reason, "(") {
		reason = got
	}
	before := strings.TrimPrefix(p.before, "-")
	return fmt.Sprintf("%s %s %s->%s #%s %s status=%q master=%v gone=%v why=%q", p.state, p.dir, before, strings.TrimPrefix(p.after, "-"), p.conn, p.timeout, p.status, p.master, p.gone, reason)
}

// tellVerdict writes the same of a verdict. The kernel heard all packets at once, so an
// entry that was not refreshed has what it was given, less a moment.
func tellVerdict(at int64, out *netfilter.Verdict, p *said, aged bool) string {
	dir, before, after, conn, timeout, status := "", "", "", "-", "-", ""
	if out.State != netfilter.StateInvalid {
		dir = out.Dir.String()[:4]
	}
	master := false
	if e := out.Entry; e != nil {
		before, after, conn = out.Before.String(), e.TCP.String(), strconv.Itoa(int(e.ID))
		status = strings.ReplaceAll((e.Status & (netfilter.Expected | netfilter.SeenReply | netfilter.Assured | netfilter.Dying)).String(), ",", "+")
		if !out.Deleted {
			timeout = timeoutOf(at, e, p.timeout, aged)
		}
		master = e.Master != 0 && !out.Deleted // nobody could ask for it any more
	}
	if out.State == netfilter.StateRelated && p.before == "-" || out.Why.Cause == netfilter.CauseOuter {
		before = ""
	}
	return fmt.Sprintf("%s %s %s->%s #%s %s status=%q master=%v gone=%v why=%q", out.State, dir, before, after, conn, timeout, status, master, out.Deleted, out.Why.String())
}

func timeoutOf(at int64, e *netfilter.Entry, want string, aged bool) string {
	const second = 1e9
	left := (e.Expires - e.Seen) / second
	if aged {
		left = (e.Expires - at + second - 1) / second
	}
	if want == strconv.FormatInt(left-1, 10) {
		return want
	}
	return strconv.FormatInt(left, 10)
}
