package main

import (
	"errors"
	"strconv"

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
  onpath explain --nf 10 --nf-liberal capture.pcap
  onpath explain --nf 10 -r capture.pcap`

func newExplain() *cobra.Command {
	var c run.Config
	var gateway firewall
	var frame frameNumber
	var read []string
	cmd := &cobra.Command{
		Use:     "explain --nf FRAME [flags] FILE... [-- FILTER]",
		Short:   "why a packet got the verdict it got",
		Long:    explainLong,
		Example: explainExample,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if frame == 0 {
				return errors.New("say what to explain: --nf FRAME, with a FRAME from 1")
			}
			if c.Files, err = filesOf(cmd, read, args); err != nil {
				return err
			}
			if err = checkMaxConnections(&c); err != nil {
				return err
			}
			c.Netfilter = &gateway.Config
			return worked(run.ExplainVerdict(c, uint64(frame)))
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.Var(&frame, "nf", "explain the firewall's verdict on this frame")
	bindCaptures(cmd, &read)
	f.BoolVar(&c.Merge, "merge", false, "read several files as one stream in the order of time")
	bindDecoding(f, &c)
	gateway.bindSettings(cmd)
	for _, name := range []string{"nf", "max-connections"} {
		must(cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions))
	}
	return cmd
}

// frameNumber is the value of --nf: from 1; 0 while it is not given.
type frameNumber uint64

// Type implements pflag.Value.
func (n *frameNumber) Type() string { return "FRAME" }

// String implements pflag.Value: empty while no frame is given, so that help shows no default.
func (n *frameNumber) String() string {
	if *n == 0 {
		return ""
	}
	return strconv.FormatUint(uint64(*n), 10)
}

// Set takes what a frame can be numbered.
func (n *frameNumber) Set(text string) error {
	frame, err := strconv.ParseUint(text, 10, 64)
	if err != nil || frame == 0 {
		return errors.New("want the number of a frame, from 1")
	}
	*n = frameNumber(frame)
	return nil
}
