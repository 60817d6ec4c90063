package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"onpath/anomaly"
	"onpath/internal/evidence"
	"onpath/internal/run"
)

const evidenceLong = `

With --evidence DIR, a finding leaves its evidence there, numbered from dump000 on:
dumpNNN.pcapng with the packets of its connection, all that are still kept and up to 64
more or 10 seconds, with comments on those that show it (Wireshark has them as packet
comments); dumpNNN.txt with both virtual stacks before the packet that showed it, in
the rows of FreeBSD's tcpad; dumpNNN.json, the same for programs. --evidence-on says how
severe a finding must be, the two sizes bound what is kept of packets in memory and what
the dumps of DIR take, and --local says whose stack stands first. docs/evidence.md tells
the rest.`

// dumps are the flags of the evidence.
type dumps struct {
	least  severity
	memory memory
	disk   octets
	local  networks
	c      run.Evidence
}

func (x *dumps) bind(cmd *cobra.Command) {
	x.memory.octets, x.disk = evidence.DefaultMemory, evidence.DefaultDisk
	x.least = severity(anomaly.Suspicious)
	f := cmd.Flags()
	f.StringVar(&x.c.Dir, "evidence", "", "leave the packets and both stacks of what is found in directory `DIR`")
	f.Var(&x.least, "evidence-on", "with --evidence, of findings of `SEVERITY` or stronger")
	f.Var(&x.memory, "evidence-memory", "with --evidence, keep the latest packets of all connections in so much memory")
	f.Var(&x.disk, "evidence-disk", "with --evidence, let the dumps in DIR, older ones included, take so much")
	f.Var(&x.local, "local", "with --evidence, an end in network `NET` is the local one; repeatable")
	must(cmd.MarkFlagDirname("evidence"))
	must(cmd.RegisterFlagCompletionFunc("evidence-on", cobra.FixedCompletions(described(anomaly.Severities()), cobra.ShellCompDirectiveNoFileComp)))
	for _, flag := range [...]string{"evidence-memory", "evidence-disk", "local"} {
		must(cmd.RegisterFlagCompletionFunc(flag, cobra.NoFileCompletions))
	}
}

// config puts what the flags say into c.
func (x *dumps) config(cmd *cobra.Command, c *run.Config) error {
	changed := cmd.Flags().Changed
	if x.c.Dir == "" {
		if changed("evidence") {
			return errors.New("--evidence needs the name of a directory")
		}
		for _, flag := range [...]string{"evidence-on", "evidence-memory", "evidence-disk", "local"} {
			if changed(flag) {
				return fmt.Errorf("--%s says something about dumps; give --evidence DIR too", flag)
			}
		}
		return nil
	}
	if changed("evidence-on") && anomaly.Severity(x.least) < c.Flow.Rules.Least {
		return errors.New("nothing milder than --min-severity is found: --evidence-on would miss it")
	}
	c.Evidence = x.c
	c.Evidence.Least, c.Evidence.Memory, c.Evidence.Disk = anomaly.Severity(x.least), int(x.memory.octets), int64(x.disk)
	c.Evidence.Local, c.Evidence.Version = x.local, "onpath "+version()
	return nil
}
