// Command simulate writes simulated connections with what is true of both ends
// at each frame, for work on onpath itself: simulate [-runs N] [-seed N] MODE
// writes MODE.pcap and MODE.jsonl.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"

	"onpath/internal/simulate"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
}

func run() error {
	runs := flag.Int("runs", 150, "how many connections")
	seed := flag.Uint64("seed", 1, "plays others")
	flag.Usage = usage
	flag.Parse()
	name := flag.Arg(0)
	i := slices.IndexFunc(simulate.Modes, func(m simulate.Mode) bool { return m.Name == name })
	if i < 0 {
		return fmt.Errorf("no mode is called %q; simulate -h lists them", name)
	}
	return write(&simulate.Modes[i], *seed, *runs)
}

func write(m *simulate.Mode, seed uint64, runs int) error {
	pcap, err := os.Create(m.Name + ".pcap")
	if err != nil {
		return err
	}
	truth, err := os.Create(m.Name + ".jsonl")
	if err != nil {
		return errors.Join(err, pcap.Close())
	}
	var w simulate.Sim
	err = w.Capture(pcap, truth, m, seed, runs)
	return errors.Join(err, pcap.Close(), truth.Close())
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: simulate [flags] MODE")
	flag.PrintDefaults()
	for i := range simulate.Modes {
		fmt.Fprintln(os.Stderr, " ", simulate.Modes[i].Name)
	}
}
