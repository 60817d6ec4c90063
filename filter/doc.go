// Package filter compiles tcpdump's filter language (pcap-filter(7)) to programs
// for the BSD packet filter (McCanne and Jacobson, "The BSD Packet Filter", 1993):
// Parse reads the words, Compile makes a program for the link type of a capture,
// CompileLive one for a packet socket of Linux, and Program.Match runs it over a frame.
//
// A program selects what tcpdump's selects, its peculiarities included: and and or
// bind equally and from the left, vlan, mpls and pppoes move the offsets of all that
// stands behind them, port and tcp[…] mean first fragments, IPv6 has no extension
// headers but a fragment's, and a read beyond the captured octets rejects the frame.
// docs/filters.md lists where it differs. Names are never looked up; what is not
// understood is an *Error that names the word and its place, never another filter.
//
// It reads no captures and opens no sockets.
package filter
