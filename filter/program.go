package filter

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Instruction is one of BPF's, as the kernel's struct sock_filter lays it out.
type Instruction struct {
	Op     uint16
	Jt, Jf uint8  // instructions to skip, of a conditional jump
	K      uint32 // constant, offset or distance
}

// Program is a list of instructions, at most MaxInstructions, which ends at a ret in
// every case.
type Program []Instruction

// MaxInstructions is how many the kernel takes (BPF_MAXINSNS).
const MaxInstructions = 4096

// Accept is what a program returns of a frame that is selected: how many octets of it
// a packet socket is to hand over, as tcpdump's programs say it.
const Accept = 1 << 18

// Operations, in parts: class, size or operation, source (linux/bpf_common.h).
const (
	opLd, opLdx, opSt, opStx = 0x00, 0x01, 0x02, 0x03
	opALU, opJmp, opRet      = 0x04, 0x05, 0x06
	opMisc                   = 0x07
	sizeW, sizeH, sizeB      = 0x00, 0x08, 0x10
	modeImm, modeAbs         = 0x00, 0x20
	modeInd, modeMem         = 0x40, 0x60
	modeLen, modeMsh         = 0x80, 0xa0
	srcX                     = 0x08
	aluAdd, aluSub, aluMul   = 0x00, 0x10, 0x20
	aluDiv, aluOr, aluAnd    = 0x30, 0x40, 0x50
	aluLsh, aluRsh, aluNeg   = 0x60, 0x70, 0x80
	aluMod, aluXor           = 0x90, 0xa0
	jmpJA, jmpEQ, jmpGT      = 0x00, 0x10, 0x20
	jmpGE, jmpSet            = 0x30, 0x40
	miscTAX, miscTXA         = 0x00, 0x80
)

// scratch is how many words of memory a program has (BPF_MEMWORDS).
const scratch = 16

// Match reports whether the program selects a frame: its captured octets, and how many
// it had on the wire, which is what len means. It does not allocate. A program that
// Compile did not make must pass Validate before; one of CompileLive asks the kernel
// what no frame tells, and Match rejects there.
func (p Program) Match(frame []byte, wireLen uint32) bool {
	var a, x uint32
	var mem [scratch]uint32
	size := uint32(len(frame))
	for pc := 0; ; pc++ {
		i := &p[pc]
		switch i.Op {
		case opLd | sizeW | modeAbs:
			if uint64(i.K)+4 > uint64(size) {
				return false
			}
			a = binary.BigEndian.Uint32(frame[i.K:])
		case opLd | sizeH | modeAbs:
			if uint64(i.K)+2 > uint64(size) {
				return false
			}
			a = uint32(binary.BigEndian.Uint16(frame[i.K:]))
		case opLd | sizeB | modeAbs:
			if i.K >= size {
				return false
			}
			a = uint32(frame[i.K])
		case opLd | sizeW | modeInd, opLd | sizeH | modeInd, opLd | sizeB | modeInd:
			var ok bool
			if a, ok = load(frame, uint64(x)+uint64(i.K), i.Op); !ok {
				return false
			}
		case opLdx | sizeB | modeMsh:
			if i.K >= size {
				return false
			}
			x = uint32(frame[i.K]) & 0xf << 2
		case opLd | modeLen:
			a = wireLen
		case opJmp | jmpEQ:
			pc += jump(i, a == i.K)
		case opJmp | jmpSet:
			pc += jump(i, a&i.K != 0)
		case opJmp | jmpGT:
			pc += jump(i, a > i.K)
		case opJmp | jmpGE:
			pc += jump(i, a >= i.K)
		case opJmp | jmpJA:
			pc += int(i.K)
		case opJmp | jmpEQ | srcX:
			pc += jump(i, a == x)
		case opJmp | jmpGT | srcX:
			pc += jump(i, a > x)
		case opJmp | jmpGE | srcX:
			pc += jump(i, a >= x)
		case opALU | aluAnd:
			a &= i.K
		case opRet:
			return i.K != 0
		case opLd | modeImm:
			a = i.K
		case opLdx | modeImm:
			x = i.K
		case opLd | modeMem:
			a = mem[i.K]
		case opLdx | modeMem:
			x = mem[i.K]
		case opSt:
			mem[i.K] = a
		case opStx:
			mem[i.K] = x
		case opMisc | miscTAX:
			x = a
		case opMisc | miscTXA:
			a = x
		default:
			operand := i.K
			if i.Op&srcX != 0 {
				operand = x
			}
			var ok bool
			if a, ok = calculate(i.Op&0xf0, a, operand); !ok {
				return false
			}
		}
	}
}

// jump returns how many instructions are skipped.
func jump(i *Instruction, yes bool) int {
	if yes {
		return int(i.Jt)
	}
	return int(i.Jf)
}

// load reads 1, 2 or 4 octets, or reports that they were not captured.
func load(frame []byte, at uint64, op uint16) (uint32, bool) {
	if at >= uint64(len(frame)) {
		return 0, false
	}
	b := frame[at:]
	switch op & 0x18 {
	case sizeB:
		return uint32(b[0]), true
	case sizeH:
		if len(b) >= 2 {
			return uint32(binary.BigEndian.Uint16(b)), true
		}
	case sizeW:
		if len(b) >= 4 {
			return binary.BigEndian.Uint32(b), true
		}
	}
	return 0, false
}

// calculate does what an ALU instruction does. It reports false where there is no
// result, which rejects: a division by zero.
func calculate(op uint16, a, b uint32) (uint32, bool) {
	switch op {
	case aluAdd:
		return a + b, true
	case aluSub:
		return a - b, true
	case aluMul:
		return a * b, true
	case aluOr:
		return a | b, true
	case aluAnd:
		return a & b, true
	case aluXor:
		return a ^ b, true
	case aluLsh:
		return a << b, true
	case aluRsh:
		return a >> b, true
	case aluNeg:
		return -a, true
	case aluDiv:
		if b != 0 {
			return a / b, true
		}
	case aluMod:
		if b != 0 {
			return a % b, true
		}
	}
	return 0, false
}

// What Validate refuses.
var (
	errLength = errors.New("a program has from 1 to 4096 instructions")
	errOp     = errors.New("no such instruction")
	errJump   = errors.New("it jumps out of the program")
	errMemory = errors.New("there are 16 words of memory")
	errZero   = errors.New("it divides by zero")
	errEnd    = errors.New("the last instruction is not ret")
)

// Validate reports what would make Match panic or not return, as the kernel does when a
// program is attached.
func (p Program) Validate() error {
	if len(p) == 0 || len(p) > MaxInstructions {
		return fmt.Errorf("%w: not %d", errLength, len(p))
	}
	for pc, i := range p {
		if err := i.validate(len(p) - pc - 1); err != nil {
			return fmt.Errorf("instruction %d: %w", pc, err)
		}
	}
	if p[len(p)-1].Op != opRet {
		return errEnd
	}
	return nil
}

// validate looks at an instruction with so many behind it.
func (i Instruction) validate(behind int) error {
	switch i.Op {
	case opJmp | jmpJA:
		if uint64(i.K) >= uint64(behind) {
			return errJump
		}
	case opJmp | jmpEQ, opJmp | jmpGT, opJmp | jmpGE, opJmp | jmpSet, opJmp | jmpEQ | srcX, opJmp | jmpGT | srcX, opJmp | jmpGE | srcX:
		if int(max(i.Jt, i.Jf)) >= behind {
			return errJump
		}
	case opLd | modeMem, opLdx | modeMem, opSt, opStx:
		if i.K >= scratch {
			return errMemory
		}
	case opALU | aluDiv, opALU | aluMod:
		if i.K == 0 {
			return errZero
		}
	default:
		if !others[i.Op] {
			return fmt.Errorf("%w: %#x", errOp, i.Op)
		}
	}
	return nil
}

// others are the instructions that are right with every constant.
var others = func() map[uint16]bool {
	m := map[uint16]bool{
		opLdx | sizeB | modeMsh: true, opLd | modeLen: true, opLd | modeImm: true, opLdx | modeImm: true, opRet: true,
		opMisc | miscTAX: true, opMisc | miscTXA: true, opALU | aluNeg: true, opALU | aluDiv | srcX: true, opALU | aluMod | srcX: true,
	}
	for _, size := range []uint16{sizeW, sizeH, sizeB} {
		m[opLd|size|modeAbs], m[opLd|size|modeInd] = true, true
	}
	for _, op := range []uint16{aluAdd, aluSub, aluMul, aluOr, aluAnd, aluXor, aluLsh, aluRsh} {
		m[opALU|op], m[opALU|op|srcX] = true, true
	}
	return m
}()
