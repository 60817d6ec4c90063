package main

import (
	"encoding/binary"
	"io"
	"os"
)

// The floor is the least that any program does which follows connections: read
// the file, find addresses, ports, sequence numbers, window and timestamps, hash
// the key, and update one entry of a table. It checks only what keeps it from
// reading past a frame, knows only the headers below, and forgets nothing.

var be = binary.BigEndian

// floorKey is as large as packet.Key: two addresses, ports, VLAN and protocol.
type floorKey [6]uint64

// floorState is what one update writes: 64 octets, one cache line.
type floorState struct {
	at      int64
	octets  [2]uint64
	packets [2]uint32
	seq     [2]uint32
	ack     [2]uint32
	tsval   [2]uint32
	win     [2]uint16
	flags   [2]uint16
}

// floorSegment is what the floor reads of a frame.
type floorSegment struct {
	key             floorKey
	at              int64
	wire            uint32
	from            int // 1 if the sender is the higher end
	seq, ack, tsval uint32
	win, flags      uint16
}

// runFloor is the floor over a file, packet by packet.
func runFloor(path string) (result, error) {
	t := newFloorTable()
	var s floorSegment
	n, err := walkPcap(path, func(at int64, frame []byte, wire uint32) {
		if s.parse(frame) {
			s.at, s.wire = at, wire
			t.find(&s.key).update(&s)
		}
	})
	return result{Packets: n, Connections: uint64(t.used), Live: uint64(t.used), keep: t}, err
}

// batch is how many packets runBatched parses before it updates.
const batch = 32

// runBatched is the floor in batches: the memory that their updates need is
// asked for all at once, so that the waits overlap.
func runBatched(path string) (result, error) {
	t := newFloorTable()
	segments := make([]floorSegment, 0, batch)
	n, err := walkPcap(path, func(at int64, frame []byte, wire uint32) {
		segments = segments[:len(segments)+1]
		s := &segments[len(segments)-1]
		if !s.parse(frame) {
			segments = segments[:len(segments)-1]
			return
		}
		s.at, s.wire = at, wire
		if len(segments) == batch {
			t.updateAll(segments)
			segments = segments[:0]
		}
	})
	t.updateAll(segments)
	return result{Packets: n, Connections: uint64(t.used), Live: uint64(t.used), keep: t}, err
}

// walkPcap calls f for each record of a little-endian µs pcap.
func walkPcap(path string, f func(at int64, frame []byte, wire uint32)) (records uint64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	le := binary.LittleEndian
	buf := make([]byte, 1<<20)
	have := 0
	skip := 24 // the file header
	for {
		n, err := file.Read(buf[have:])
		if n == 0 {
			if err == io.EOF {
				err = nil
			}
			return records, err
		}
		have += n
		b := buf[skip:have]
		skip = 0
		for len(b) >= 16 {
			size := int(le.Uint32(b[8:]))
			if len(b)-16 < size {
				break
			}
			at := int64(le.Uint32(b))*1e9 + int64(le.Uint32(b[4:]))*1e3
			f(at, b[16:16+size], le.Uint32(b[12:]))
			records++
			b = b[16+size:]
		}
		have = copy(buf, b)
	}
}

// parse reads Ethernet, VLAN tags, IPv4 or IPv6 and the ports behind them.
func (s *floorSegment) parse(b []byte) bool {
	if len(b) < 14 {
		return false
	}
	kind, vlan := be.Uint16(b[12:]), uint64(0)
	b = b[14:]
	for kind == 0x8100 || kind == 0x88a8 {
		if len(b) < 4 {
			return false
		}
		vlan, kind = uint64(be.Uint16(b)&0xfff), be.Uint16(b[2:])
		b = b[4:]
	}
	switch kind {
	case 0x0800:
		return s.ipv4(b, vlan)
	case 0x86dd:
		return s.ipv6(b, vlan)
	}
	return false
}

func (s *floorSegment) ipv4(b []byte, vlan uint64) bool {
	if len(b) < 20 || len(b) < int(b[0]&15)*4 {
		return false
	}
	src, dst, proto := uint64(be.Uint32(b[12:])), uint64(be.Uint32(b[16:])), uint64(b[9])
	s.from = 0
	if src > dst {
		s.from, src, dst = 1, dst, src
	}
	s.key = floorKey{0, src, 0, dst, 0, vlan<<8 | proto}
	return s.transport(b[int(b[0]&15)*4:], uint8(proto))
}

func (s *floorSegment) ipv6(b []byte, vlan uint64) bool {
	if len(b) < 40 {
		return false
	}
	s.key = floorKey{be.Uint64(b[8:]), be.Uint64(b[16:]), be.Uint64(b[24:]), be.Uint64(b[32:]), 0, vlan<<8 | uint64(b[6])}
	k := &s.key
	s.from = 0
	if k[0] > k[2] || k[0] == k[2] && k[1] > k[3] {
		s.from = 1
		k[0], k[1], k[2], k[3] = k[2], k[3], k[0], k[1]
	}
	return s.transport(b[40:], b[6])
}

func (s *floorSegment) transport(b []byte, proto uint8) bool {
	s.flags = 0
	switch {
	case proto == 6 && len(b) >= 20:
		s.tcp(b)
	case proto == 17 && len(b) >= 8:
	default:
		return true
	}
	ports := [2]uint16{be.Uint16(b), be.Uint16(b[2:])}
	s.key[4] = uint64(ports[s.from])<<16 | uint64(ports[1-s.from])
	return true
}

func (s *floorSegment) tcp(b []byte) {
	s.seq, s.ack = be.Uint32(b[4:]), be.Uint32(b[8:])
	s.flags, s.win = be.Uint16(b[12:])&0x1ff, be.Uint16(b[14:])
	if n := int(b[12]>>4) * 4; n >= 32 && len(b) >= 32 && be.Uint32(b[20:]) == 0x0101080a {
		s.tsval = be.Uint32(b[24:])
	}
}
