package run

import "time"

// sayAgain is how long after one was said to begin the next trouble of a kind is: a pipe
// that is read too slowly loses rows every second.
const sayAgain = 10 * time.Second

// trouble is what goes wrong for a while. That it has begun and is over is said once, but
// not more often than people read: what was left out is told with the next one. The zero
// trouble has not been.
type trouble struct {
	told bool      // that it has begun
	at   time.Time // when that was told last
}

// begins reports whether to tell of a trouble that has begun, or goes on.
func (t *trouble) begins() bool {
	if t.told || !t.at.IsZero() && time.Since(t.at) < sayAgain {
		return false
	}
	t.told, t.at = true, time.Now()
	return true
}

// ends reports whether to tell that it is over.
func (t *trouble) ends() bool {
	told := t.told
	t.told = false
	return told
}
