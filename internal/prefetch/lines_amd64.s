#include "textflag.h"

// func Lines(p any, from, to uintptr)
TEXT ·Lines(SB), NOSPLIT, $0-32
	MOVQ p_data+8(FP), AX
	MOVQ from+16(FP), BX
	MOVQ to+24(FP), CX
	ADDQ AX, BX
	ADDQ AX, CX
	ANDQ $~63, BX

next:
	PREFETCHT0 (BX)
	ADDQ       $64, BX
	CMPQ       BX, CX
	JLT        next
	RET
