package top

import "strings"

// Matches reports whether all words of a filter stand somewhere in the row: in its
// addresses and ports, states, outcome or findings. Case does not matter.
func (r *Row) Matches(filter string) bool {
	text := strings.ToLower(strings.Join([]string{
		r.Client, r.Server, r.State[0], r.State[1], r.Outcome, r.Found,
	}, "\n"))
	for word := range strings.FieldsSeq(strings.ToLower(filter)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
