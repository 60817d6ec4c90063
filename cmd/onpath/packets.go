package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"onpath/internal/run"
)

const packetsLong = `Read captures and write one row for each packet, in the order of the capture. Rows
come out as the packets come in: read from a pipe, each is shown at once.`

const stacksLong = `

With --stacks, both virtual TCP stacks follow each TCP packet, as they must be
after it, in the rows of FreeBSD's tcpad: Local endpoint is the client, unless
--local names a network in which only the server lies; the FSM state has its number
in BSD's tcp_fsm.h; SND.SCALE is what that end offered in its own SYN, RCV.SCALE what
its peer did, and both are 0 unless both SYNs passed with an offer. Numbers are
absolute, windows in octets; 0 stands for what is not known.`

const packetsExample = `  onpath packets capture.pcap
  onpath packets -S -tttt --no-remarks capture.pcap
  tcpdump -U -w - tcp port 80 | onpath packets -
  onpath packets -r capture.pcap 'tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0'
  onpath packets --text mail.txt
  onpath packets --min-severity suspicious capture.pcap
  onpath packets --netfilter --nf-liberal capture.pcap
  onpath packets -o conntrack capture.pcap
  onpath packets --stacks --local 10.0.0.0/8 capture.pcap
  onpath packets -o jsonl capture.pcap | jq 'select(.checksum == "bad")'`

func newPackets() *cobra.Command {
	var o options
	var l lines
	cmd := &cobra.Command{
		Use:     "packets [flags] FILE... [-- FILTER]",
		Short:   "captures in, one line a packet out",
		Long:    packetsLong + filterLong + linesLong + printedLong + findingsLong + findingsPackets + stacksLong + netfilterLong + netfilterPackets,
		Example: packetsExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := o.config(cmd, args)
			if err == nil {
				err = errors.Join(checkStacks(&c), l.config(&c))
			}
			if err != nil {
				return err
			}
			return worked(run.Packets(c))
		},
	}
	o.bind(cmd, formatNames(run.PacketFormats))
	f := cmd.Flags()
	l.bind(f, &o.run)
	f.BoolVar(&o.run.Text.Stacks, "stacks", false, "show both virtual TCP stacks after each packet (format text only)")
	f.Var((*networks)(&o.run.Text.Local), "local", "with --stacks, an end in network `NET` is the local one; repeatable")
	must(cmd.RegisterFlagCompletionFunc("local", cobra.NoFileCompletions))
	return cmd
}

// checkStacks refuses stacks where they cannot be shown.
func checkStacks(c *run.Config) error {
	if !c.Text.Stacks {
		if len(c.Text.Local) > 0 {
			return errors.New("--local says which stack of --stacks is the local one; give --stacks too")
		}
		return nil
	}
	for _, o := range c.Outputs {
		if o.Format != "text" {
			return fmt.Errorf("--stacks writes text: it does not go with -o %s", o.Format)
		}
	}
	return nil
}
