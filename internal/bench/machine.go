package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"time"
)

// A machine is what tells one hour of a shared machine from another: how long a core
// waits for memory that nothing asked for ahead. Neighbours who use the last cache
// together make it five times as long, and the floor slower, too.
type machine struct {
	Cache  time.Duration // for a line out of 4 MiB, which the last cache alone may hold
	Memory time.Duration // for one out of 64 MiB
}

// probeHere reads a capture, so that no program waits for the disk, and writes what this
// machine is to standard output, for probeThere.
func probeHere(path string) error {
	if _, err := walkPcap(path, func(int64, []byte, uint32) {}); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(machine{latency(4 << 20), latency(64 << 20)})
}

// probeThere does it in a process of its own: what a parent had resident at most
// counts as its children's.
func probeThere(path string) (m machine, err error) {
	cmd := exec.Command(os.Args[0], "-probe", path)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return m, fmt.Errorf("probing this machine: %w", err)
	}
	return m, json.Unmarshal(out, &m)
}

// line is one of the cache, which says where the next one stands.
type line struct {
	next uint32
	_    [60]byte
}

// latency is the wait for one line of so many octets, each found by the one before; of
// processor time, so that other programs' turns do not count.
func latency(octets int) time.Duration {
	lines := make([]line, octets/64)
	order := rand.New(rand.NewPCG(1, 2)).Perm(len(lines))
	for i, at := range order {
		lines[at].next = uint32(order[(i+1)%len(order)])
	}
	const steps = 300_000
	began, at := usage().cpu, uint32(0)
	for range steps {
		at = lines[at].next
	}
	took := (usage().cpu - began) / steps
	if int(at) >= len(lines) { // never: keeps the walk from being left out
		return 0
	}
	return took
}
