// Package generated holds the test of files that are made from tables. It is a tool of
// this repository's tests.
package generated

import (
	"bytes"
	"os"
	"testing"
)

// Fresh fails unless the file at path holds what the tables say, which it is made to
// hold first if update is set. mend is the command that does so.
func Fresh(t *testing.T, path string, want []byte, update bool, mend string) {
	t.Helper()
	if update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale: %s mends it", path, mend)
	}
}
