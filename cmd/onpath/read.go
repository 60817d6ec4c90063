package main

import (
	"github.com/spf13/cobra"

	"onpath/internal/run"
)

const readLong = `Read captures and write their connections: one row for each, when it ends.

FILE is a pcap or pcapng file, also compressed with gzip, zstd or xz; - is
standard input. If a file is missing, nothing is read: every such file is named
before the work begins. A file that turns out not to be a capture is left out and
named at the end, and the exit code is 1. Files follow one another as given, or
with --merge are read as one stream in the order of time.

The table is sorted by the numbers of the connections up to 10,000 rows; further
ones follow as they end. PACKETS and OCTETS are the client's and the server's; the
arrow is broken where only one of them was seen; times are UTC. On a terminal the
table loses columns until it fits. -o writes other formats: they have all columns,
and rows come in the order of their ends.

A summary on standard error says how many packets were read and how the
connections ended; where a capture is damaged, it says where. An interrupt (^C) ends the
reading: what is known by then is written, and the summary.`

const readExample = `  onpath read capture.pcap
  onpath read -o table -o jsonl=conns.jsonl monday.pcap.gz tuesday.pcap.gz
  onpath read --merge -o tsv north.pcapng south.pcapng | cut -f 1-7
  ssh gateway tcpdump -U -w - tcp | onpath read -`

func newRead() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:     "read [flags] FILE... [-- FILTER]",
		Short:   "captures in, connections out",
		Long:    readLong,
		Example: readExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := o.config(cmd, args)
			if err != nil {
				return err
			}
			return worked(run.Read(c))
		},
	}
	o.bind(cmd, formatNames(run.RecordFormats))
	return cmd
}
