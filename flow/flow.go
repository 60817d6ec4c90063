// Package flow keeps one table of all connections and conversations: it finds
// the one that a packet belongs to, lets conn move it, decides with the packets'
// own time when a record ends, and bounds what is remembered.
//
// Ring 2: no clock, lock, goroutine or I/O. A Table belongs to one goroutine.
package flow

import (
	"time"

	"onpath/packet"
	"onpath/record"
)

// Timeouts say how long a silent connection is remembered before its record is
// written, by what is believed of it. In a field, 0 means the default's value.
type Timeouts struct {
	New, Established, Closing, Closed, Reset time.Duration
}

// DefaultTimeouts are those of Tranalyzer2's tcpStates plugin, table 1.3.2.
var DefaultTimeouts = Timeouts{
	New:         120 * time.Second,
	Established: 610 * time.Second,
	Closing:     120 * time.Second,
	Closed:      10 * time.Second,
	Reset:       100 * time.Millisecond,
}

// Config bounds a Table. The zero Config is a good one.
type Config struct {
	MaxConnections int         // entries remembered at once; 0 means 1<<20
	Timeouts       Timeouts    // zero fields: DefaultTimeouts
	Linger         *Linger     // nil: DefaultLinger
	Seed           packet.Seed // keys the hash; no output depends on it
}

// Linger says how long a finished record waits for late packets.
type Linger struct{ AfterReset, AfterClose time.Duration }

// DefaultLinger covers the retries of a refused SYN, and TIME-WAIT.
var DefaultLinger = Linger{AfterReset: 60 * time.Second, AfterClose: 120 * time.Second}

// Stats counts what a Table did and gave up.
type Stats struct {
	Records uint64 // written
	Live    int    // entries now
	Peak    int    // entries at most
	Ended   [record.NumEndings]uint64
	Evicted EvictStats
}

// EvictStats counts what the cap on connections pushed out, by kind.
type EvictStats struct{ Idle, Closed, HalfOpen, Other, Established uint64 }

// Table is all connections that are remembered.
type Table struct{ emit func(*record.Record) }

// New returns an empty Table. emit is called for each record as it ends; the
// Record is valid during the call.
func New(c Config, emit func(*record.Record)) *Table { return &Table{emit: emit} }

// Observe gives the table one decoded packet and returns what is known of it.
// A View whose Why is not Decoded belongs to no connection.
func (t *Table) Observe(v *packet.View) record.Packet { return record.Packet{View: v} }

// Flush writes the records of all that is open, in the order of their numbers:
// the capture has ended.
func (t *Table) Flush() {}

// Stats returns the counts so far.
func (t *Table) Stats() Stats { return Stats{} }
