package kernel

import "onpath/compat/netfilter"

// A Setting is a way to set up the kernel, the same for a Tracker, and what
// dialogues are for it.
type Setting struct {
	Name   string
	Weight int      // how many of all dialogues
	Flags  []string // for ctoracle
	Config netfilter.Config
	Plan   Plan
}

// helpers are the rules of "-helpers" below.
var helpers = []netfilter.Attach{{Helper: "ftp", Ports: []uint16{21, 2121}}, {Helper: "irc", Ports: []uint16{6667}}}

// Settings are those under which kernel and Tracker are compared.
var Settings = []Setting{
	{"default", 28, nil, netfilter.Config{}, Plan{Others: true, Fragments: true}},
	{"tcp", 20, nil, netfilter.Config{}, Plan{}},
	{"ipv6", 10, nil, netfilter.Config{}, Plan{Others: true, Fragments: true, V6: true}},
	{"liberal", 6, []string{"-liberal"}, netfilter.Config{Liberal: true}, Plan{}},
	{"strict", 6, []string{"-loose=false"}, netfilter.Config{Strict: true}, Plan{}},
	{"liberal-strict", 3, []string{"-liberal", "-loose=false"}, netfilter.Config{Liberal: true, Strict: true}, Plan{}},
	{"ignore-rst", 4, []string{"-ignore-invalid-rst"}, netfilter.Config{IgnoreRST: true}, Plan{}},
	{"max-retrans", 4, []string{"-sysctl", "nf_conntrack_tcp_max_retrans=1"}, netfilter.Config{MaxRetrans: 1}, Plan{}},
	{"no-checksum", 4, []string{"-no-checksum"}, netfilter.Config{NoChecksums: true}, Plan{Others: true, Unsummed: true}},
	{"aged", 10, []string{"-virtual-time"}, netfilter.Config{}, Plan{Others: true, Aged: true}},
	{"helpers", 10, []string{"-helpers", "ftp=21+2121,irc=6667"}, netfilter.Config{Helpers: helpers}, Plan{Helpers: true}},
	{"helpers-ipv6", 4, []string{"-helpers", "ftp=21+2121,irc=6667"}, netfilter.Config{Helpers: helpers}, Plan{Helpers: true, V6: true}},
}
