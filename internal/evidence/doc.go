// Package evidence keeps the latest frames of all connections, and on a finding writes a
// dump as FreeBSD's tcpad did (seed document 001): the connection's packets as a capture
// with comments, and both virtual stacks.
//
// A Keeper decides what belongs to a dump, a Dir writes it. Neither starts a goroutine
// or reads a clock; time is the packets'. They belong to one goroutine. Live capture
// with several shards has a Keeper for each, with its part of the memory; Dirs of the
// same directory do not disturb each other.
//
// It judges nothing, and it deletes nothing.
package evidence
