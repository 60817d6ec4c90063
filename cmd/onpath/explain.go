package main

import (
	"errors"
	"strconv"

	"github.com/spf13/cobra"

	"onpath/internal/run"
)

const explainLong = `Tell the story of TCP connections: a ladder of their packets with the states of both
ends, what was proven when, what was lost where, what was strange and why, how long
things took, and the verdict.

A state with a question mark is presumed: the end may be in another one, as nothing
it sent has shown yet what reached it. Ordinary data and acknowledgments stand in one
line together.

--conn N tells of the connection that onpath read numbers so, --frame N of the one
that the frame belongs to; frames are numbered from 1 over all captures, as the column
frame of onpath packets -o jsonl. Without either all connections are told of, or the
ten with the worst findings. The captures are read twice; of standard input a temporary
file is made.

--nf FRAME tells instead what a Linux gateway's firewall would have called the packet
in that frame, and why: its entry before and after, the windows of both sides, each of
the four bounds with its numbers, the sentence that the kernel logs, ours, what a
person may conclude, and which settings of the kernel would have made a difference.
Find such frames with onpath packets --netfilter.`

const explainExample = `  onpath explain capture.pcap
  onpath explain --conn 3 capture.pcap
  onpath explain capture.pcap -- port 80
  onpath explain --frame 14 -o html=story.html capture.pcap
  onpath explain --min-severity suspicious -o markdown capture.pcap
  onpath explain --nf 10 --nf-liberal capture.pcap`

func newExplain() *cobra.Command {
	var o options
	var nf, conn, frame number
	cmd := &cobra.Command{
		Use:     "explain [flags] FILE... [-- FILTER]",
		Short:   "a connection as a story; why a packet got the verdict it got",
		Long:    explainLong + filterLong,
		Example: explainExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := o.config(cmd, args)
			switch {
			case err != nil:
				return err
			case nf != 0 && (conn|frame != 0 || len(c.Outputs) > 0):
				return errors.New("--nf explains a verdict as text: it does not go with --conn, --frame or -o")
			case nf != 0:
				c.Netfilter = &o.nf.Config
				return worked(run.ExplainVerdict(c, uint64(nf)))
			case conn != 0 && frame != 0:
				return errors.New("--conn and --frame both say which connection: give one of them")
			}
			return worked(run.Explain(c, run.Wanted{Conn: uint64(conn), Frame: uint64(frame)}))
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.Var(&conn, "conn", "tell of the connection with this number")
	f.Var(&frame, "frame", "tell of the connection that this frame belongs to")
	f.Var(&nf, "nf", "explain the firewall's verdict on this frame")
	o.bind(cmd, run.ReportFormats())
	for _, name := range []string{"conn", "frame", "nf"} {
		must(cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions))
	}
	return cmd
}

// number is the value of --conn, --frame and --nf: from 1; 0 while it is not given.
type number uint64

// Type implements pflag.Value.
func (n *number) Type() string { return "N" }

// String implements pflag.Value: empty while no number is given, so that help shows no default.
func (n *number) String() string {
	if *n == 0 {
		return ""
	}
	return strconv.FormatUint(uint64(*n), 10)
}

// Set takes what a frame or a connection can be numbered.
func (n *number) Set(text string) error {
	i, err := strconv.ParseUint(text, 10, 64)
	if err != nil || i == 0 {
		return errors.New("want a number from 1")
	}
	*n = number(i)
	return nil
}
