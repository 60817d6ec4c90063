package main

import (
	"io"

	"onpath/anomaly"
	"onpath/check"
	"onpath/compat/netfilter"
	"onpath/flow"
	"onpath/packet"
	"onpath/record"
	"onpath/source"
)

// runCore is onpath up to its records, which nobody writes: rings 0 to 2 and
// the reader, in batches as internal/run has them. Its table is left as the last
// packet left it.
func runCore(path string) (result, error) { return core(packet.Config{}, flow.Config{}, path) }

// runHeaders is the core without work on each octet: no checksums, no digests.
func runHeaders(path string) (result, error) {
	return core(packet.Config{NoChecksums: true}, flow.Config{Rules: check.Config{Overlap: -1}}, path)
}

// runQuiet is the core without what grows with what is found: findings are not
// kept, and payloads not noted.
func runQuiet(path string) (result, error) {
	return core(packet.Config{}, flow.Config{Rules: check.Config{Least: anomaly.Violation, Overlap: -1}}, path)
}

// runNetfilter is the core under --netfilter.
func runNetfilter(path string) (result, error) {
	return core(packet.Config{}, flow.Config{Netfilter: netfilter.New(netfilter.Config{})}, path)
}

func core(p packet.Config, c flow.Config, path string) (result, error) {
	t := flow.New(c, func(*record.Record) {})
	d := packet.NewDecoder(p)
	var views [flow.Batch]packet.View
	held := 0
	observe := func() {
		t.ObserveAll(views[:held])
		held = 0
	}
	n, err := eachFrame(path, func(f *packet.Frame) {
		d.Decode(f, &views[held])
		if held++; held == len(views) {
			observe()
		}
	})
	observe()
	s := t.Stats()
	return result{Packets: n, Connections: s.Begun, Live: uint64(s.Live), Lent: s.TimedOctets, Table: s.Octets, keep: t}, err
}

// runTracker is reader, decoder and a firewall's connection tracking alone.
func runTracker(path string) (result, error) {
	t := netfilter.New(netfilter.Config{})
	d, v, verdict := packet.NewDecoder(packet.Config{}), new(packet.View), new(netfilter.Verdict)
	n, err := eachFrame(path, func(f *packet.Frame) {
		d.Decode(f, v)
		t.Observe(v, verdict)
	})
	s := t.Stats()
	return result{Packets: n, Connections: s.Made, Live: uint64(s.Entries), keep: t}, err
}

// runDecode is the reader and the decoder.
func runDecode(path string) (result, error) {
	d, v := packet.NewDecoder(packet.Config{}), new(packet.View)
	n, err := eachFrame(path, func(f *packet.Frame) { d.Decode(f, v) })
	return result{Packets: n}, err
}

// runSource is the reader alone.
func runSource(path string) (result, error) {
	n, err := eachFrame(path, func(*packet.Frame) {})
	return result{Packets: n}, err
}

// eachFrame calls f for each frame of a capture.
func eachFrame(path string, f func(*packet.Frame)) (frames uint64, err error) {
	r, err := source.Open(path)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	var frame packet.Frame
	for {
		switch err := r.Next(&frame); err {
		case nil:
			f(&frame)
			frames++
		case io.EOF:
			return frames, nil
		default:
			return frames, err
		}
	}
}
