// Package record holds one row for a connection and one for a packet, and the
// two tables of their columns. Sinks know columns, not connections: whatever is
// written about a connection (help, JSON names, docs/columns.md) is read from
// the tables here.
//
// Ring 2: it computes text from its arguments, and does no I/O.
package record

import (
	"onpath/anomaly"
	"onpath/check"
	"onpath/compat/netfilter"
	"onpath/compat/tcpchain"
	"onpath/compat/tcpstates"
	"onpath/conn"
	"onpath/measure"
	"onpath/outcome"
	"onpath/packet"
	"onpath/tcp"
)

// Record is one connection, or for protocols other than TCP one conversation.
type Record struct {
	Conn      uint64     // 1, 2, … in the order of first packets
	Continues uint64     // number of the idle record that this one goes on from; 0: none
	Key       packet.Key // without direction
	ClientIsB bool       // the client is Key.B
	Start     int64      // time of the first packet, ns since the Unix epoch
	End       int64      // time of the last packet; of its packets the highest
	Opening   Opening
	Ending    Ending
	Interim   bool    // the record goes on: there will be another row of it
	Part      uint32  // number of this row among those of the record: 1, 2, …
	Side      [2]Side // by tcp.Client, tcp.Server
	History   History
	Outcome   outcome.Verdict // zero if not TCP
	TCPChain  tcpchain.State  // zero if not TCP
	Findings  []check.Finding // in the order in which they were first raised; valid as long as the Record
	Closed    anomaly.Gate    // conditions that did not hold, so that rules were silent
	Reasons   check.Reasons   // of Closed
	Firewall  bool            // Linux's firewall was asked
	Invalid   uint32          // packets that it would have called INVALID
	Handshake measure.Handshake
	Times     *measure.Times // nil: nothing was timed, as no octets passed or one end was not seen; valid as long as the Record
}

// Side is what one end of a Record sent.
type Side struct {
	measure.Total
	Repeated  uint64     // payload octets sent again; 0 if not TCP
	State     conn.State // presumed at the end; meaningless if not TCP
	Possible  conn.Set   // all that it may be in at the end; meaningless if not TCP
	Repairs   measure.Repairs
	TCPStates tcpstates.Flags // of all its flows; 0 if not TCP
	Identity  Identity        // by its SYN or SYN,ACK
}

// IsTCP reports whether the columns about TCP mean something.
func (r *Record) IsTCP() bool { return r.Key.Proto == packet.ProtoTCP }

// Opening says how a TCP record began.
type Opening uint8

const (
	OpenNone      Opening = iota // not TCP
	OpenSyn                      // a SYN without ACK was its first segment
	OpenSynAck                   // a SYN,ACK was its first segment
	OpenMidstream                // anything else
)

// openings are the values of the column start.
var openings = [...]string{"", "syn", "synack", "midstream"}

// String returns the column's value, "" for what is not TCP.
func (o Opening) String() string { return openings[o] }

// View says whose packets of a record passed here.
type View uint8

// The views; views has the values of the column.
const (
	ViewBoth View = iota
	ViewClientOnly
	ViewServerOnly
	NumViews
)

// views are the values of the column view.
var views = [NumViews]string{"both", "client-only", "server-only"}

// String returns the column's value.
func (v View) String() string { return views[v] }

// Ending says why a record was written (DESIGN §5).
type Ending uint8

const (
	EndOpen           Ending = iota // not ended
	EndFin                          // closed by FINs both ways
	EndRst                          // reset or refused
	EndIdleTimeout                  // silent for longer than its state's timeout
	EndAttemptTimeout               // never established, silent for longer than the timeout
	EndEvicted                      // pushed out by the cap on connections
	EndCapture                      // the capture ended first
	EndSuperseded                   // another incarnation took the ports over
	EndFlush                        // the program ended first
	NumEndings
)

// endings are the values of the column end_reason.
var endings = [...]string{"open", "fin", "rst", "idle-timeout", "attempt-timeout", "evicted", "capture-end", "superseded", "flush"}

// String returns the column's value.
func (e Ending) String() string { return endings[e] }

// Packet is one packet as the packet columns read it.
type Packet struct {
	View        *packet.View     // of this packet; valid until the next one is decoded
	Conn        uint64           // the record it belongs to; 0 if it was not decoded
	Dir         tcp.Dir          // who sent it; meaningful if Conn is not 0
	About       uint64           // number of the TCP connection of which this ICMP error quotes a segment; 0: none
	Quotes      tcp.Dir          // with About: who sent that segment
	Possible    [2]conn.Set      // all that the ends may be in after it, by tcp.Client, tcp.Server
	Delivery    conn.Delivery    // what it is to the octets it carries
	Loss        conn.Loss        // with conn.Retransmission: where the original was lost
	TCPStates   tcpstates.Flags  // of the sender's direction after it; 0 if not TCP
	Explanation conn.Explanation // the mildest cause of what is surprising
	State       [2]conn.State    // presumed after the packet, by tcp.Client, tcp.Server; meaningful for TCP
	Raised      []check.Raised   // what it raised; valid until the next one
	Live        *conn.Conn       // the connection after it, for who asks for more; nil if not TCP; valid until the next one

	Netfilter *netfilter.Verdict // what Linux's firewall would have said; nil: it was not asked; valid until the next one
}
