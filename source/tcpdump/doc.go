// Package tcpdump reads what tcpdump printed.
package tcpdump
