// Package conn follows one TCP connection from a point on its path. It keeps a
// virtual TCP stack for each end (the variables of RFC 9293 §3.3.1), moves both
// by each segment that passes, and decides where an incarnation of the
// connection begins.
//
// What passed here left its sender: a fact about the sender. Whether it arrived
// is presumed, until the addressee's own segment proves it. State is what is
// presumed; RCV.NXT is kept both ways (Stack.RcvNxt presumed, Stack.RcvAcked
// proven).
//
// Ring 1: a Conn is plain memory without pointers, clock, lock or goroutine, so
// a capture replayed gives the same answers every time. This package never
// parses, never judges whether something is strange, and holds no payload.
package conn
