// Package tcpdump prints packets as tcpdump 4.99.3 does with -n: what stands
// before IP, IP and TCP, through "length N". What follows there in tcpdump is its
// decoding of applications, which this package does not do; of a packet that is
// not TCP it prints the IP line, and the protocol in its own short words.
//
//	p := tcpdump.New(tcpdump.Config{})
//	line = p.AppendHead(line, view)       // number and time, as Config says
//	line, ok = p.AppendPacket(line, view) // IP 10.0.0.1.49769 > 10.0.0.2.80: Flags [S], …
//	line = p.AppendSegment(line, view)    // Flags [S], … alone
//
// Sequence numbers are relative as tcpdump's are: a Printer remembers the first
// ones of each connection whose packets it printed, so who shows one connection
// gives its packets to one Printer, in their order. Config.Absolute does without.
//
// The lines were found by giving packets to tcpdump; its mistakes are copied, and
// named where they are made. Where a later version says more, this package prints
// what that says: the flag AE as e, the flags of MP_CAPABLE, MP_TCPRST.
//
// It reads the frame itself: it prints fragments, cut headers and wrong lengths,
// of which packet makes no segment. Ring 1: no clock, no files, nothing allocated
// per packet but room for connections, whose number is bounded.
package tcpdump
