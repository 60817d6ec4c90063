package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"onpath/compat/netfilter"
	"onpath/compat/tcpdump"
	"onpath/flow"
	"onpath/packet"
	"onpath/record"
	"onpath/sink/text"
)

// ExplainVerdict reads the captures as far as to a frame, numbered from 1 over all
// of them, and tells on standard output what the firewall thinks of it, and why.
func ExplainVerdict(c Config, frame uint64) error {
	c.ask()
	in, err := openCaptures(c)
	if err != nil {
		return err
	}
	defer in.Close()
	e := newExplainer(&c)
	sieve := sieve{filter: c.Filter}
	for {
		switch err := in.Next(&e.frame); {
		case err == io.EOF:
			return fmt.Errorf("frame %d: there are only %d (the column frame of onpath packets -o jsonl numbers them)", frame, e.frame.Number)
		case err != nil:
			return err
		}
		if !sieve.selects(&e.frame) {
			if e.frame.Number == frame {
				return errors.Join(fmt.Errorf("frame %d: the filter does not select it", frame), sieve.err())
			}
			continue
		}
		e.decoder.Decode(&e.frame, &e.view)
		if e.frame.Number == frame {
			_, err := io.WriteString(os.Stdout, e.story())
			return err
		}
		e.pass()
	}
}

// explainer follows the packets before the one that is to be explained.
type explainer struct {
	decoder *packet.Decoder
	table   *flow.Table
	gateway *netfilter.Tracker
	others  []other
	frame   packet.Frame
	view    packet.View
	verdict netfilter.Verdict
}

// other is the same gateway with one setting turned round.
type other struct {
	setting string
	*netfilter.Tracker
}

// settings are those that a gateway may be asked to turn round.
var settings = [...]struct {
	name  string // the kernel's
	field func(*netfilter.Config) *bool
	means int // the kernel's value where the field is true
}{
	{"nf_conntrack_tcp_be_liberal", func(c *netfilter.Config) *bool { return &c.Liberal }, 1},
	{"nf_conntrack_tcp_loose", func(c *netfilter.Config) *bool { return &c.Strict }, 0},
	{"nf_conntrack_tcp_ignore_invalid_rst", func(c *netfilter.Config) *bool { return &c.IgnoreRST }, 1},
	{"nf_conntrack_checksum", func(c *netfilter.Config) *bool { return &c.NoChecksums }, 0},
}

// others returns the gateways that differ from c in one setting.
func others(c netfilter.Config) (list []other) {
	for _, s := range settings {
		changed := c
		field := s.field(&changed)
		*field = !*field
		value := s.means
		if !*field {
			value = 1 - value
		}
		list = append(list, other{fmt.Sprintf("%s=%d", s.name, value), netfilter.New(changed)})
	}
	return list
}

func newExplainer(c *Config) *explainer {
	c.Decoder.Fragments.Seed, c.Flow.Seed = drawSeed(), drawSeed()
	gateway := *c.Netfilter
	gateway.Seed, gateway.MaxEntries = drawSeed(), c.Flow.MaxConnections
	return &explainer{
		decoder: packet.NewDecoder(c.Decoder), table: flow.New(c.Flow, func(*record.Record) {}),
		gateway: netfilter.New(gateway), others: others(gateway),
	}
}

// pass lets a packet pass that nobody asks about.
func (e *explainer) pass() {
	e.table.Observe(&e.view)
	e.gateway.Observe(&e.view, &e.verdict)
	for _, o := range e.others {
		o.Observe(&e.view, &e.verdict)
	}
}

// alone is how a packet is shown out of its connection.
var alone = text.Config{Line: tcpdump.Config{Absolute: true, Zone: time.Local}}

// story tells of the packet in view.
func (e *explainer) story() string {
	var b strings.Builder
	fmt.Fprintf(&b, "frame %d\n", e.frame.Number)
	row := e.table.Observe(&e.view)
	text.New(&b, alone).Write(&row) // a Builder never fails
	b.WriteString("\n")
	account := e.gateway.Explain(&e.view)
	b.WriteString(account.Story(e.view.At))
	fmt.Fprintf(&b, "%-9s %s\n", "settings", e.changes(account.Verdict.State))
	return b.String()
}

// changes says which settings of the gateway would make another state of is.
func (e *explainer) changes(is netfilter.State) string {
	var list []string
	for _, o := range e.others {
		if o.Observe(&e.view, &e.verdict); e.verdict.State != is {
			list = append(list, fmt.Sprintf("%s, from the beginning, makes it %v", o.setting, e.verdict.State))
		}
	}
	if len(list) == 0 {
		return "none of the kernel's makes it another state"
	}
	return strings.Join(list, "; ")
}
