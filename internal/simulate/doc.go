// Package simulate plays connections between two endpoints that follow RFC 9293,
// over a channel with faults on both sides of an observer, and says at every
// segment which the observer sees what is true of both ends. The soundness tests
// of package conn hold beliefs against it.
//
// The endpoints (tcb.go, arrives.go, synchronized.go, ack.go, text.go, calls.go) are written for
// reading, beside RFC 9293 §3.10. They do no congestion control, as it only
// decides when something is sent: dice do that here. Octets have no values: an
// octet is its place in its incarnation's stream.
//
// Time is counted in steps; as capture time a step is a millisecond. A run's
// choices all come from one Dice, so a run is repeated from its seed and shrunk
// from its list of choices.
package simulate
