// Package fingerprint guesses operating systems from SYNs and SYN,ACKs, in the form
// of p0f 3: a Signature is what one such segment shows of the stack that made it, a
// Database says whose stack looks like that, and a Table keeps the few different
// signatures that the many connections have.
//
// The form and the rules are those of p0f's README, section 5; where it leaves
// something open, p0f 3.09 was asked with made captures, and its answers stand in the
// comments. What it says of HTTP, of NAT and of hosts that change is not here.
//
// Ring 1: no clock, lock, goroutine or I/O.
package fingerprint
