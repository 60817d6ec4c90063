//go:build linux

package inject

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// An instruction of eBPF (RFC 9669 §3), with labels instead of distances.
type instruction struct {
	label    string // of this instruction, "" if nothing jumps here
	op       uint8
	dst, src uint8
	off      int16
	imm      int32
	to       string // where it jumps
}

// Opcodes of which each is one combination (RFC 9669 §4, §5). A move with X copies a
// register, one with K a number.
const (
	movX  = unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_X
	movK  = unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_K
	addX  = unix.BPF_ALU64 | unix.BPF_ADD | unix.BPF_X
	addK  = unix.BPF_ALU64 | unix.BPF_ADD | unix.BPF_K
	andK  = unix.BPF_ALU64 | unix.BPF_AND | unix.BPF_K
	rshK  = unix.BPF_ALU64 | unix.BPF_RSH | unix.BPF_K
	xorX  = unix.BPF_ALU64 | unix.BPF_XOR | unix.BPF_X
	xorK  = unix.BPF_ALU64 | unix.BPF_XOR | unix.BPF_K
	swap  = unix.BPF_ALU | unix.BPF_END | unix.BPF_TO_BE
	load2 = unix.BPF_LDX | unix.BPF_MEM | unix.BPF_H
	load4 = unix.BPF_LDX | unix.BPF_MEM | unix.BPF_W
	load8 = unix.BPF_LDX | unix.BPF_MEM | unix.BPF_DW
	put2  = unix.BPF_STX | unix.BPF_MEM | unix.BPF_H
	put4  = unix.BPF_STX | unix.BPF_MEM | unix.BPF_W
	put8  = unix.BPF_STX | unix.BPF_MEM | unix.BPF_DW
	wide  = unix.BPF_LD | unix.BPF_IMM | unix.BPF_DW // the next instruction has the upper half
	jeqK  = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
	jneK  = unix.BPF_JMP | unix.BPF_JNE | unix.BPF_K
	jgtK  = unix.BPF_JMP | unix.BPF_JGT | unix.BPF_K
	jgtX  = unix.BPF_JMP | unix.BPF_JGT | unix.BPF_X
	call  = unix.BPF_JMP | unix.BPF_CALL
	exit  = unix.BPF_JMP | unix.BPF_EXIT
)

// Helpers of the kernel (bpf-helpers(7)), by number.
const (
	mapLookup  = 1
	adjustTail = 65
	storeBytes = 190
)

// What the program answers (enum xdp_action).
const (
	xdpDrop = 1
	xdpPass = 2
)

// What the second register of a wide move means (RFC 9669 §5.4).
const (
	mapByFD   = 1 // the map itself
	valueByFD = 2 // the address of its only value
)

// framePoint is the register behind the stack, on which lie two words.
const (
	framePoint = 10
	key        = -4 // of the slot
	pass       = -8 // through the table
)

// Offsets in the value of the state's map.
const (
	stateNext  = 0  // frame of the table that is next
	statePass  = 4  // how many times the table was at its end
	stateCount = 8  // frames in the table
	stateSent  = 16 // frames that were handed over, in all
	stateSize  = 24
)

// Offsets in a slot of the table.
const (
	slotLength = 0 // octets of the frame
	slotRenew  = 2 // which of its addresses change
	slotFrame  = 8
)

// Bits of slotRenew.
const (
	renewSource      = 1
	renewDestination = 2
)

// initial is the length of the frames that the kernel gives to the program.
const initial = 64

// Offsets in a frame with 20 octets of IPv4 and TCP.
const (
	ipSum       = 24
	source      = 26
	destination = 30
	tcpSum      = 50
	headers     = 54
)

// program returns the program for two maps, whose slots are so many octets.
func program(state, table, slot int) []instruction {
	all := next(int32(state), int32(table))
	all = append(all, fill(int32(slot-slotFrame))...)
	all = append(all, instruction{op: load2, dst: 8, src: 9, off: slotRenew},
		instruction{op: jeqK, dst: 8, to: "pass"},
		instruction{op: load4, dst: 1, src: 6, off: 0}, // data
		instruction{op: load4, dst: 2, src: 6, off: 4}, // data_end
		instruction{op: movX, dst: 3, src: 1},
		instruction{op: addK, dst: 3, imm: headers},
		instruction{op: jgtX, dst: 3, src: 2, to: "drop"},
		instruction{op: load4, dst: 5, src: framePoint, off: pass},
		instruction{op: swap, dst: 5, imm: 16}, // passes change the second octet first
		instruction{op: movK, dst: 3})          // what the sums grow by
	all = append(all, renew(renewSource, source, "destination")...)
	all = append(all, label("destination", renew(renewDestination, destination, "sums"))...)
	all = append(all, label("sums", mend(ipSum))...)
	all = append(all, mend(tcpSum)...)
	return append(all,
		instruction{label: "pass", op: movK, dst: 0, imm: xdpPass}, instruction{op: exit},
		instruction{label: "drop", op: movK, dst: 0, imm: xdpDrop}, instruction{op: exit})
}

func label(name string, all []instruction) []instruction {
	all[0].label = name
	return all
}

// next finds the slot (register 9) and moves the state (register 7) on. Register 6 has
// the context from now on.
func next(state, table int32) []instruction {
	return []instruction{
		{op: movX, dst: 6, src: 1},
		{op: wide, dst: 7, src: valueByFD, imm: state}, {},
		{op: load8, dst: 1, src: 7, off: stateSent},
		{op: addK, dst: 1, imm: 1},
		{op: put8, dst: 7, src: 1, off: stateSent},
		{op: load4, dst: 8, src: 7, off: stateNext},
		{op: put4, dst: framePoint, src: 8, off: key},
		{op: load4, dst: 1, src: 7, off: statePass},
		{op: put4, dst: framePoint, src: 1, off: pass},
		{op: addK, dst: 8, imm: 1},
		{op: load4, dst: 1, src: 7, off: stateCount},
		{op: jgtX, dst: 1, src: 8, to: "advance"},
		{op: movK, dst: 8},
		{op: load4, dst: 1, src: 7, off: statePass},
		{op: addK, dst: 1, imm: 1},
		{op: put4, dst: 7, src: 1, off: statePass},
		{label: "advance", op: put4, dst: 7, src: 8, off: stateNext},
		{op: wide, dst: 1, src: mapByFD, imm: table}, {},
		{op: movX, dst: 2, src: framePoint},
		{op: addK, dst: 2, imm: key},
		{op: call, imm: mapLookup},
		{op: jeqK, dst: 0, to: "drop"},
		{op: movX, dst: 9, src: 0},
	}
}

// fill gives the page the length and the octets of the slot's frame, at most so many.
func fill(most int32) []instruction {
	return []instruction{
		{op: movX, dst: 1, src: 6},
		{op: load2, dst: 2, src: 9, off: slotLength},
		{op: addK, dst: 2, imm: -initial},
		{op: call, imm: adjustTail},
		{op: jneK, dst: 0, to: "drop"},
		{op: load2, dst: 4, src: 9, off: slotLength},
		{op: jeqK, dst: 4, to: "drop"},
		{op: jgtK, dst: 4, imm: most, to: "drop"},
		{op: movX, dst: 1, src: 6},
		{op: movK, dst: 2},
		{op: movX, dst: 3, src: 9},
		{op: addK, dst: 3, imm: slotFrame},
		{op: call, imm: storeBytes},
		{op: jneK, dst: 0, to: "drop"},
	}
}

// renew changes the upper half of an address by the pass if a bit says so, and adds to
// register 3 what the sum of words grows by, the complement of the old half and the new
// one (RFC 1624 §3).
func renew(bit int32, at int16, otherwise string) []instruction {
	return []instruction{
		{op: movX, dst: 4, src: 8},
		{op: andK, dst: 4, imm: bit},
		{op: jeqK, dst: 4, to: otherwise},
		{op: load2, dst: 4, src: 1, off: at},
		{op: movX, dst: 0, src: 4},
		{op: xorK, dst: 0, imm: 0xffff},
		{op: addX, dst: 3, src: 0},
		{op: xorX, dst: 4, src: 5},
		{op: put2, dst: 1, src: 4, off: at},
		{op: addX, dst: 3, src: 4},
	}
}

// mend adds register 3 to the sum that a checksum is the complement of.
func mend(at int16) []instruction {
	fold := []instruction{
		{op: movX, dst: 0, src: 4},
		{op: rshK, dst: 0, imm: 16},
		{op: andK, dst: 4, imm: 0xffff},
		{op: addX, dst: 4, src: 0},
	}
	all := []instruction{
		{op: load2, dst: 4, src: 1, off: at},
		{op: xorK, dst: 4, imm: 0xffff},
		{op: addX, dst: 4, src: 3},
	}
	all = append(append(all, fold...), fold...)
	return append(all, instruction{op: xorK, dst: 4, imm: 0xffff}, instruction{op: put2, dst: 1, src: 4, off: at})
}

// assemble writes the instructions as the kernel reads them (RFC 9669 §3.1).
func assemble(all []instruction) (code []byte) {
	at := map[string]int{}
	for i, in := range all {
		if in.label != "" {
			at[in.label] = i
		}
	}
	for i, in := range all {
		if in.to != "" {
			in.off = int16(at[in.to] - i - 1)
		}
		code = append(code, in.op, in.src<<4|in.dst)
		code = binary.NativeEndian.AppendUint16(code, uint16(in.off))
		code = binary.NativeEndian.AppendUint32(code, uint32(in.imm))
	}
	return code
}
