package netfilter

// Tally counts verdicts. The zero Tally is empty.
type Tally struct {
	States  [NumStates]uint64 // packets, by State
	Refused [1 << 8]uint64    // packets that were invalid, by Cause
	Ignored [1 << 8]uint64    // packets that kept their state but were passed over, by Cause
}

// Count adds a verdict.
func (t *Tally) Count(v *Verdict) {
	t.States[v.State]++
	if v.State == StateInvalid {
		t.Refused[v.Why.Cause]++
	} else {
		t.Ignored[v.Why.Cause]++
	}
}
