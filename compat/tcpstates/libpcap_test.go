package tcpstates_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"

	"onpath/packet"
)

// libpcapSees returns the frames of a capture as libpcap 1.10 hands them to its
// callers, numbered as it would. The seconds of a classic file have a sign there,
// so that from 2038 on they lie before 1970. Of a pcapng file with several
// interfaces it drops each interface whose link type or snapshot length is not
// that of the first, counts on without it, and drops packets of interfaces that
// it does not know; the original goes on after each such error. Our reader gives
// all.
func libpcapSees(t *testing.T, path string, frames []packet.Frame) (seen []packet.Frame) {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(b, []byte{0x0a, 0x0d, 0x0d, 0x0a}) {
		if len(b) >= 24 && classicOrder(b) != nil {
			return classicFrames(b)
		}
		return frames
	}
	ids, link := packetInterfaces(b)
	if len(ids) != len(frames) {
		t.Fatalf("%s: %d packet blocks, %d frames", path, len(ids), len(frames))
	}
	for i, f := range frames {
		if ids[i] {
			f.Link, f.Number = link, uint64(len(seen)+1)
			seen = append(seen, f)
		}
	}
	return seen
}

// packetInterfaces walks the blocks of a pcapng file and tells of each packet
// whether libpcap knows its interface.
func packetInterfaces(b []byte) (known []bool, link packet.LinkType) {
	const section, iface, oldPacket, simple, enhanced = 0x0a0d0d0a, 1, 2, 3, 6
	var order binary.ByteOrder = binary.LittleEndian
	var first [2]uint32 // link type, snapshot length
	interfaces, count := 0, uint32(0)
	for len(b) >= 12 {
		kind := binary.LittleEndian.Uint32(b)
		if kind == section {
			count = 0 // first stays: it is that of the file
			order = binary.LittleEndian
			if b[8] == 0x1a {
				order = binary.BigEndian
			}
		}
		kind = order.Uint32(b)
		n := (order.Uint32(b[4:]) + 3) &^ 3
		body := b[8:min(int(n), len(b))]
		switch kind {
		case iface:
			own := [2]uint32{uint32(order.Uint16(body)), order.Uint32(body[4:])}
			if own[1] == 0 {
				own[1] = 262144
			}
			if interfaces++; interfaces == 1 {
				first, link = own, packet.LinkType(own[0])
			}
			if own == first {
				count++
			}
		case enhanced:
			known = append(known, order.Uint32(body) < count)
		case oldPacket:
			known = append(known, uint32(order.Uint16(body)) < count)
		case simple:
			known = append(known, count > 0)
		}
		b = b[min(int(n), len(b)):]
	}
	return known, link
}

// classicOrder returns the byte order of a classic file of version 2.4, nil for
// any other.
func classicOrder(b []byte) binary.ByteOrder {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		magic := order.Uint32(b)
		if (magic == 0xa1b2c3d4 || magic == 0xa1b23c4d) && order.Uint16(b[4:]) == 2 && order.Uint16(b[6:]) == 4 {
			return order
		}
	}
	return nil
}

// classicFrames reads a classic file. A record whose length cannot be costs its
// header, and what follows is taken for the next; one longer than the snapshot
// length is cut.
func classicFrames(b []byte) (frames []packet.Frame) {
	const longest = 262144
	order := classicOrder(b)
	unit, snap, link := int64(1000), order.Uint32(b[16:]), packet.LinkType(order.Uint32(b[20:]))
	if order.Uint32(b) == 0xa1b23c4d {
		unit = 1
	}
	if snap == 0 || snap > longest {
		snap = longest
	}
	for b = b[24:]; len(b) >= 16; {
		h, n := b[:16], order.Uint32(b[8:])
		if b = b[16:]; n > longest {
			continue
		}
		if int(n) > len(b) {
			break
		}
		frames = append(frames, packet.Frame{
			Data: b[:min(n, snap)], Link: link, Number: uint64(len(frames) + 1), WireLen: order.Uint32(h[12:]),
			At: int64(int32(order.Uint32(h)))*1e9 + int64(order.Uint32(h[4:]))*unit,
		})
		b = b[n:]
	}
	return frames
}
