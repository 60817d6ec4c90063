// Package tcpchain sees TCP as TCPChain of PATHspider does
// (docs: pathspider.chains.tcp): seven fields a flow, its own rule for when a
// flow is complete, and analyses of one's own chained to each flow.
//
// State is the machine alone, four octets, fed with flags and a direction. Table
// is what stands around it in the original: it finds the flow of a frame, counts
// packets and octets, and calls each Chain. Both follow the document unless told
// AsReleased: the program that was released swaps the two FIN fields, and lets
// every SYN overwrite the flags of the one before.
//
// # What a Table sees
//
// The original reads packets with libtrace, and what it takes for a flow was
// found out from its answers on 444 captures:
//
//   - Link layers: Ethernet, FDDI, BSD loopback, PPP, Cisco HDLC, both Linux
//     cooked headers, raw IP. On them VLAN tags (0x8100, 0x88a8), SNAP, PPPoE
//     sessions and MPLS with IP below the last label; not Ethernet inside MPLS,
//     and no other tag or tunnel: of nested IP headers the outermost counts.
//     VLAN ids and labels do not tell flows apart.
//   - The version in the IP header must be what the link layer announced.
//   - Fragments are not put together: the first belongs to its flow, the others
//     to none. Hop-by-hop, routing, fragment and destination headers of IPv6 are
//     passed over, but "proto" is what the fixed header says (0, 43, 44, 60).
//   - A flow is addresses, ports and proto. Forward is the direction of its first
//     packet. Where both ends have one address and one port, all is reverse.
//   - An ICMP error about a TCP segment is a packet of that segment's flow, in
//     the other direction; it may be the flow's first. (The captures show it for
//     type 3 of ICMP and 1 of ICMPv6; the other errors are taken to be alike.)
//   - Octets are those captured from the IP header on: without what the snap
//     length took, with the padding of short Ethernet frames.
//   - Flags are the low eight bits; options are not needed.
//
// # When a flow ends
//
// Time is the seconds of packet times, rounded down. A packet first ends the
// flows whose time has come, then finds or makes its own, and then makes others
// idle:
//
//   - A complete flow (FIN both ways, any RST, or a Chain that says so) goes on
//     taking packets until a packet comes five seconds later.
//   - A flow is idle when a packet comes, of whatever kind, 25 to 29 seconds
//     after its last one. It then goes on taking packets until one comes six
//     seconds later (six or seven: the captures do not tell); one of its own
//     before 30 seconds have passed since its last packet makes it active again.
//   - Where no packet comes in those five seconds the original loses sight of
//     the flow: its next packet joins it, however late, and from then on it
//     neither becomes idle nor complete. It ends with the capture.
//
// The third point is no feature, but it decides where flows are split (in a
// trace of backscatter, one flow lasts 17 hours), and whoever compares needs it.
//
// # What it does not do
//
// It keeps no record of what is not TCP, judges nothing, and reads no options:
// for those there is [onpath/tcp.Header.OptionMap]. The other chains of the
// original (ECN, MSS, Fast Open …) are left to the reader: Chain is made for it.
package tcpchain
