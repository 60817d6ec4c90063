package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"onpath/internal/run"
)

const memoryLong = `

--memory SIZE is a target for the whole process, which it stays below whatever is sent: the
connections that are remembered, what is kept of them, queues and rings are sized from it,
and the summary tells how much was used. --max-connections, --overlap-memory and
--evidence-memory are left as they are said. docs/live.md has what each part gets, and
what is counted where something found no room.`

// target is the flag --memory.
type target struct{ memory }

func (t *target) bind(cmd *cobra.Command) {
	cmd.Flags().Var(t, "memory", "have the whole process take no more than SIZE, such as 512MiB (0: what the defaults take)")
	must(cmd.RegisterFlagCompletionFunc("memory", cobra.NoFileCompletions))
}

// config divides the target: what is not said of the parts is sized from it.
func (t *target) config(cmd *cobra.Command, c *run.Config) error {
	if c.Memory = int64(t.octets); c.Memory == 0 {
		return nil
	}
	changed := cmd.Flags().Changed
	if !changed("max-connections") {
		c.Flow.MaxConnections = 0
	}
	if !changed("overlap-memory") {
		c.Flow.Rules.Overlap = 0
	}
	if !changed("evidence-memory") {
		c.Evidence.Memory = 0
	}
	return c.Divide()
}

// memory is the value of --memory, --overlap-memory and --evidence-memory: a size that this
// machine can hold.
type memory struct{ octets }

// Set takes a size, and refuses more than there is.
func (m *memory) Set(text string) error {
	var size octets
	if err := size.Set(text); err != nil {
		return err
	}
	if have := installed(); have > 0 && uint64(size) > have {
		return fmt.Errorf("this machine has %.1f GiB of memory; give less", float64(have)/(1<<30))
	}
	m.octets = size
	return nil
}
