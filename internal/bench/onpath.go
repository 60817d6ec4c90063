package main

import (
	"os"

	"onpath/compat/netfilter"
	"onpath/internal/run"
)

// runOnpath is what `onpath read -q --shards 1 -o jsonl=/dev/null FILE` does.
func runOnpath(path string) (result, error) { return read(path, run.Config{Shards: 1}) }

// runFirewall is the same with --netfilter.
func runFirewall(path string) (result, error) {
	return read(path, run.Config{Shards: 1, Netfilter: new(netfilter.Config)})
}

// runSharded is runOnpath with a shard for each processor.
func runSharded(path string) (result, error) { return read(path, run.Config{}) }

func read(path string, c run.Config) (result, error) {
	c.Files, c.Quiet = []string{path}, true
	c.Outputs = []run.Output{{Format: "jsonl", Path: os.DevNull}}
	return result{}, run.Read(c)
}
