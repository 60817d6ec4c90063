package run

import (
	"strings"

	"onpath/compat/tcpchain"
	"onpath/compat/tcpstates"
	"onpath/packet"
)

// eyes is an output that is made of frames, not of rows: what another system
// would have written.
type eyes interface {
	observe(f *packet.Frame)
	flush() // the captures have ended
	report(b *strings.Builder)
}

// tcpStates writes the files of Tranalyzer2's plugin.
type tcpStates struct {
	table *tcpstates.Table
	out   []func(line []byte) // the flow file, and the packet file if it is wanted
	line  []byte
	seen  tcpstates.Packet
}

func openTCPStates(_ *Config, out []func([]byte)) eyes {
	e := &tcpStates{out: out}
	e.table = tcpstates.New(tcpstates.Config{Seed: drawSeed()}, e.flow)
	for i, header := range []string{tcpstates.FlowHeader, tcpstates.PacketHeader}[:len(out)] {
		out[i]([]byte(header))
	}
	return e
}

func (e *tcpStates) observe(f *packet.Frame) {
	if e.table.Observe(f, &e.seen) && len(e.out) > 1 {
		e.line = tcpstates.AppendPacket(e.line[:0], &e.seen)
		e.out[1](e.line)
	}
}

func (e *tcpStates) flow(f *tcpstates.Flow) {
	e.line = tcpstates.AppendFlow(e.line[:0], f)
	e.out[0](e.line)
}

func (e *tcpStates) flush() { e.table.Flush() }

func (e *tcpStates) report(b *strings.Builder) {
	r := e.table.Report()
	b.Write(r.Append(nil))
	pushedOut(b, "tcpstates", r.Evicted)
}

// tcpChain writes PATHspider's records.
type tcpChain struct {
	table *tcpchain.Table
	out   func(line []byte)
	line  []byte
}

func openTCPChain(c *Config, out []func([]byte)) eyes {
	e := &tcpChain{out: out[0]}
	e.table = tcpchain.New(tcpchain.Config{
		Rules: c.Flow.TCPChain, MaxFlows: c.Flow.MaxConnections, Seed: drawSeed(),
	}, tcpchain.Chain{Done: e.flow})
	return e
}

func (e *tcpChain) observe(f *packet.Frame) { e.table.Observe(f) }

func (e *tcpChain) flow(f *tcpchain.Flow) {
	e.line = f.AppendJSON(e.line[:0])
	e.out(e.line)
}

func (e *tcpChain) flush() { e.table.Flush() }

func (e *tcpChain) report(b *strings.Builder) { pushedOut(b, "tcpchain", e.table.Stats().Evicted) }

// pushedOut says how many flows of a view ended before their time.
func pushedOut(b *strings.Builder, view string, n uint64) {
	if n > 0 {
		line(b, view, thousands(n)+" flows ended before their time: its table was full")
	}
}
