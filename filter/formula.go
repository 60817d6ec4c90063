package filter

import "encoding/binary"

// formula is what a filter demands of a frame, for one link type: tests, and what joins
// them. Both sides of and and or are asked from the left, and the second only if it
// matters, because a test that reads beyond the frame rejects it.
type formula struct {
	op   operator
	a, b *formula
	test test
}

// operator joins formulas.
type operator uint8

const (
	isTrue operator = iota
	isFalse
	isTest
	isNot
	isAnd
	isOr
)

// test compares what instructions leave in the accumulator with a constant, or with X.
// It depends on nothing that an earlier test left behind, so the same test gives the
// same answer wherever it is asked.
type test struct {
	msh  uint32        // where an IPv4 header lies whose length must be in X; noMsh: none
	code []Instruction // leave the value in A
	jump uint16        // jmpEQ, jmpGT, jmpGE or jmpSet, with srcX if X is the other operand
	k    uint32
}

// noMsh is no offset of a header.
const noMsh = ^uint32(0)

var (
	always = &formula{op: isTrue}
	never  = &formula{op: isFalse}
)

// and joins formulas, from the left; what is certain is left out.
func and(list ...*formula) *formula {
	all := always
	for _, f := range list {
		switch {
		case all.op == isFalse:
			return never
		case all.op == isTrue:
			all = f
		case f.op != isTrue:
			all = &formula{op: isAnd, a: all, b: f}
		}
	}
	return all
}

// or joins formulas, from the left; what is certain is left out.
func or(list ...*formula) *formula {
	any := never
	for _, f := range list {
		switch {
		case any.op == isTrue:
			return always
		case any.op == isFalse:
			any = f
		case f.op != isFalse:
			any = &formula{op: isOr, a: any, b: f}
		}
	}
	return any
}

func not(f *formula) *formula {
	switch f.op {
	case isTrue:
		return never
	case isFalse:
		return always
	case isNot:
		return f.a
	}
	return &formula{op: isNot, a: f}
}

// certain returns the formula that is always or never true.
func certain(yes bool) *formula {
	if yes {
		return always
	}
	return never
}

// octets says how many a load reads: 1, 2 or 4.
type octets uint32

// size returns the part of a load that says how many octets.
func (n octets) size() uint16 {
	switch n {
	case 1:
		return sizeB
	case 2:
		return sizeH
	}
	return sizeW
}

// compare tests so many octets at an offset of the frame.
func compare(at uint32, n octets, jump uint16, k uint32) *formula {
	return &formula{op: isTest, test: test{noMsh, []Instruction{{Op: opLd | modeAbs | n.size(), K: at}}, jump, k}}
}

// equal tests whether so many octets are k.
func equal(at uint32, n octets, k uint32) *formula { return compare(at, n, jmpEQ, k) }

// masked tests whether some bits of so many octets are k.
func masked(at uint32, n octets, mask, k uint32) *formula {
	f := equal(at, n, k)
	if mask != ^uint32(0) {
		f.test.code = append(f.test.code, Instruction{Op: opALU | aluAnd, K: mask})
	}
	return f
}

// behind tests two octets behind the IPv4 header that lies at ip.
func behind(ip, at uint32, jump uint16, k uint32) *formula {
	return &formula{op: isTest, test: test{ip, []Instruction{{Op: opLd | modeInd | sizeH, K: ip + at}}, jump, k}}
}

// same is a text that equal loads have in common.
func (t *test) same() string {
	b := binary.BigEndian.AppendUint32(nil, t.msh)
	for _, i := range t.code {
		b = binary.BigEndian.AppendUint16(b, i.Op)
		b = binary.BigEndian.AppendUint32(b, i.K)
	}
	return string(b)
}

// spoilsX reports whether the code leaves something else in X than the header's length.
func (t *test) spoilsX() bool {
	for _, i := range t.code {
		if i.Op&7 == opLdx || i.Op == opMisc|miscTAX {
			return true
		}
	}
	return false
}
