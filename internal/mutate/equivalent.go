package main

import (
	"fmt"
	"os"
	"strings"
)

// equivalents are mutants that mean the same as the source, by name, and why.
//
// Their file holds one in a line, behind it two spaces, # and the reason.
type equivalents map[string]string

// readEquivalents reads a file of equivalents; without a name there are none.
func readEquivalents(name string) (equivalents, error) {
	list := equivalents{}
	if name == "" {
		return list, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		mutant, reason, ok := strings.Cut(line, "  # ")
		if !ok {
			return nil, fmt.Errorf("%s:%d: want MUTANT, two spaces, #, the reason", name, i+1)
		}
		list[mutant] = reason
	}
	return list, nil
}

// stale returns those of the mutated files that are none: killed, or gone.
func (e equivalents) stale(files []string, survived map[string]bool) (names []string) {
	for name := range e {
		for _, file := range files {
			if strings.HasPrefix(name, file+" ") && !survived[name] {
				names = append(names, name)
			}
		}
	}
	return names
}
