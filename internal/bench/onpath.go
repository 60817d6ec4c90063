package main

import (
	"os"

	"onpath/internal/run"
)

// runOnpath is what `onpath read -q --shards 1 -o jsonl=/dev/null FILE` does.
func runOnpath(path string) (result, error) { return readShards(path, 1) }

// runSharded is the same with a shard for each processor.
func runSharded(path string) (result, error) { return readShards(path, 0) }

func readShards(path string, n int) (result, error) {
	return result{}, run.Read(run.Config{
		Files:   []string{path},
		Outputs: []run.Output{{Format: "jsonl", Path: os.DevNull}},
		Shards:  n,
		Quiet:   true,
	})
}
