//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// pairOnLo is a connection over lo, both ends.
type pairOnLo [2]*net.TCPConn

// connect opens one in the stage's network.
func (s *stage) connect(l *net.TCPListener) (p pairOnLo) {
	s.Helper()
	var err error
	if p[0], err = net.DialTCP("tcp", nil, l.Addr().(*net.TCPAddr)); err != nil {
		s.Fatal(err)
	}
	if p[1], err = l.AcceptTCP(); err != nil {
		s.Fatal(err)
	}
	return p
}

// talk sends octets both ways.
func (p pairOnLo) talk(s *stage) {
	s.Helper()
	b := make([]byte, 100)
	for i := range p {
		if _, err := p[i].Write(b); err != nil {
			s.Fatal(err)
		}
		if _, err := p[1-i].Read(b); err != nil {
			s.Fatal(err)
		}
	}
}

func (p pairOnLo) close() { p[0].Close(); p[1].Close() }

// keptRow is what this test looks at of a row.
type keptRow struct {
	Conn      uint64
	Continues *uint64
	Start     string
	Reason    string `json:"end_reason"`
	Octets    int    `json:"client_octets"`
	Gap       int    `json:"client_gap_octets"`
	Findings  []struct{ ID, Severity string }
}

// rowsIn returns the rows of a file.
func rowsIn(path string) (all []keptRow) {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	for d := json.NewDecoder(f); ; {
		var r keptRow
		if d.Decode(&r) != nil {
			return all
		}
		all = append(all, r)
	}
}

// checkpointed waits for a checkpoint that began after this.
func (s *stage) checkpointed(path string) {
	s.Helper()
	for range 2 { // the first one may have begun before
		from := time.Now()
		s.until("a checkpoint", func() bool {
			info, err := os.Stat(path)
			return err == nil && info.ModTime().After(from)
		})
	}
}

// TestState: connections have one record each, with their SYNs, though onpath was killed,
// or stopped, and started anew meanwhile; and no rule accuses anybody of the gap.
func TestState(t *testing.T) {
	s := newStage(t)
	s.ip("link set dev lo up")
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, way := range []struct {
		sig           syscall.Signal
		first, second string // shards
	}{{syscall.SIGKILL, "1", "1"}, {syscall.SIGTERM, "1", "2"}, {syscall.SIGKILL, "2", "3"}, {syscall.SIGTERM, "2", "1"}} {
		t.Log(way)
		s.goesOn(l, way.sig, way.first, way.second) // not another test, which would run in another network
	}
}

func (s *stage) goesOn(l *net.TCPListener, sig syscall.Signal, shards ...string) {
	dir := s.public()
	state := filepath.Join(dir, "state")
	start := func(rows, shards string) *capturing {
		c := &capturing{stage: s, Cmd: exec.Command(s.program, "live", "-i", "lo", "--user", "4242:4343", "--state", state, "--shards", shards,
			"--checkpoint", "1s", "--linger", "reset=200ms,close=200ms", "-o", "jsonl="+filepath.Join(dir, rows))}
		c.Stderr = c
		c.start()
		c.wait("running as user 4242:4343")
		return c
	}
	first := start("first", shards[0])
	s.refusesAnother(state, first.Process.Pid)
	var pairs []pairOnLo
	for range 5 {
		pairs = append(pairs, s.connect(l))
		pairs[len(pairs)-1].talk(s)
	}
	s.checkpointed(state)
	pairs[0].close() // it is open in the checkpoint
	s.until("its row", func() bool { return len(rowsIn(filepath.Join(dir, "first"))) == 1 })
	first.Process.Signal(sig)
	first.end()
	for _, p := range pairs[1:] {
		p.talk(s) // nobody watches
	}
	second := start("second", shards[1])
	second.wait("--state: 4 connections and conversations go on from " + state)
	pairs = append(pairs[1:], s.connect(l))
	for _, p := range pairs {
		p.talk(s)
		p.close()
	}
	s.until("all rows", func() bool { return len(rowsIn(filepath.Join(dir, "second"))) >= 5 })
	second.Process.Signal(syscall.SIGTERM)
	if code := second.end(); code != 0 {
		s.Errorf("exit code %d", code)
	}
	s.hasAll(append(rowsIn(filepath.Join(dir, "first")), rowsIn(filepath.Join(dir, "second"))...))
	if s.Failed() {
		s.Logf("first: %s\nsecond: %s", first.all(), second.all())
	}
}

// refusesAnother reports whether a run with the same state touches anything of the first.
func (s *stage) refusesAnother(state string, first int) {
	s.Helper()
	rows := filepath.Join(filepath.Dir(state), "another")
	c := &capturing{stage: s, Cmd: exec.Command(s.program, "live", "-i", "lo", "--user", "4242:4343", "--state", state, "-o", "jsonl="+rows)}
	c.Stderr = c
	c.start()
	c.wait(fmt.Sprintf("--state %s: another run keeps its state there, process %d: end that one first", state, first))
	if code := c.end(); code != 1 || owner(rows) != -1 || owner(state+".lock") != 4242 {
		s.Errorf("exit code %d, an output of %d, a lock of %d", code, owner(rows), owner(state+".lock"))
	}
}

// hasAll reports what is wrong with the rows of six connections, of which the last one
// began after the gap.
func (s *stage) hasAll(rows []keptRow) {
	slices.SortFunc(rows, func(a, b keptRow) int { return int(a.Conn) - int(b.Conn) })
	if len(rows) != 6 {
		s.Fatalf("%d rows: %+v", len(rows), rows)
	}
	for i, r := range rows {
		wantGap := 100
		if i == 0 || i == 5 {
			wantGap = 0
		}
		if r.Conn != uint64(i+1) || r.Start != "syn" || r.Reason != "fin" || r.Continues != nil || r.Gap != wantGap {
			s.Errorf("row %d: %+v", i+1, r)
		}
		for _, f := range r.Findings {
			if f.Severity != "capture-artifact" {
				s.Errorf("row %d: %v", i+1, f)
			}
		}
	}
}

// TestStateRefused: a file that is no use is put aside, and why is said; where no state can
// be kept nothing begins.
func TestStateRefused(t *testing.T) {
	s := newStage(t)
	dir, roots := s.public(), s.TempDir()
	state := filepath.Join(dir, "state")
	if err := os.WriteFile(state, []byte("onpath state\nbut not quite"), 0o666); err != nil {
		t.Fatal(err)
	}
	c := s.live("2", "-q", "--user", "4242:4343", "--state", state, "-o", "jsonl="+filepath.Join(dir, "rows"))
	c.wait(state + " is not used: it is damaged at its beginning; it is called state.refused now, and no connection goes on")
	s.refused(1)
	if code := c.end(); code != 0 || owner(state) != 4242 || owner(state+".refused") != 0 {
		t.Errorf("exit code %d, %s of %d, beside one of %d", code, state, owner(state), owner(state+".refused"))
	}
	os.WriteFile(state, []byte("dear diary"), 0o666)
	c = s.live("2", "-q", "--user", "4242:4343", "--state", state, "-o", "jsonl="+filepath.Join(dir, "more"))
	c.wait("--state: " + state + ": it is no state of onpath, and would be replaced by one; choose another path")
	if code := c.end(); code != 1 || owner(filepath.Join(dir, "more")) != -1 {
		t.Errorf("exit code %d, an output is made", code)
	}
	c = s.live("2", "--user", "4242:4343", "--state", filepath.Join(roots, "state"))
	c.wait("--state: user 4242:4343 may not make files in " + roots)
	if code := c.end(); code != 1 {
		t.Errorf("exit code %d", code)
	}
}

// TestStateLost: if the last checkpoint cannot be written that is said, even if onpath is
// to be quiet, and the exit code tells.
func TestStateLost(t *testing.T) {
	s := newStage(t)
	dir := s.public()
	state := filepath.Join(dir, "state")
	c := s.live("0", "-q", "--user", "4242:4343", "--state", state, "--checkpoint", "1s")
	s.checkpointed(state)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	c.wait("--state: no checkpoint: ")
	c.Process.Signal(syscall.SIGTERM)
	c.wait("--state: the last checkpoint failed: what was open is written with the end_reason flush")
	if code := c.end(); code != 1 {
		t.Errorf("exit code %d", code)
	}
}
