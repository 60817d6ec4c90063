package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"onpath/internal/flood"
)

// named returns this program by the name under which TestMain runs main.
func named(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "onpath")
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	return program
}

// A variant is what floods are read with. It gets one packet in part, a gap apart.
type variant struct {
	name, target, flags string
	part                uint64
	gap                 time.Duration
}

// octets returns the target as a number.
func (v *variant) octets() int64 {
	n, _ := strconv.ParseInt(strings.TrimSuffix(v.target, "MiB"), 10, 64)
	return n << 20
}

// small is what fills up with few packets.
var small = []variant{{"small", "96MiB", "-o jsonl=/dev/null", 1, time.Microsecond}}

// large are with what most have, over a time in which records end, and with all that takes
// memory.
var large = []variant{
	{"plain", "256MiB", "-o jsonl=/dev/null -o findings=/dev//null", 1, time.Microsecond},
	{"slow", "128MiB", "-o tsv=/dev/null --interim 60s", 4, 100 * time.Microsecond},
	{"all", "384MiB", "-o jsonl=/dev/null -o tcpchain=/dev//null -o tcpstates=DIR/t -o conntrack=/dev///null --nf-helper default --evidence DIR/dumps --evidence-on informational --evidence-disk 64MiB", 4, time.Microsecond},
}

// TestFloods: whatever floods it, onpath reads all and stays below --memory. With
// ONPATH_FLOODS=N the large variants read floods of N packets; make floods does, with 5
// million.
func TestFloods(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("how much memory was used at most is known on Linux only")
	}
	if raced {
		t.Skip("the race detector takes memory that is no part of --memory")
	}
	packets, variants := uint64(20_000), small
	if n, err := strconv.ParseUint(os.Getenv("ONPATH_FLOODS"), 10, 64); err == nil {
		packets, variants = n, large
	}
	program := named(t)
	for _, v := range variants {
		for _, k := range flood.Kinds() {
			t.Run(v.name+"/"+k.Name, func(t *testing.T) {
				n := packets / v.part
				flags := strings.ReplaceAll(v.flags, "DIR", t.TempDir())
				group := newCgroup(t, v.octets())
				cmd := group.command(strings.Fields(program + " read --memory " + v.target + " " + flags + " -")...)
				said := read(t, cmd, flood.New(k, 1), n, v.gap)
				if !strings.HasPrefix(said, "packets      "+grouped(n)+" in") {
					t.Errorf("not all packets were read:\n%s", said)
				}
				below(t, said)
				t.Logf("%s in the cgroup, which is killed above %s", grouped(uint64(group.used())), grouped(uint64(v.octets())))
			})
		}
	}
}

// read lets a program read a flood, and returns what it says.
func read(t *testing.T, cmd *exec.Cmd, f *flood.Flood, n uint64, gap time.Duration) string {
	t.Helper()
	var said bytes.Buffer
	cmd.Stderr = &said
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(in, n, gap); err != nil {
		t.Error(err)
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	return said.String()
}

// used is what the summary says of memory.
var used = regexp.MustCompile(`(?m)^memory +at most ([0-9.]+) MiB of ([0-9.]+) MiB`)

// below fails if more was used than the target.
func below(t *testing.T, said string) {
	t.Helper()
	m := used.FindStringSubmatch(said)
	if m == nil {
		t.Fatalf("nothing is said of memory:\n%s", said)
	}
	peak, _ := strconv.ParseFloat(m[1], 64)
	target, _ := strconv.ParseFloat(m[2], 64)
	if t.Logf("at most %v MiB of %v", peak, target); peak > target {
		t.Errorf("%v MiB were used:\n%s", peak, said)
	}
}

// grouped writes n as the summary does.
func grouped(n uint64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
