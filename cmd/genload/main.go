// Command genload writes one of the captures that the benchmarks use, for work
// on onpath itself: genload [-scale N] [-seed N] [-ns] LOAD > FILE.
package main

import (
	"flag"
	"fmt"
	"os"

	"onpath/internal/genload"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "genload:", err)
		os.Exit(1)
	}
}

func run() error {
	scale := flag.Float64("scale", 1, "packets and connections times `factor`")
	seed := flag.Uint64("seed", 1, "plays the same load with other dice")
	nanos := flag.Bool("ns", false, "time stamps in ns")
	flag.Usage = usage
	flag.Parse()
	load, ok := genload.Find(flag.Arg(0))
	if !ok {
		return fmt.Errorf("no load is called %q; genload -h lists them", flag.Arg(0))
	}
	s, err := genload.Write(os.Stdout, load.Scale(*scale), genload.Options{Seed: *seed, Nanos: *nanos})
	if err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	fmt.Fprintf(os.Stderr, "%+v\n", s)
	return nil
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: genload [flags] LOAD > FILE")
	flag.PrintDefaults()
	for _, l := range genload.Loads() {
		fmt.Fprintf(os.Stderr, "  %-6s %s\n", l.Name, l.Doc)
	}
}
