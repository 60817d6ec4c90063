// Package tcpdump reads lines as tcpdump prints them, and makes frames of them. It
// opens no files: package source does.
//
// # What is understood
//
// TCP segments of all versions: classic (S 5:5(0) ack 6 win 7 <mss 1460> (DF), where
// a dot says that none of SYN, FIN, RST and PSH is set, and ACK comes from ack),
// modern (Flags [S.], seq 5, …) and mixtures; with or without -v, in one line or
// two, -e, -#, -S, -x, -xx, -X and every form of time; IPv4 and IPv6; inside of
// tunnels, whose innermost packet counts. UDP and ICMP echoes, where the line tells
// the length. All else is counted by its Kind.
//
// Around a packet may stand what mails and articles put there: quoting, bullets,
// numbers, prompts, HTML entities and tags; a packet may be wrapped into up to 8
// lines, and a line may hold several. An unknown entity between two ends is taken for
// the arrow. Where SEQ, END and LENGTH contradict each other, and one has lost a digit,
// it is put right. Both are told as a Note.
//
// # What the text does not tell
//
// The octets of payload: they are not there, as if they had not been captured. TTL,
// identification and checksum without -v: packet.Text says so, and Seg has none. ECN
// bits: 0. What tcpdump does not print whole ends the options as if the rest had not
// been captured; of MPTCP options, kind, length and subtype are kept. The sequence
// number of a segment that carries nothing: the one that is due. A date: the first
// day is 1970-01-01, and a time that lies more than half a day back begins the next. A
// year: 1972. Any time: packets are 1 µs apart.
//
// Numbers that are printed as distances are made absolute again; see talk. Where
// nothing tells where a direction begins, it begins anywhere, and all its numbers
// and the acknowledgments of them are off by the same.
//
// With a hex dump that holds the headers, the dump is the frame.
//
// # Limits
//
// MaxLine octets a line; 65,536 conversations (the last 32,768 at least) and as many
// names of hosts. Without dates, a silence of more than half a day is lost.
//
// tcpdump's forms are described in its manual page; that of version 3 is also that of
// the seed document "Making a Connection with tcpdump". How it counts distances was
// measured on version 4.99.3.
package tcpdump
