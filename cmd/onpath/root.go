package main

import "github.com/spf13/cobra"

const rootLong = `onpath stands at one point of a path and observes TCP without taking part: from
captured packets it tells what each connection was, in which state both of its ends
must have been, and what was strange, with evidence.

The exit code is 0 if the work was done, 1 if it could not be done or a file could
not be read, 2 if the command line is wrong, and 3 if what --fail-on asks for was found.`

const rootExample = `  onpath read capture.pcap                 # the connections, as a table
  onpath read -o jsonl=conns.jsonl a.pcap  # all columns, as JSON
  onpath read -o findings a.pcap           # what was strange, as JSON
  sudo onpath live -i eth0 port 443        # of an interface, as they end
  tcpdump -U -w - | onpath packets -       # each packet, and the states behind
  onpath explain --nf 12 capture.pcap      # why a firewall would have refused it
  onpath columns end_reason                # what a column means`

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "onpath",
		Short:         "a passive observer of TCP",
		Long:          rootLong,
		Example:       rootExample,
		SilenceErrors: true, // main prints them
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = false
	root.AddCommand(newRead(), newLive(), newTop(), newPackets(), newExplain(), newColumns(), newAnomalies(), newVersion(), newMan(root))
	fitHelp(root)
	return root
}

// captureFiles are the endings that completion offers for a capture.
var captureFiles = []string{"pcap", "pcapng", "cap", "dmp", "ntar", "trace", "gz", "zst", "xz"}
