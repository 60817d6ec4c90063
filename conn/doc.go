// Package conn follows one TCP connection from a point on its path. It keeps a
// virtual TCP stack for each end (the variables of RFC 9293 §3.3.1) and the Set
// of all states that the end may be in, moves both by each segment that passes,
// and decides where an incarnation of the connection begins.
//
// What passed here left its sender: a fact about the sender, which filters its
// Set. Whether it arrived is presumed, until the addressee's own segment proves
// it; so it widens the addressee's. State is what is presumed; RCV.NXT is kept
// both ways (Stack.RcvNxt presumed, Stack.RcvAcked proven). What is surprising
// gets the mildest Explanation that fits.
//
// Ring 1: a Conn is plain memory without pointers, clock, lock or goroutine, so
// a capture replayed gives the same answers every time. This package never
// parses, names no anomaly, and holds no payload.
package conn
