// Package genload makes captures for tests and benchmarks: it plays many TCP
// conversations (and some other traffic) at once and writes what a tap between
// their ends would capture, as classic pcap. The same Load and Options give the
// same octets on every machine, so nothing that others captured is needed.
//
// Ring 3, for tests, benchmarks and cmd/genload only. What it plays is lawful
// TCP with loss, reordering and resets; attacks other than a SYN flood, broken
// stacks and damaged files are not its business.
package genload
