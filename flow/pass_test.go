package flow

import (
	"strings"
	"testing"
	"time"
)

// TestPass: time goes on without packets, all the way even where much is due; and what
// is open when the program ends is flushed.
func TestPass(t *testing.T) {
	var l ledger
	table := New(Config{}, l.take)
	const n = 1000 // more than one packet's time looks at
	for port := range uint16(n) {
		table.Observe(views(t, 1000+port, "0.00 > S 100:100(0)")[0])
	}
	for _, v := range views(t, 1, open3) {
		table.Observe(v)
	}
	last := views(t, 1, open3)[2].At
	table.Pass(last - int64(time.Hour)) // a step back is none
	table.Pass(last + int64(100*time.Second))
	if l.String() != "" {
		t.Fatalf("too early:\n%s", l.String())
	}
	table.Pass(last + int64(130*time.Second))
	if got := strings.Count(l.String(), "attempt-timeout"); got != n {
		t.Errorf("%d records, want %d", got, n)
	}
	l.Reset()
	table.Drain()
	if got := l.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, " syn flush ") {
		t.Errorf("what is open: %s", got)
	}
}
