package filter

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
