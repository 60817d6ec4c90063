package main

import (
	"fmt"
	"runtime"
	"time"
)

// A program is one of those that are compared. Each run is a process of its
// own, so that processor time, collector included, and memory are its own.
type program struct {
	name string
	doc  string
	run  func(path string) (result, error)
}

// programs are all there are, in the order of what they do.
var programs = [...]program{
	{"floor", "read, parse, hash, one update of an open-addressing table", runFloor},
	{"batched", "the floor in batches of 32, whose waits for memory overlap", runBatched},
	{"source", "onpath's reader alone", runSource},
	{"decode", "onpath's reader and decoder", runDecode},
	{"core", "onpath's reader, decoder and table: no output", runCore},
	{"quiet", "the same, but mild findings are not kept, nor payloads compared", runQuiet},
	{"headers", "the core without what it does for each octet: checksums, and digests to compare payloads by", runHeaders},
	{"netfilter", "the core under --netfilter", runNetfilter},
	{"tracker", "onpath's reader and decoder, and netfilter's Tracker alone", runTracker},
	{"onpath", "onpath read --shards 1 -o jsonl=/dev/null", runOnpath},
	{"firewall", "the same with --netfilter", runFirewall},
	{"sharded", "onpath read -o jsonl=/dev/null, a shard for each processor", runSharded},
	{"gopacket", "pcapgo, DecodingLayerParser and a Go map of Flows", runGopacket},
	{"tuned", "the same with ZeroCopyReadPacketData and a small key", runTuned},
	{"reassembly", "pcapgo, DecodingLayerParser and gopacket/reassembly", runReassembly},
}

func findProgram(name string) (p program, err error) {
	for _, p := range programs {
		if p.name == name {
			return p, nil
		}
	}
	return program{}, fmt.Errorf("no program is called %q", name)
}

// A result is what a program found in a capture.
type result struct {
	Packets     uint64
	Connections uint64 // that it told apart
	Live        uint64 // of them still held at the end, in keep
	Lent        int64  // octets of what is lent to some of them, up to a bound
	Table       int64  // octets of the table itself, as it says: connections, their index and other loans
	keep        any    // what must live while memory is measured
}

// A measure is what one run cost.
type measure struct {
	result
	CPU    time.Duration // user and system, of all threads
	System time.Duration // of CPU what the kernel took: reads, page faults
	Wall   time.Duration // by the clock on the wall
	Allocs uint64        // objects
	Heap   int64         // octets that keep holds
	Peak   int64         // octets of the process at most, resident
}

// measured runs p over path in this process.
func measured(p program, path string) (m measure, err error) {
	var before, after, held runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start, began := usage(), time.Now()
	m.result, err = p.run(path)
	end := usage()
	m.Wall = time.Since(began)
	runtime.ReadMemStats(&after)
	runtime.GC()
	runtime.ReadMemStats(&held)
	runtime.KeepAlive(m.keep)
	if err == nil && m.Packets == 0 {
		m.Packets, err = walkPcap(path, func(int64, []byte, uint32) {}) // run counts for its summary only
	}
	m.CPU, m.System = end.cpu-start.cpu, end.system-start.system
	m.Allocs = after.Mallocs - before.Mallocs
	m.Heap = int64(held.HeapAlloc) - int64(before.HeapAlloc)
	m.Peak = end.peak
	return m, err
}

// used is what this process took so far.
type used struct {
	cpu, system time.Duration // system is a part of cpu
	peak        int64         // octets
}

// nsPerPacket is what the run cost of processor time.
func (m measure) nsPerPacket() float64 { return m.per(m.CPU) }

func (m measure) per(d time.Duration) float64 { return float64(d.Nanoseconds()) / float64(m.Packets) }

// allocsPerPacket counts the objects that the run allocated.
func (m measure) allocsPerPacket() float64 { return float64(m.Allocs) / float64(m.Packets) }

// octetsPerConnection is what a connection that is still held takes.
func (m measure) octetsPerConnection() float64 { return float64(m.Heap) / float64(max(1, m.Live)) }

// tableOctetsPerConnection is what one that is still held takes of the table itself.
func (m measure) tableOctetsPerConnection() float64 {
	return float64(m.Table) / float64(max(1, m.Live))
}

// shared is what a table takes that does not grow: conn's memory of the last
// segments.
const shared = 1 << 20

// ownOctetsPerConnection is octetsPerConnection without what is shared and lent.
func (m measure) ownOctetsPerConnection() float64 {
	return float64(m.Heap-m.Lent-shared) / float64(max(1, m.Live))
}
