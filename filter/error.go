package filter

import "fmt"

// Error says which word of a filter cannot be compiled, and why.
type Error struct {
	Filter string // the whole text
	Word   string // of it; empty: its end
	At     int    // where the word begins, in octets from 0
	Why    string
}

func (e *Error) Error() string {
	if e.Word == "" {
		return fmt.Sprintf("filter %q: at its end: %s", clip(e.Filter), e.Why)
	}
	return fmt.Sprintf("filter %q: %q at character %d: %s", clip(e.Filter), clip(e.Word), e.At+1, e.Why)
}

// clipped is how much of a text a message shows, in octets.
const clipped = 200

func clip(s string) string {
	if len(s) <= clipped {
		return s
	}
	return s[:clipped] + "…"
}
