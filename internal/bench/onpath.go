package main

import (
	"os"

	"onpath/internal/run"
)

// runOnpath is what `onpath read -q -o jsonl=/dev/null FILE` does.
func runOnpath(path string) (result, error) {
	return result{}, run.Read(run.Config{
		Files:   []string{path},
		Outputs: []run.Output{{Format: "jsonl", Path: os.DevNull}},
		Quiet:   true,
	})
}
