package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"onpath/compat/tcpchain"
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
reading: what is known by then is written, and the summary.

More than a few MiB are read on all processors: the connections are divided among
--shards N goroutines, one reads, one writes. What is written does not depend on N while
no bound (--max-connections and the like) is reached, of which each has its part, and
nothing is forgotten of what all connections remember together (docs/performance.md). It is
one where packets are needed in order or as they come: with standard input or a pipe,
--netfilter, --evidence, and the outputs tcpstates, tcpchain, conntrack and pcapng, which is
said if --shards asks for more; and under --memory, unless --shards is given.`

const filterLong = `

FILTER is what tcpdump takes (docs/filters.md): frames that it does not select are seen
by nothing, and the summary counts them. It stands behind --, or with -r all words are it;
to be left alone by the shell, it may be in quotes.`

const printedLong = `

With --text, FILE is what tcpdump printed: of any version, with or without -v, -e, -x,
-S, names and times, and with the prose, quoting, wrapped lines and HTML entities that
articles and mails have. What is no packet is counted; a line that looks like one and
cannot be read is reported with its number. What a line does not tell (the octets of
payload, the TTL, the checksum) is unknown, and nothing is found in it.

-o pcapng=FILE writes the frames that were read, as a capture: a copy of captures, with
--merge and -c; of a text the headers that it tells of, with lengths as printed.`

const readEyes = `

Two outputs are what other systems would have written, for scripts that read
theirs. They look at every frame with rules of their own for what a flow is, and
--timeout does not touch them. Beside them each record has their columns, judged
over its own packets.

-o tcpstates=PREFIX writes PREFIX_flows.txt, the flow file of Tranalyzer2's plugin
tcpStates, with --packet-file also PREFIX_packets.txt; and in the summary the flags
of all flows, with how many flows carry each. onpath columns tcpstates 0x43 says
what flags mean.

-o tcpchain writes PATHspider's flow records. They follow its document, with
--tcpchain-as-released its program; the columns tcp_… of records do the same.`

const readP0f = `

A SYN and a SYN,ACK show who made them: each record has their signatures in the form
of p0f 3, and what follows from them: operating system, hops, link, uptime. onpath
brings along how Linux looks; with --p0f FILE the signatures of a file like p0f.fp
are asked first (docs/fingerprints.md).`

const interimLong = `

With --interim 60s a connection that lives on has a row every minute of its life, if a
packet came since the last one: record is interim instead of final, part counts its rows
from 1 on, and counts are those from its beginning, so that rows can be subtracted and a
lost one matters little (docs/live.md).`

const readExample = `  onpath read capture.pcap
  onpath read -o table -o findings=found.jsonl --except zero-window capture.pcap
  onpath read -o table -o jsonl=conns.jsonl monday.pcap.gz tuesday.pcap.gz
  onpath read -o findings --min-severity suspicious capture.pcap
  onpath read -q -o findings --only family:handshake,stream.est_invalid_ack capture.pcap
  onpath read -q --fail-on violation capture.pcap
  onpath read -o tcpstates=capture --packet-file capture.pcap
  onpath read --evidence dumps capture.pcap
  onpath read -q --evidence dumps --evidence-on violation --local 10.0.0.0/8 capture.pcap
  onpath read -q -o jsonl capture.pcap | jq -r '[.client, .client_os, .client_signature] | @tsv'
  onpath read -q -o tsv --p0f p0f.fp capture.pcap
  onpath read -q -o jsonl --interim 60s capture.pcap
  onpath read --netfilter capture.pcap
  onpath read -r capture.pcap tcp port 80 or 443
  onpath read -q -o pcapng=web.pcapng capture.pcap -- host 192.0.2.10 and port 80
  onpath read -q -o conntrack --nf-helper default capture.pcap
  onpath read --merge -o tsv north.pcapng south.pcapng | cut -f 1-7
  onpath read --text -o table -o pcapng=article.pcapng article.txt
  ssh gateway tcpdump -U -w - tcp | onpath read -`

func newRead() *cobra.Command {
	var o options
	var more records
	var whole target
	cmd := &cobra.Command{
		Use:     "read [flags] FILE... [-- FILTER]",
		Short:   "captures in, connections out",
		Long:    readLong + filterLong + printedLong + memoryLong + findingsLong + findingsRead + evidenceLong + metricsLong + interimLong + readP0f + readEyes + netfilterLong + netfilterRead,
		Example: readExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := o.config(cmd, args)
			if err == nil {
				err = errors.Join(more.config(cmd, &c), checkShards(&c))
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
	o.bind(cmd, formatNames(run.RecordFormats))
	more.bind(cmd, &o.run)
	whole.bind(cmd)
	bindShards(cmd, &o.run, "one for each processor, where it pays")
	return cmd
}

// records are the flags of who writes connections.
type records struct {
	evidence dumps
	metrics  scraped
	released bool
}

func (r *records) bind(cmd *cobra.Command, c *run.Config) {
	r.evidence.bind(cmd)
	r.metrics.bind(cmd, c)
	f := cmd.Flags()
	f.BoolVar(&c.PacketFile, "packet-file", false, "with -o tcpstates=PREFIX, write PREFIX_packets.txt too")
	f.DurationVar(&c.Flow.Interim, "interim", 0, "write a row of what a connection is by then every `TIME` of its life, too, such as 60s (0: never)")
	must(cmd.RegisterFlagCompletionFunc("interim", cobra.NoFileCompletions))
	f.StringVar(&c.P0f, "p0f", "", "ask the signatures of `FILE`, in the form of p0f.fp, before those that onpath brings along")
	must(cmd.MarkFlagFilename("p0f", "fp"))
	f.BoolVar(&r.released, "tcpchain-as-released", false, "TCPChain as its program was released, not as documented: each SYN overwrites the one before, and the two FIN fields are exchanged")
}

// config puts what the flags say into c.
func (r *records) config(cmd *cobra.Command, c *run.Config) error {
	if r.released {
		c.Flow.TCPChain = tcpchain.AsReleased
	}
	return errors.Join(checkPacketFile(c), checkInterim(c), r.evidence.config(cmd, c), r.metrics.config(cmd, c))
}

// leastInterim is the shortest time between two rows of a connection.
const leastInterim = time.Second

// checkInterim refuses rows that come too often.
func checkInterim(c *run.Config) error {
	if d := c.Flow.Interim; d < 0 || d > 0 && d < leastInterim {
		return fmt.Errorf("--interim %v: must be at least %v, or 0", d, leastInterim)
	}
	return nil
}

// bindShards declares --shards; none says what 0 means.
func bindShards(cmd *cobra.Command, c *run.Config, none string) {
	cmd.Flags().IntVar(&c.Shards, "shards", 0, "divide the connections among `N` goroutines (0: "+none+"); what is written is the same")
	must(cmd.RegisterFlagCompletionFunc("shards", cobra.NoFileCompletions))
}

// checkShards refuses what is no number of shards.
func checkShards(c *run.Config) error {
	if c.Shards < 0 || c.Shards > run.MaxShards {
		return fmt.Errorf("--shards %d: must be from 1 to %d, or 0 for as many as pay", c.Shards, run.MaxShards)
	}
	return nil
}

// checkPacketFile refuses a packet file that nobody writes.
func checkPacketFile(c *run.Config) error {
	isStates := func(o run.Output) bool { return o.Format == run.TCPStates }
	if c.PacketFile && !slices.ContainsFunc(c.Outputs, isStates) {
		return errors.New("--packet-file adds PREFIX_packets.txt to the output tcpstates; give -o tcpstates=PREFIX too")
	}
	return nil
}
