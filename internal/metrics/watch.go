package metrics

import (
	"sync"
	"time"
)

// fresh is how long a Snapshot is shown without asking for another: however many ask,
// what works on packets is disturbed once in this time.
const fresh = time.Second

// watch keeps the last Snapshot.
type watch struct {
	take func() *Snapshot

	mu    sync.Mutex
	asked time.Time // when the last answer came, or was given up
	last  *Snapshot // nil: none yet
	at    time.Time // of last; before the first: when waiting for it began
}

// look returns the latest Snapshot, nil if there was none, and how old it is.
func (w *watch) look() (*Snapshot, time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if time.Since(w.asked) >= fresh {
		if s := w.take(); s != nil {
			w.last, w.at = s, time.Now()
		}
		w.asked = time.Now()
	}
	return w.last, time.Since(w.at)
}
