package run

import (
	"strings"

	"onpath/compat/netfilter"
	"onpath/packet"
)

// Conntrack is the format of the program conntrack: of packets what its -E prints,
// of connections what its -L does.
const Conntrack = "conntrack"

// ask makes sure that a firewall is asked, as an output wants to know.
func (c *Config) ask() {
	if c.Netfilter == nil {
		c.Netfilter = &netfilter.Config{}
	}
}

// startFirewall makes the firewall that flow asks, if somebody wants to know.
func (c *Config) startFirewall() {
	if c.Netfilter == nil {
		return
	}
	f := *c.Netfilter
	f.Seed, f.MaxEntries = drawSeed(), c.Flow.MaxConnections
	if len(c.events) > 0 {
		f.Event = c.tell
	}
	c.Flow.Netfilter = netfilter.New(f)
}

// tell gives an event to all who listen.
func (c *Config) tell(e *netfilter.Event) {
	for _, listen := range c.events {
		listen(e)
	}
}

// conntrackEvents writes a line as each thing happens to an entry.
type conntrackEvents struct {
	out  func(line []byte)
	line []byte
}

func openConntrackEvents(c *Config, out []func([]byte)) eyes {
	e := &conntrackEvents{out: out[0]}
	c.ask()
	c.events = append(c.events, e.event)
	return e
}

func (e *conntrackEvents) event(ev *netfilter.Event) {
	e.line = append(ev.Append(e.line[:0]), '\n')
	e.out(e.line)
}

func (*conntrackEvents) observe(*packet.Frame)   {}
func (*conntrackEvents) flush()                  {}
func (*conntrackEvents) report(*strings.Builder) {}

// conntrackTable writes the entries that are left when the captures end.
type conntrackTable struct {
	config *Config
	out    func(line []byte)
	line   []byte
	now    int64 // the latest packet's time
}

func openConntrackTable(c *Config, out []func([]byte)) eyes {
	c.ask()
	return &conntrackTable{config: c, out: out[0]}
}

func (t *conntrackTable) observe(f *packet.Frame) { t.now = max(t.now, f.At) }

func (t *conntrackTable) flush() {
	t.config.Flow.Netfilter.Entries(func(e *netfilter.Entry) {
		t.line = append(e.Append(t.line[:0], t.now), '\n')
		t.out(t.line)
	})
}

func (*conntrackTable) report(*strings.Builder) {}
