package filter

// fold joins two expressions by a sign, and calculates what is already known.
func fold(a, b *arith, op token) (*arith, string) {
	e := &arith{op: op.text, a: a, b: b, at: op}
	if !b.constant() {
		return e, ""
	}
	switch alu := operations[op.text].alu; {
	case (alu == aluDiv || alu == aluMod) && b.k == 0:
		return nil, "it divides by zero"
	case (alu == aluLsh || alu == aluRsh) && b.k > 31:
		return nil, "it shifts by more than 31 bits"
	case a.constant():
		k, _ := calculate(alu, a.k, b.k)
		return &arith{k: k, at: a.at}, ""
	}
	return e, ""
}

// negate returns −e, modulo 2³².
func negate(e *arith, sign token) *arith {
	if e.constant() {
		return &arith{k: -e.k, at: sign}
	}
	return &arith{op: "-1", a: e, at: sign}
}
