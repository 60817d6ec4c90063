// Package netfilter says of each packet what Linux's connection tracking would
// have said of it on a gateway that forwards it: the ctstate that a firewall rule
// sees, the state of its entry, and why. It has the kernel's opinions, mistakes
// included (Linux 6.18; other versions differ where the documents say so), and
// knows nothing of package conn, which has its own.
//
// A Tracker sees outermost IP packets, whole datagrams, with the packets' own time
// as its clock. It computes from its arguments alone and belongs to one goroutine.
//
// Source: spec/conntrack.md, which was written from measurements of that kernel;
// G. van Rooij, "Real Stateful TCP Packet Filtering in IP Filter" (SANE 2000).
package netfilter
