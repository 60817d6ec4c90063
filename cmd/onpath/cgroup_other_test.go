//go:build !linux

package main

import (
	"os/exec"
	"testing"
)

// cgroup bounds nothing: only Linux has them.
type cgroup struct{}

func newCgroup(*testing.T, int64) cgroup { return cgroup{} }

func (*cgroup) command(words ...string) *exec.Cmd { return exec.Command(words[0], words[1:]...) }

func (*cgroup) used() int64 { return 0 }
