// Package flow keeps one table of all connections and conversations: it finds
// the one that a packet belongs to, lets conn move it, ends records by the
// packets' own time, and bounds what is remembered.
//
// conn decides where an incarnation of a connection begins; flow obeys. An entry
// outlives its record: a connection that was silent for too long is written, but
// its Conn stays, so that what comes later continues it; a closed or superseded
// one lingers, so that late packets still count to it.
//
// Ring 2: no clock, lock, goroutine or I/O. A Table belongs to one goroutine.
package flow

import (
	"cmp"
	"time"

	"onpath/check"
	"onpath/compat/netfilter"
	"onpath/compat/tcpchain"
	"onpath/fingerprint"
	"onpath/packet"
	"onpath/record"
)

// Timeouts say how long a silent connection is remembered before its record is
// written, by what is believed of it. In a Config, a field of 0 means the
// default's value. All go to tcpstates.Pair too; Closed and Reset to it alone, as a
// record of ours lingers instead.
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

// Linger says how long a finished record waits for late packets, counted from
// its last packet. What comes behind that, and not later than DefaultLinger, makes another
// record that continues it.
type Linger struct{ AfterReset, AfterClose time.Duration }

// DefaultLinger covers the retries of a refused SYN, and TIME-WAIT.
var DefaultLinger = Linger{AfterReset: 60 * time.Second, AfterClose: 120 * time.Second}

// DefaultMaxConnections bounds a Table if its Config does not.
const DefaultMaxConnections = 1 << 20

// MaxMaxConnections is the largest MaxConnections that a Table takes at its word.
const MaxMaxConnections = 1 << 28

// Config bounds a Table. The zero Config is a good one.
type Config struct {
	MaxConnections int            // entries remembered at once; 0 means DefaultMaxConnections
	MaxHalfOpen    int            // of them not established; one more pushes out the oldest of these; 0 means half of MaxConnections
	MaxTimed       int            // connections timed at once; 0 means DefaultMaxTimed
	Timeouts       Timeouts       // zero fields: DefaultTimeouts
	Linger         *Linger        // nil: DefaultLinger
	Interim        time.Duration  // of a record's time between rows that it has before it ends, Interim of the Record; 0: it has none
	TCPChain       tcpchain.Rules // of the columns named tcp_…
	Rules          check.Config   // which anomalies are looked for
	Seed           packet.Seed    // keys the hash; no output depends on it

	// Fingerprints says whose SYNs are like which; nil: fingerprint.Own.
	Fingerprints *fingerprint.Database

	// Netfilter says of each packet what Linux's firewall would have; it sees those
	// that are not decoded, too. nil: nobody is asked.
	Netfilter *netfilter.Tracker
}

// withDefaults is called once, by New; everything after it takes every field at
// its word.
func (c Config) withDefaults() Config {
	if c.MaxConnections <= 0 {
		c.MaxConnections = DefaultMaxConnections
	}
	c.MaxConnections = min(c.MaxConnections, MaxMaxConnections)
	c.MaxHalfOpen = min(max(cmp.Or(c.MaxHalfOpen, c.MaxConnections/2), 1), c.MaxConnections)
	c.MaxTimed = min(cmp.Or(c.MaxTimed, DefaultMaxTimed), MaxMaxTimed)
	d := DefaultTimeouts
	for _, f := range []struct{ to, from *time.Duration }{
		{&c.Timeouts.New, &d.New}, {&c.Timeouts.Established, &d.Established}, {&c.Timeouts.Closing, &d.Closing},
		{&c.Timeouts.Closed, &d.Closed}, {&c.Timeouts.Reset, &d.Reset},
	} {
		if *f.to == 0 {
			*f.to = *f.from
		}
	}
	if c.Fingerprints == nil {
		c.Fingerprints = fingerprint.Own()
	}
	if c.Linger == nil {
		c.Linger = &DefaultLinger
	}
	return c
}

// Stats counts what a Table did and gave up.
type Stats struct {
	Begun             uint64                    // records begun; the number of the last one
	Ended             [record.NumEndings]uint64 // records written, by end_reason
	Parts             uint64                    // rows of records that had not ended
	Live              int                       // entries now, those without an open record included
	Peak              int                       // entries at most
	Held              Held                      // the same entries, by how they stand
	Evicted           Evicted                   // what the cap pushed out
	SACKGivenUp       uint64                    // SACK blocks that were not kept: two of a direction are
	HolesGivenUp      uint64                    // holes in streams that were forgotten: too many at once
	TimedOctets       int64                     // memory that was taken to time connections; it is bounded
	TimesGivenUp      uint64                    // connections that were not timed: too many carried octets at once
	TotalsGivenUp     uint64                    // packets that were not added to octets and packets: too many records had more than 4 GiB
	Octets            int64                     // memory that was taken for entries, their index and what they are lent: at most ConnectionOctets
	Rules             check.Stats               // what the rules gave up
	SignaturesGivenUp uint64                    // signatures that found no room, or were forgotten too soon: fingerprint.MaxSignatures are kept
	ClocksGivenUp     uint64                    // timestamps that told nothing of an uptime, as too many hosts are remembered
	Verdicts          netfilter.Tally           // the firewall's; empty without one
}

// Open returns how many records are open.
func (s Stats) Open() int { return s.Live - s.Held.Idle }

// Evicted counts the entries that the caps pushed out, all but one that on connections.
// What was never assured goes first where it takes much of a full table: see givesWay.
type Evicted struct {
	Idle           uint64 // no open record: silent for longer than the timeout
	Closed         uint64 // lingering or remembered after a close, a reset, or as an older incarnation
	HalfOpen       uint64 // never established
	HalfOpenBeyond uint64 // the same, by the cap on half-open connections
	Unconfirmed    uint64 // no attempt to open, and one end only was heard, or they did not acknowledge each other
	Other          uint64 // not TCP, both ends heard
	Open           uint64 // established or closing
}

// Held counts the entries that are remembered now; their sum is Stats.Live.
type Held struct {
	Idle       int // no open record: silent for longer than the timeout, or finished and lingered
	Superseded int // lingering as an older incarnation
	Reset      int // lingering after a reset
	Closed     int // lingering after FINs both ways
	HalfOpen   int // never established
	Other      int // not TCP
	Closing    int // a FIN passed
	Open       int // established
}
