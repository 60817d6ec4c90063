package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"onpath/filter"
	"onpath/flow"
	"onpath/internal/run"
	"onpath/source/afpacket"
)

const liveLong = `Capture from interfaces and write their connections: one row for each, when it
ends. Of several interfaces the packets are merged by time; -i any is all of them. The
words are the filter, which the kernel applies.

It goes on until it is interrupted (^C, SIGTERM): then what has come is read, what is
open is written with the end_reason flush, and the summary. A second signal stops it at
once. An interface that is down, or deleted and made again, is waited for.

Capturing needs root, or CAP_NET_RAW alone. On a host that sends or receives itself,
cards and the kernel cut segments and put them together (TSO, GRO): what is seen then is
larger than what passes on the wire, and its checksums are not all computed. ethtool
-K eth0 tso off gso off gro off shows what passes. The summary says how many packets the
kernel had to drop because onpath was too slow. docs/live.md tells more.

The connections are divided among --shards N goroutines, by itself half as many as there
are processors. What is written does not depend on N while no bound is reached. It is one
where packets are needed in their order: with --netfilter, --evidence, and the outputs
tcpstates, tcpchain, conntrack and pcapng.`

const liveExample = `  sudo onpath live -i eth0
  sudo onpath live -i eth0 -i eth1 -o jsonl=conns.jsonl port 443
  sudo onpath live -i eth0 -q -o jsonl=conns.jsonl --rotate 1h --rotate-size 100MiB
  sudo onpath live -i eth0 -q -o jsonl=conns.jsonl --interim 60s
  sudo onpath live -i eth0 --memory 1GiB -o jsonl=conns.jsonl
  sudo onpath live -i any -o findings -q 'tcp and not port 22'`

// liveLinger is how long a finished connection waits for late packets where people wait
// for its row.
const liveLinger = 5 * time.Second

func newLive() *cobra.Command {
	var o options
	var more records
	var files rotation
	var whole target
	var state kept
	cmd := &cobra.Command{
		Use:     "live [flags] -i INTERFACE [FILTER]",
		Short:   "an interface in, connections out",
		Long:    liveLong + userLong + rotationLong + memoryLong + findingsLong + findingsRead + evidenceLong + metricsLong + interimLong + stateLong + readP0f + readEyes + netfilterLong + netfilterRead,
		Example: liveExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := o.capture(cmd, args)
			if err == nil {
				err = errors.Join(more.config(cmd, &c), files.config(&c), state.config(cmd, &c), checkShards(&c))
			}
			if err == nil {
				err = whole.config(cmd, &c)
			}
			if err != nil {
				return err
			}
			return worked(run.Read(c))
		},
	}
	cmd.Flags().SortFlags = false
	o.bindCapture(cmd)
	o.bindUser(cmd)
	o.bindOutput(cmd, formatNames(run.RecordFormats))
	files.bind(cmd)
	whole.bind(cmd)
	state.bind(cmd, &o.run)
	o.bindTable(cmd, flow.Linger{AfterReset: liveLinger, AfterClose: liveLinger})
	more.bind(cmd, &o.run)
	bindShards(cmd, &o.run, "half of the processors")
	return cmd
}

// bindCapture declares the flags of what is captured.
func (o *options) bindCapture(cmd *cobra.Command) {
	f, c := cmd.Flags(), &o.run.Capture
	f.StringArrayVarP(&c.Interfaces, "interface", "i", nil, "capture from `INTERFACE`; any is all; repeatable")
	f.IntVarP(&c.Snaplen, "snaplen", "s", 0, fmt.Sprintf("keep `OCTETS` of a packet (0: %d)", afpacket.DefaultSnaplen))
	f.BoolVar(&c.Promiscuous, "promiscuous", false, "have the interfaces show what is addressed to others too")
	cmd.ValidArgsFunction = cobra.NoFileCompletions
	must(cmd.RegisterFlagCompletionFunc("interface", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return afpacket.Interfaces(), cobra.ShellCompDirectiveNoFileComp
	}))
	must(cmd.RegisterFlagCompletionFunc("snaplen", cobra.NoFileCompletions))
}

// capture returns what the words and flags say.
func (o *options) capture(cmd *cobra.Command, args []string) (c run.Config, err error) {
	in := &o.run.Capture
	if err = checkInterfaces(in.Interfaces); err != nil {
		return c, err
	}
	if in.Snaplen < 0 {
		return c, fmt.Errorf("-s %d: must not be negative", in.Snaplen)
	}
	if len(args) > 0 {
		if o.run.Filter, err = filter.Parse(strings.Join(args, " ")); err != nil {
			return c, err
		}
	}
	if err = o.privileges(in); err != nil {
		return c, err
	}
	return o.checked(cmd)
}

// checkInterfaces refuses what would show packets twice, or none.
func checkInterfaces(names []string) error {
	if len(names) == 0 {
		return errors.New("no interface given: -i NAME, or -i any; there are " + strings.Join(afpacket.Interfaces(), ", "))
	}
	if len(names) > 1 && slices.Contains(names, afpacket.Any) {
		return errors.New("-i any is all interfaces; give it alone")
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return fmt.Errorf("-i %s is given twice", name)
		}
	}
	return nil
}
