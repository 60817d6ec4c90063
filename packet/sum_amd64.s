#include "textflag.h"

// func sumBlocks(first *byte, blocks int) uint64
//
// VPMADDWD adds two neighbours of 16 bits into one sum of 32, but takes them as signed:
// so their highest bit is turned first, which takes 2¹⁵ from each, and 2¹⁹ is added again for
// each block at the end. Four sums go beside one another, as each addition waits for
// the one before it.
TEXT ·sumBlocks(SB), NOSPLIT, $0-24
	MOVQ     first+0(FP), SI
	MOVQ     blocks+8(FP), CX
	MOVQ     CX, DX
	VPCMPEQW Y5, Y5, Y5
	VPSLLW   $15, Y5, Y4      // 16 times 0x8000
	VPSRLW   $15, Y5, Y5      // 16 times 1
	VPXOR    Y0, Y0, Y0
	VPXOR    Y1, Y1, Y1
	VPXOR    Y2, Y2, Y2
	VPXOR    Y3, Y3, Y3
	SUBQ     $4, CX
	JLT      single

four:
	VPXOR    0(SI), Y4, Y6
	VPXOR    32(SI), Y4, Y7
	VPXOR    64(SI), Y4, Y8
	VPXOR    96(SI), Y4, Y9
	VPMADDWD Y5, Y6, Y6
	VPMADDWD Y5, Y7, Y7
	VPMADDWD Y5, Y8, Y8
	VPMADDWD Y5, Y9, Y9
	VPADDD   Y6, Y0, Y0
	VPADDD   Y7, Y1, Y1
	VPADDD   Y8, Y2, Y2
	VPADDD   Y9, Y3, Y3
	ADDQ     $128, SI
	SUBQ     $4, CX
	JGE      four

single:
	ADDQ     $4, CX
	JEQ      sum

one:
	VPXOR    0(SI), Y4, Y6
	VPMADDWD Y5, Y6, Y6
	VPADDD   Y6, Y0, Y0
	ADDQ     $32, SI
	DECQ     CX
	JNE      one

sum:
	VPADDD       Y1, Y0, Y0
	VPADDD       Y3, Y2, Y2
	VPADDD       Y2, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPMOVSXDQ    X0, Y0
	VPMOVSXDQ    X1, Y1
	VPADDQ       Y1, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDQ       X1, X0, X0
	VPSHUFD      $0xee, X0, X1    // its higher half
	VPADDQ       X1, X0, X0
	VMOVQ        X0, AX
	VZEROUPPER
	SHLQ         $19, DX
	ADDQ         DX, AX
	MOVQ         AX, ret+16(FP)
	RET
