package filter

import "encoding/binary"

// Match reports whether the program selects a frame: its captured octets, and how many
// it had on the wire, which is what len means. It does not allocate. A program that
// Compile did not make must pass Validate before; one of CompileLive asks the kernel
// what no frame tells, and Match rejects there.
//
// It is one loop because it runs for every frame: what is frequent stands first, and
// what is not lies in functions.
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
