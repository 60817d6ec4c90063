// Command bench compares onpath with the floor and with gopacket, end to end,
// over captures which it generates: nanoseconds of processor time and
// allocations per packet, octets per connection, and resident memory. The
// programs take turns and the medians are printed, as machines are noisy.
//
//	go run ./internal/bench [-loads mix,bulk] [-programs floor,onpath] [-scale 0.1] [-rounds 5]
//
// With -check it fails where a limit of limits.go is broken: allocations and
// sizes, never times.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"strings"

	"onpath/internal/genload"
)

func main() {
	if err := command(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	loads, programs string
	scale           float64
	rounds          int
	dir             string
	check           bool
	profiles        string
}

func command() error {
	var s settings
	flag.StringVar(&s.loads, "loads", "mix,bulk,small,many,flood", "workloads, by name")
	flag.StringVar(&s.programs, "programs", "floor,core,headers,onpath,firewall,sharded,gopacket,tuned,reassembly", "programs, by name")
	flag.Float64Var(&s.scale, "scale", 1, "packets and connections times `factor`")
	flag.IntVar(&s.rounds, "rounds", 3, "runs of each program over each capture")
	flag.StringVar(&s.dir, "dir", "", "keep the captures here, and use those that are here (default: a temporary one)")
	flag.BoolVar(&s.check, "check", false, "fail on allocations per packet and on octets per connection")
	flag.StringVar(&s.profiles, "profiles", "", "leave a CPU profile of each run in this directory")
	profile := flag.String("profile", "", "with -child: where its CPU profile goes")
	child := flag.String("child", "", "measure this program in this process, over the capture that is the argument")
	probes := flag.Bool("probe", false, "read the capture that is the argument, and measure this machine")
	flag.Parse()
	if *probes {
		return probeHere(flag.Arg(0))
	}
	if *child != "" {
		return profiled(*profile, func() error { return measureHere(*child, flag.Arg(0)) })
	}
	return compare(s)
}

// profiled runs work, and leaves a profile of it at path unless that is empty.
func profiled(path string, work func() error) error {
	if path == "" {
		return work()
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return work()
}

// measureHere writes the measure of one run to standard output, for compare.
func measureHere(name, path string) error {
	p, err := findProgram(name)
	if err != nil {
		return err
	}
	m, err := measured(p, path)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(m)
}

// measureThere runs a program in a process of its own, which leaves its profile at
// profile, if that is not empty.
func measureThere(name, path, profile string) (m measure, err error) {
	cmd := exec.Command(os.Args[0], "-child", name, "-profile", profile, path)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return m, fmt.Errorf("%s over %s: %w", name, path, err)
	}
	return m, json.Unmarshal(out, &m)
}

// compare prints a table for each workload.
func compare(s settings) error {
	dir := s.dir
	if dir == "" {
		temp, err := os.MkdirTemp("", "onpath-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temp)
		dir = temp
	}
	broken := 0
	for _, name := range strings.Split(s.loads, ",") {
		t, err := compareOver(name, dir, s)
		if err != nil {
			return err
		}
		t.print(os.Stdout)
		if s.check {
			broken += t.check(os.Stdout)
		}
	}
	if broken > 0 {
		return fmt.Errorf("%d limits are broken", broken)
	}
	return nil
}

// compareOver runs the programs over one workload, in turns.
func compareOver(name, dir string, s settings) (t table, err error) {
	load, ok := genload.Find(name)
	if !ok {
		return t, fmt.Errorf("no workload is called %q", name)
	}
	path := filepath.Join(dir, fmt.Sprintf("%s-%g.pcap", name, s.scale))
	if err := generate(path, load.Scale(s.scale)); err != nil {
		return t, err
	}
	t = table{load: load, runs: map[string][]measure{}, order: strings.Split(s.programs, ",")}
	if t.on, err = probeThere(path); err != nil {
		return t, err
	}
	for round := range s.rounds {
		for _, p := range t.order {
			m, err := measureThere(p, path, s.profile(p, name, round))
			if err != nil {
				return t, err
			}
			t.runs[p] = append(t.runs[p], m)
		}
	}
	if s.dir == "" {
		return t, os.Remove(path)
	}
	return t, nil
}

// profile returns where the profile of a run goes; "" if none is wanted.
func (s *settings) profile(program, load string, round int) string {
	if s.profiles == "" {
		return ""
	}
	return filepath.Join(s.profiles, fmt.Sprintf("%s-%s-%d.pprof", program, load, round))
}

// generate writes the capture unless it is there.
func generate(path string, l genload.Load) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := genload.Write(f, l, genload.Options{Seed: 1}); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
