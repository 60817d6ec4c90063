// Package tcpstates judges TCP as the plugin tcpStates of Tranalyzer2 does: one
// flag octet for each direction of a connection, after each packet and at the
// end. It is a view beside onpath's own judgement, for people whose scripts read
// that column, and keeps the original's opinions: a flow is one direction, a FIN
// that carries data is never acknowledged, what is still open when the capture
// ends is malformed.
//
// There are two doors to one state machine:
//
//   - Table is the original's whole core: its own dissection of each frame, its
//     keys, flows of all protocols, its timeouts with their order and rounding,
//     its bound on memory and what that evicts. It gives the original's values
//     bit for bit, for the flow file, the packet file and the report.
//   - Pair is the machine alone, for one connection that somebody else tracks:
//     40 octets, fed with segments. See Pair for where it may differ.
//
// "Tranalyzer2" means version 0.9.3 in its default configuration, without the
// country columns.
//
// Where Tranalyzer2's dissection is not described, what a Table does was inferred
// from its answers to captures: overlays (VXLAN, Geneve) are followed over IPv4
// only and only to IP right behind the inner MAC addresses, Geneve only with few
// options, VXLAN-GPE and AH in IPv4 not at all, PPP's short protocols and MPLS
// over PPP not, Teredo on any port. Numbers of flows of protocols other than TCP
// and UDP could not be compared; they may differ where a tunnel carries no IP.
//
// A Table judges the frames that it is given. Tranalyzer2 sees fewer where libpcap
// gives up: pcapng interfaces unlike the first, damaged records.
//
// What it does not do: reassemble, check checksums, look at sequence numbers
// beyond those of SYN and FIN, or have an opinion of its own.
//
// Ring 1: it imports tcp and packet, computes from its arguments and does no I/O.
// Nothing is allocated per packet; a Table allocates while its flows grow in
// number, up to a bound.
package tcpstates
