package check

import (
	"testing"

	"onpath/anomaly"
)

// TestNoForgerySeen: what two ends after the RFC do, and the path and the capture to
// it, looks like no forgery; 2,000 runs of each mode did not, either.
func TestNoForgerySeen(t *testing.T) {
	inNoRun(t, 1<<20, func(f *Finding) bool {
		return f.ID.Row().Family == anomaly.FamilyInjection && f.Severity >= anomaly.Suspicious
	})
}
