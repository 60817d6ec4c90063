// Command onpath observes TCP from one point of a path: it reads captures and
// tells of every connection what both ends must have been doing.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"onpath/internal/run"
)

// Exit codes.
const (
	exitDone  = 0
	exitWork  = 1 // the work could not be done
	exitUsage = 2 // the command line is wrong
	exitFound = 3 // what --fail-on asks for was found
)

func main() { os.Exit(execute(os.Args[1:])) }

// execute runs the command and returns its exit code.
func execute(args []string) int {
	root := newRoot()
	root.SetArgs(args)
	err := root.Execute()
	if err == nil {
		return exitDone
	}
	if found := (*run.Found)(nil); errors.As(err, &found) {
		fmt.Fprintf(os.Stderr, "onpath: %v\n", found)
		return exitFound
	}
	if failed := (*workError)(nil); errors.As(err, &failed) {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			fmt.Fprintf(os.Stderr, "onpath: %s\n", line)
		}
		return exitWork
	}
	fmt.Fprintf(os.Stderr, "onpath: %s\nonpath --help shows how it is used\n", strings.TrimSpace(err.Error()))
	return exitUsage
}

// A workError says that the work could not be done. Every other error is one of
// the command line.
type workError struct{ error }

func (e *workError) Unwrap() error { return e.error }

// worked marks err as a workError.
func worked(err error) error {
	if err == nil {
		return nil
	}
	return &workError{err}
}
