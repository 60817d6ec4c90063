package netfilter

// NumCauses is how many causes there are, CauseNone included.
const NumCauses = int(numCauses)

// Tally counts verdicts. The zero Tally is empty.
type Tally struct {
	States  [NumStates]uint64 // packets, by State
	Refused [NumCauses]uint64 // packets that were invalid, by Cause
	Dropped [NumCauses]uint64 // packets that the kernel drops itself, whatever their State, by Cause
	Unseen  [NumCauses]uint64 // packets that connection tracking would not have seen, by Cause
	Ignored [NumCauses]uint64 // all others, by Cause; those to which nothing happened under CauseNone
}

// Count adds a verdict.
func (t *Tally) Count(v *Verdict) {
	t.States[v.State]++
	switch c := v.Why.Cause; {
	case v.State == StateInvalid:
		t.Refused[c]++
	case c.Drops():
		t.Dropped[c]++
	case c.Unseen():
		t.Unseen[c]++
	default:
		t.Ignored[c]++
	}
}
