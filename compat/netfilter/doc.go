// Package netfilter says of each packet what Linux's connection tracking would
// have said of it on a gateway that forwards it: the ctstate that a firewall rule
// sees, the state of its entry, and why. It has the kernel's opinions, mistakes
// included (Linux 6.18; other versions differ where the documents say so), and
// knows nothing of package conn, which has its own.
//
// A Tracker sees outermost IP packets, whole datagrams, with the packets' own time
// as its clock. It computes from its arguments alone and belongs to one goroutine.
//
// What a capture cannot tell is taken for good: checksums and options that were
// not captured, a TTL of 1, a checksum that the sender's card was to finish, and that of
// a UDP packet which carries a tunnel. A
// header that was not captured gives no verdict. Nothing translates addresses, and
// there is one zone: VLANs and interfaces are not told apart. A full table gives up the
// entry that ends first of those which may go, where the kernel takes one near by
// in its hash. The states of SCTP are not followed, and the kernel's limit of how
// far a fragment may lag behind others (ipfrag_max_dist) is not kept.
//
// Multicast is NEW for ever, as in Linux, where Welte's slides of 2000 have it INVALID: the
// kernel makes an entry for it, and forgets it as the packet is not routed.
//
// Source: spec/conntrack.md, which was written from measurements of that kernel;
// G. van Rooij, "Real Stateful TCP Packet Filtering in IP Filter" (SANE 2000).
package netfilter
