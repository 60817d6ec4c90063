package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"onpath/internal/run"
)

const rotationLong = `

Output never holds up the capture: each has a queue of 16 MiB. If a disk is full or
nobody reads a pipe for so long that it fills up, rows are lost whole and counted; that
is said when it begins and when it ends, and in the summary, and the exit code is 1.

With --rotate or --rotate-size, -o jsonl=conns.jsonl writes files such as
conns-20261121T190000Z.jsonl, named after the time (UTC) at which they begin; one that is
still written ends in .part. SIGHUP closes all files and opens them again; SIGUSR1
prints on standard error what is open.`

// leastRotation is the shortest time after which a file may end.
const leastRotation = time.Second

// rotation are the flags of when a file ends and the next one begins.
type rotation struct {
	every time.Duration
	size  octets
}

func (r *rotation) bind(cmd *cobra.Command) {
	f := cmd.Flags()
	f.DurationVar(&r.every, "rotate", 0, "begin new files of -o FORMAT=PATH every `TIME`, such as 1h (0: never)")
	f.Var(&r.size, "rotate-size", "begin a new file before one grows above SIZE (0: never)")
	must(cmd.RegisterFlagCompletionFunc("rotate", cobra.NoFileCompletions))
	must(cmd.RegisterFlagCompletionFunc("rotate-size", cobra.NoFileCompletions))
}

// config puts what the flags say into c.
func (r *rotation) config(c *run.Config) error {
	c.Rotation = run.Rotation{Every: r.every, Size: int64(r.size)}
	isFile := func(o run.Output) bool { return o.Path != run.Stdout }
	switch {
	case r.every != 0 && r.every < leastRotation:
		return fmt.Errorf("--rotate %v: must be at least %v, or 0", r.every, leastRotation)
	case c.Rotation.Rotates() && !slices.ContainsFunc(c.Outputs, isFile):
		return errors.New("--rotate and --rotate-size are of files, and there is none; give -o FORMAT=PATH too")
	}
	return nil
}
