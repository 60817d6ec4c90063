package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"onpath/compat/netfilter"
)

const netfilterLong = `

With --netfilter, a Linux gateway is imagined where the capture was taken: its
connection tracking judges each packet as the kernel would, with the packets' times
as its clock (docs/netfilter.md). The flags --nf-… are what its administrator can
set; any of them switches --netfilter on, and so does -o conntrack.`

const netfilterRead = ` Records then have
nf_invalid, how many of their packets a rule for INVALID would have met; the summary
says why. -o conntrack writes the table at the end, as conntrack -L would; its
closing line on standard error is left out, as the summary stands there.`

const netfilterPackets = ` Lines then end
with the verdict: the ctstate, the TCP state that the packet made of the entry, and what the
kernel logs where it refuses or ignores. onpath explain --nf tells more of one.
-o conntrack writes what happened to entries, as conntrack -E -o timestamp,id would.`

// setting is one thing that a gateway's administrator can set.
type setting struct {
	flag, doc string
	bind      func(f *pflag.FlagSet, s *setting, c *netfilter.Config)
}

// settings are named after the kernel's, without nf_conntrack_ and tcp_.
var settings = []setting{
	{"nf-liberal", "the gateway refuses no segment for its window (nf_conntrack_tcp_be_liberal=1)",
		func(f *pflag.FlagSet, s *setting, c *netfilter.Config) { f.BoolVar(&c.Liberal, s.flag, false, s.doc) }},
	{"nf-loose", "the gateway picks connections up in their middle; =false: it does not (nf_conntrack_tcp_loose)",
		func(f *pflag.FlagSet, s *setting, c *netfilter.Config) { s.bindUnless(f, &c.Strict) }},
	{"nf-ignore-invalid-rst", "the gateway does not refuse RSTs before the window (nf_conntrack_tcp_ignore_invalid_rst=1)",
		func(f *pflag.FlagSet, s *setting, c *netfilter.Config) { f.BoolVar(&c.IgnoreRST, s.flag, false, s.doc) }},
	{"nf-max-retrans", "the gateway shortens an entry's life after `N` retransmissions in a row (nf_conntrack_tcp_max_retrans)",
		func(f *pflag.FlagSet, s *setting, c *netfilter.Config) {
			c.MaxRetrans = 3 // the kernel's default, which help shows
			f.Var((*retrans)(&c.MaxRetrans), s.flag, s.doc)
		}},
	{"nf-checksum", "the gateway verifies checksums; =false: it does not (nf_conntrack_checksum)",
		func(f *pflag.FlagSet, s *setting, c *netfilter.Config) { s.bindUnless(f, &c.NoChecksums) }},
	{"nf-helper", "the gateway's rules give helpers to these ports; the word default means " + netfilter.DefaultHelpers + "; repeatable",
		func(f *pflag.FlagSet, s *setting, c *netfilter.Config) { f.Var((*helpers)(&c.Helpers), s.flag, s.doc) }},
}

// bindUnless binds a flag that is on by default to a field that says the opposite.
func (s *setting) bindUnless(f *pflag.FlagSet, off *bool) {
	f.VarPF((*unless)(off), s.flag, "", s.doc).NoOptDefVal = "true"
}

// firewall is what --netfilter and the settings say.
type firewall struct {
	asked bool
	netfilter.Config
}

func (w *firewall) bind(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&w.asked, "netfilter", false, "say what a Linux gateway's firewall would have called each packet: NEW, ESTABLISHED, RELATED, INVALID")
	w.bindSettings(cmd)
}

func (w *firewall) bindSettings(cmd *cobra.Command) {
	f := cmd.Flags()
	for i := range settings {
		s := &settings[i]
		s.bind(f, s, &w.Config)
		must(cmd.RegisterFlagCompletionFunc(s.flag, cobra.NoFileCompletions))
	}
}

// config returns the gateway's settings; nil if nobody asked for it.
func (w *firewall) config(cmd *cobra.Command) *netfilter.Config {
	asked := w.asked
	for _, s := range settings {
		asked = asked || cmd.Flags().Changed(s.flag)
	}
	if !asked {
		return nil
	}
	return &w.Config
}

// unless is a flag that is on where what it points to is off.
type unless bool

// Type implements pflag.Value; bool lets help show no name for the value.
func (u *unless) Type() string { return "bool" }

// String implements pflag.Value: the opposite of what the flag points to.
func (u *unless) String() string { return strconv.FormatBool(!bool(*u)) }

// Set takes true or false.
func (u *unless) Set(text string) error {
	on, err := strconv.ParseBool(text)
	if err != nil {
		return errors.New("want true or false")
	}
	*u = unless(!on)
	return nil
}

// retrans is the value of --nf-max-retrans.
type retrans uint8

// Type implements pflag.Value: how help names the value.
func (r *retrans) Type() string { return "N" }

// String implements pflag.Value: how often, as Set reads it.
func (r *retrans) String() string { return strconv.Itoa(int(*r)) }

// Set takes what the kernel does, but 0.
func (r *retrans) Set(text string) error {
	n, err := strconv.ParseUint(text, 10, 8)
	if err != nil || n == 0 {
		return fmt.Errorf("want a number from 1 to 255")
	}
	*r = retrans(n)
	return nil
}

// helpers is the value of --nf-helper.
type helpers []netfilter.Attach

// Type implements pflag.Value: how help names the value.
func (h *helpers) Type() string { return "NAME[=PORT[+PORT...]],..." }

// String implements pflag.Value: empty, as there are none by default.
func (h *helpers) String() string { return "" }

// Set takes helpers more.
func (h *helpers) Set(text string) error {
	more, err := netfilter.ParseHelpers(text)
	*h = append(*h, more...)
	return err
}
