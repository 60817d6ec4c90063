// Package measure holds small structs that are fed with what passed and with
// what conn said of it, and keep one thing each: volume, history, times. They are
// columns in the making.
//
// Ring 1: plain memory without pointers, clock, lock or I/O.
package measure
