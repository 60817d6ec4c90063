package main

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestTerminatedBesideAFullPipe: who reads nothing does not keep the program from ending when
// it is told to: while it reads, or when it has read all. timeout(1) tells it twice at once,
// which is not the second signal that kills.
func TestTerminatedBesideAFullPipe(t *testing.T) {
	for _, files := range []int{100, 1} { // as much as no pipe holds, or what is kept back until the end
		terminate(t, slices.Repeat([]string{"../../testdata/town.pcap"}, files))
	}
}

func terminate(t *testing.T, files []string) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	unix.FcntlInt(r.Fd(), unix.F_SETPIPE_SZ, 4096)
	cmd := exec.Command(named(t), append([]string{"packets", "-q", "-o", "jsonl"}, files...)...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = w, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	late := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer late.Stop()
	r.Read(make([]byte, 1)) // it minds signals by now
	cmd.Process.Signal(syscall.SIGTERM)
	time.Sleep(time.Millisecond) // else the kernel may make them one
	cmd.Process.Signal(syscall.SIGTERM)
	cmd.Wait()
	if s := cmd.ProcessState.Sys().(syscall.WaitStatus); s.Signal() != syscall.SIGTERM {
		t.Errorf("%d files: %v, %s", len(files), s, said.String())
	}
	if !strings.Contains(said.String(), "onpath: output jsonl=-: a write lasts for 3s: it is given up, and incomplete\n") {
		t.Error(said.String())
	}
}
