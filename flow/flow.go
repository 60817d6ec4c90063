// Package flow keeps one table of all connections and conversations: it finds
// the one that a packet belongs to, lets conn move it, decides with the packets'
// own time when a record ends, and bounds what is remembered.
//
// Ring 2: no clock, lock, goroutine or I/O. A Table belongs to one goroutine.
package flow
