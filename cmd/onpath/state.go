package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"onpath/internal/run"
)

const stateLong = `

With --state FILE what is open is kept in FILE, every 30 s (--checkpoint) and at the end,
and another run goes on with it, also one of a later version: a connection that lives on
has one record, from its SYN, though onpath was started anew. So at the end what is open
is not written with the end_reason flush, as it has not ended. Nobody is accused of what
passed while nobody watched. A state that is damaged, or cannot be understood, is renamed
to FILE.refused, and why is said; what is no state is an error. One run has FILE at a time
(FILE.lock). docs/live.md tells what is kept.`

// Bounds of --checkpoint.
const (
	usualCheckpoint = 30 * time.Second
	leastCheckpoint = time.Second
)

// kept are the flags of what another run goes on with.
type kept struct{ every time.Duration }

func (k *kept) bind(cmd *cobra.Command, c *run.Config) {
	f := cmd.Flags()
	f.StringVar(&c.State.Path, "state", "", "keep what is open in `FILE`, and go on with what an earlier run kept there")
	f.DurationVar(&k.every, "checkpoint", usualCheckpoint, "with --state, keep it every `TIME`")
	must(cmd.MarkFlagFilename("state"))
	must(cmd.RegisterFlagCompletionFunc("checkpoint", cobra.NoFileCompletions))
}

// config refuses what does not go together.
func (k *kept) config(cmd *cobra.Command, c *run.Config) error {
	c.State.Every = k.every
	switch path := c.State.Path; {
	case cmd.Flags().Changed("checkpoint") && path == "":
		return fmt.Errorf("--checkpoint says how often a state is kept; give --state FILE too")
	case k.every < leastCheckpoint:
		return fmt.Errorf("--checkpoint %v: must be at least %v", k.every, leastCheckpoint)
	case path == "":
		return nil
	}
	for _, path := range []string{c.State.Path, c.State.Path + ".part"} {
		if err := mayReplace(path); err != nil {
			return fmt.Errorf("--state %w", err)
		}
	}
	for _, o := range c.Outputs {
		if o.Path != run.Stdout && c.State.Writes(o.Path) {
			return fmt.Errorf("--state %s: the output %s is written there; choose another path", c.State.Path, o.Path)
		}
	}
	return nil
}

// mayReplace refuses what is no file: a checkpoint takes the name of the one before, so a
// device would be gone, and who opens a pipe waits.
func mayReplace(path string) error {
	switch info, err := os.Stat(path); {
	case err != nil: // there is none yet, or it is told when it is opened
		return nil
	case info.IsDir():
		return fmt.Errorf("%s: is a directory; name a file in it", path)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: is no regular file, and would be replaced by one; choose another path", path)
	}
	return nil
}
