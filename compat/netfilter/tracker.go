package netfilter

import "onpath/packet"

// Config is what a gateway's administrator can set. The zero Config is a kernel
// with its defaults and no helpers.
type Config struct {
	Liberal     bool     // nf_conntrack_tcp_be_liberal: only RSTs outside of the window are refused
	Strict      bool     // not nf_conntrack_tcp_loose: no pick-up of connections in their middle
	IgnoreRST   bool     // nf_conntrack_tcp_ignore_invalid_rst
	MaxRetrans  uint8    // nf_conntrack_tcp_max_retrans; 0 means the default, 3
	NoChecksums bool     // not nf_conntrack_checksum: bad checksums pass
	Helpers     []Attach // rules that give helpers to new entries
	MaxEntries  int      // nf_conntrack_max; 0 means 1<<20
	Seed        packet.Seed
	Event       func(*Event) // called as things happen, in the order of time; nil: not
}

// Attach is the rule that gives a helper to new entries to one of its ports.
type Attach struct {
	Helper string
	Ports  []uint16 // nil means those that the protocol is known by
}

// Tracker is the connection tracking of one gateway.
type Tracker struct {
	config Config
}

// New returns a Tracker with an empty table.
func New(c Config) *Tracker { return &Tracker{config: c} }

// Observe takes the next packet of the capture and says what is thought of it.
func (t *Tracker) Observe(v *packet.View, out *Verdict) { *out = Verdict{} }

// Entries calls each with the entries that are in the table, in the order of
// their ID.
func (t *Tracker) Entries(each func(*Entry)) {}
