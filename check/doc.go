// Package check asks the rules of the catalogue (package anomaly) about each
// segment: what conn found out, and what stands in the headers. A rule is a
// function of a Scene; each family has a file with the table of its rules. What a
// rule finds is kept as a Finding: once for a connection, a direction and an ID,
// with a count and the numbers of its first occurrences.
//
// An ordinary segment of an ordinary connection costs a few comparisons: what it
// shows is a mask of triggers, and no rule looks at a segment without a trigger.
//
// Ring 1: no clock, lock, goroutine or I/O. An Inspector belongs to one goroutine.
package check
