package main

import (
	"github.com/spf13/cobra"

	"onpath/internal/run"
)

const packetsLong = `Read captures and write one row for each packet, in the order of the capture.

The format text is tcpdump's line, with absolute sequence numbers (as with its
-S) and times in UTC, and behind a bar the number of the connection and the
states in which both ends must be after the packet. A frame that cannot be
decoded has a line that says why. Rows come out as the packets come in: read from
a pipe, each is shown at once.`

const packetsExample = `  onpath packets capture.pcap
  tcpdump -U -w - tcp port 80 | onpath packets -
  onpath packets -o jsonl capture.pcap | jq 'select(.checksum == "bad")'`

func newPackets() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:     "packets [flags] FILE... [-- FILTER]",
		Short:   "captures in, one line a packet out",
		Long:    packetsLong,
		Example: packetsExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := o.config(cmd, args)
			if err != nil {
				return err
			}
			return worked(run.Packets(c))
		},
	}
	o.bind(cmd, formatNames(run.PacketFormats))
	return cmd
}
