package run

import (
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"sort"
	"strings"

	"onpath/check"
	"onpath/flow"
	"onpath/internal/evidence"
	"onpath/source"
	"onpath/source/afpacket"
)

// A part of Config.Memory is what something may take of it.
type part struct {
	name string

	// share is how many 256ths of the whole it takes, between least and most octets. Without
	// a share, it takes least.
	share       int64
	least, most int64

	// factor is how much memory in 1/8ths it takes to hold what its setting counts; 0 stands
	// for 8. Lists that grow, and what is left over in blocks, take more than they hold.
	factor int64

	// times is how many there are; nil: one.
	times func(c *Config) int64

	// setting returns what the user said, in octets; 0: nothing. nil: nothing can be said.
	setting func(c *Config) int64

	// give says what it gets, in octets as setting's; nil: it just takes them.
	give func(c *Config, octets int64)
}

const mib = 1 << 20

// parts are what Config.Memory is divided among. What they leave are connections.
//
// The first one is code, stacks, the decoder, the table of rows and what a flow.Table
// has once. The last one is what Go's collector has not collected yet.
var parts = []part{
	{name: "program", least: 20*mib + flow.FixedOctets},
	{name: "metrics", least: 12 * mib, times: func(c *Config) int64 { return has(c.Metrics.Addr != "") }},
	{name: "rings", share: 24, least: 8 * mib, most: afpacket.DefaultMemory, times: ringSets,
		give: func(c *Config, n int64) { c.Capture.memory = int(n * ringSets(c)) }},
	{name: "captures", share: 32, least: 12 * mib, most: 344 * mib, times: func(c *Config) int64 { return 1 - captures(c) },
		give: func(c *Config, n int64) { c.limits = source.Limits{Window: int(n / 8 * 3), Block: int(n / 16)} }},
	{name: "shards", least: flow.FixedOctets, times: shared},
	{name: "text", least: 40 * mib, times: func(c *Config) int64 { return has(c.Printed) }},
	{name: "state", least: 16 * mib, times: func(c *Config) int64 { return has(c.State.Path != "") }},
	{name: "queues", share: 6, least: mib, most: queueBlocks * blockSize, factor: 9, times: queuesOf,
		give: func(c *Config, n int64) { c.queued = int(n) }},
	{name: "fragments", share: 2, least: mib, most: 4 * mib, factor: 16,
		give: func(c *Config, n int64) { c.Decoder.Fragments.MaxOctets = int(n) }},
	{name: "times", share: 12, least: mib, most: flow.DefaultMaxTimed * flow.TimedOctets, factor: 9,
		give: func(c *Config, n int64) { c.Flow.MaxTimed = int(n / flow.TimedOctets) }},
	{name: "findings", share: 16, least: mib, most: check.DefaultFindings * check.FindingOctets,
		give: func(c *Config, n int64) { c.Flow.Rules.Max = int(n / check.FindingOctets) }},
	{name: "troubles", share: 4, least: mib, most: check.DefaultTroubles * check.TroubleOctets, factor: 9,
		give: func(c *Config, n int64) { c.Flow.Rules.Troubles = int(n / check.TroubleOctets) }},
	{name: "notes", share: 12, least: mib, most: check.DefaultOverlap,
		setting: func(c *Config) int64 { return int64(c.Flow.Rules.Overlap) },
		give:    func(c *Config, n int64) { c.Flow.Rules.Overlap = int(n) }},
	{name: "evidence", share: 12, least: 4 * mib, most: evidence.DefaultMemory, factor: 16,
		times:   func(c *Config) int64 { return has(c.Evidence.Dir != "") },
		setting: func(c *Config) int64 { return int64(c.Evidence.Memory) },
		give:    func(c *Config, n int64) { c.Evidence.Memory = int(n) }},
	{name: "views", least: 48 * mib, times: func(c *Config) int64 { return c.outputs(TCPStates) }},
	{name: "garbage", share: 28, least: 8 * mib, most: math.MaxInt64},
}

func has(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// captures is 1 where it is captured.
func captures(c *Config) int64 { return has(len(c.Capture.Interfaces) > 0) }

// manyInterfaces is for how many interfaces the least of the rings is enough.
const manyInterfaces = 8 * mib / afpacket.LeastMemory

// ringSets counts what is needed for the rings of so many interfaces.
func ringSets(c *Config) int64 {
	return (int64(len(c.Capture.Interfaces)) + manyInterfaces - 1) / manyInterfaces
}

// queuesOf counts the queues: one for each output, two for one of frames, which are long,
// and that of standard error.
func queuesOf(c *Config) int64 {
	return captures(c) * (1 + max(1, int64(len(c.Outputs))) + c.outputs(Pcapng) + c.outputs(TCPStates)*has(c.PacketFile))
}

// shared counts the shards, if they are more than one: what a flow.Table has once, each of
// them has, and the batches that are under way.
func shared(c *Config) int64 {
	if n := c.shardsOf(0); n > 1 {
		return int64(n)
	}
	return 0
}

// outputs counts those of a format.
func (c *Config) outputs(format string) (n int64) {
	for _, o := range c.Outputs {
		n += has(o.Format == format)
	}
	return n
}

// of returns what a part gets of a whole, as its setting counts, and what that takes.
func (p *part) of(c *Config, whole int64) (gets, takes int64) {
	n := int64(1)
	if p.times != nil {
		n = p.times(c)
	}
	if n == 0 {
		return 0, 0
	}
	gets = max(p.least, min(p.share*(whole/256), p.most))
	if p.setting != nil && p.setting(c) != 0 {
		gets = max(p.setting(c), 0)
	}
	factor := p.factor
	if factor == 0 {
		factor = 8
	}
	return gets, n * gets / 8 * factor
}

// left returns what all parts leave of a whole.
func (c *Config) left(whole int64) int64 {
	left := whole
	for i := range parts {
		_, takes := parts[i].of(c, whole)
		left -= takes
	}
	return left
}

// Memory of a connection beside a flow.Table, at most, octets: the firewall's entry with its
// place in an index, also while that grows, and what is kept for helpers; TCPChain's, while
// its list grows; its number.
const (
	firewallOctets = 192
	helperOctets   = 160
	tcpChainOctets = 400
	numberOctets   = 24 * 4 // of a record, where shards share them
)

// takes returns what n connections take.
func (c *Config) takes(n int) int64 {
	each := tcpChainOctets * c.outputs("tcpchain")
	if c.Netfilter != nil || c.outputs(Conntrack) > 0 {
		each += firewallOctets
		if c.Netfilter != nil && len(c.Netfilter.Helpers) > 0 {
			each += helperOctets
		}
	}
	if c.Flow.Interim > 0 {
		each += flow.PartOctets
	}
	if shared(c) > 0 {
		each += numberOctets
	}
	return flow.ConnectionOctets(n) + int64(n)*each
}

// fewConnections is how many there must be room for.
const fewConnections = 4096

// connections returns for how many a number of octets is enough.
func (c *Config) connections(octets int64) int {
	return sort.Search(flow.MaxMaxConnections, func(n int) bool { return c.takes(n+1) > octets })
}

// least returns the least Memory that c can do with, in MiB.
func (c *Config) least(need int64) int {
	return sort.Search(1<<20, func(n int) bool { return c.left(int64(n)*mib) >= need })
}

// Divide divides c.Memory among all that takes memory, if it is not 0: what is 0 in c gets
// what it can have, what is not is left as it is. Its error says what does not fit, and
// with how much it would.
func (c *Config) Divide() error {
	if c.Memory == 0 {
		return nil
	}
	few := fewConnections
	if c.Flow.MaxConnections != 0 {
		few = c.Flow.MaxConnections
	}
	c.fitShards(few)
	left, need := c.left(c.Memory), c.takes(few)
	if left < need {
		return fmt.Errorf("--memory %s is too little: with these flags and room for %s connections, onpath needs %d MiB", mebi(c.Memory), thousands(uint64(few)), c.least(need))
	}
	if c.Flow.MaxConnections == 0 {
		c.Flow.MaxConnections = c.connections(left)
	}
	for i := range parts {
		if p := &parts[i]; p.give != nil {
			if gets, _ := p.of(c, c.Memory); gets != 0 || p.setting == nil {
				p.give(c, gets)
			}
		}
	}
	return nil
}

// fitShards says how many shards a capture has, if nobody did: as many as there are to be by
// themselves, or fewer, so that they take a quarter of c.Memory at most, and leave room for
// few connections.
func (c *Config) fitShards(few int) {
	if c.Shards != 0 || captures(c) == 0 {
		return
	}
	for c.Shards = c.shardsOf(0); c.Shards > 1; c.Shards-- {
		if int64(c.Shards)*flow.FixedOctets <= c.Memory/4 && c.left(c.Memory) >= c.takes(few) {
			return
		}
	}
}

// mebi writes octets in MiB.
func mebi(octets int64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(octets)/mib), ".0") + " MiB"
}

// limitHeap has Go's collector keep the heap below what c.Memory leaves for it, and
// returns what takes that back. What the parts leave of it is what it works with.
func (c *Config) limitHeap() (undo func()) {
	if c.Memory == 0 {
		return func() {}
	}
	before := debug.SetMemoryLimit(c.heap())
	return func() { debug.SetMemoryLimit(before) }
}

// heap returns how much of c.Memory Go's heap may take: all but the program's own octets,
// and the rings, which are the kernel's.
func (c *Config) heap() int64 {
	rings := &parts[slices.IndexFunc(parts, func(p part) bool { return p.name == "rings" })]
	_, kernels := rings.of(c, c.Memory)
	return c.Memory - kernels - programOctets
}

// programOctets is how much of the program's file is in memory at most.
const programOctets = 16 * mib

// peak says how much of c.Memory was used, and what was sized from it.
func (c *Config) peak() string {
	if c.Memory == 0 {
		return ""
	}
	text := mebi(c.Memory)
	if n := residentPeak(); n > 0 {
		text = "at most " + mebi(n) + " of " + text
	}
	f := &c.Flow
	return items(text+", with room for ", []count{
		{"connections", uint64(f.MaxConnections)}, {"of them timed", uint64(f.MaxTimed)}, {"findings", uint64(f.Rules.Max)},
	})
}
