#include "textflag.h"

// func Lines(p any, from, to uintptr)
TEXT ·Lines(SB), NOSPLIT, $0-32
	MOVD p_data+8(FP), R0
	MOVD from+16(FP), R1
	MOVD to+24(FP), R2
	ADD  R0, R1
	ADD  R0, R2
	AND  $~63, R1

next:
	PRFM (R1), PLDL1KEEP
	ADD  $64, R1
	CMP  R2, R1
	BLT  next
	RET
