// Package outcome says what became of a connection: one of 24 classes, found by the
// first row of a table that fits (spec/outcomes.md). What must be remembered for it
// while a connection lives is a Trail, fed with segments; the verdict is computed
// when the record ends.
//
// A class says what the packets show of the connection, never why its record was
// written: one that the end of the capture cuts is open.
//
// Ring 1: plain memory without pointers, clock, lock or I/O.
package outcome
