package main

import (
	"errors"

	"github.com/spf13/cobra"

	"onpath/internal/run"
)

const explainLong = `Explain what onpath says of a capture.

--nf FRAME tells what a Linux gateway's firewall would have called the packet in
that frame, and why: its entry before and after, the windows of both sides, each of
the four bounds with its numbers, the sentence that the kernel logs, ours, what a
person may conclude, and which settings of the kernel would have made a difference.
Frames are numbered from 1 over all captures; find them with
onpath packets --netfilter.`

const explainExample = `  onpath explain --nf 10 capture.pcap
  onpath explain --nf 10 --nf-liberal capture.pcap`

func newExplain() *cobra.Command {
	var c run.Config
	var gateway firewall
	var frame uint64
	cmd := &cobra.Command{
		Use:     "explain --nf FRAME [flags] FILE...",
		Short:   "why a packet got the verdict it got",
		Long:    explainLong,
		Example: explainExample,
		RunE: func(_ *cobra.Command, files []string) error {
			c.Files, c.Netfilter = files, &gateway.Config
			if err := checkExplain(&c, frame); err != nil {
				return err
			}
			return worked(run.ExplainVerdict(c, frame))
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.Uint64Var(&frame, "nf", 0, "explain the firewall's verdict on frame `FRAME`")
	f.BoolVar(&c.Merge, "merge", false, "read several files as one stream in the order of time")
	bindDecoding(f, &c)
	gateway.bindSettings(cmd)
	for _, name := range []string{"nf", "max-connections"} {
		must(cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions))
	}
	cmd.ValidArgsFunction = completeCaptures
	return cmd
}

// checkExplain refuses what cannot be explained.
func checkExplain(c *run.Config, frame uint64) error {
	switch {
	case frame == 0:
		return errors.New("say what to explain: --nf FRAME, with a FRAME from 1")
	case len(c.Files) == 0:
		return errors.New("no capture given: name a FILE, or - for standard input")
	}
	return checkMaxConnections(c)
}
