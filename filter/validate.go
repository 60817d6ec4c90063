package filter

import (
	"errors"
	"fmt"
)

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
