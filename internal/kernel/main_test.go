package kernel

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// built is ctoracle, built once for all tests of a run.
var built = sync.OnceValues(func() (*Oracle, error) {
	dir, err := os.MkdirTemp("", "onpath-kernel-")
	if err != nil {
		return nil, err
	}
	folder = dir
	return Build(filepath.Join("..", "..", "..", "shared", "oracle", "ctoracle"), dir)
})

var folder string // of built

func TestMain(m *testing.M) {
	if role := roles[os.Getenv(roleVariable)]; role != nil {
		role()
		return
	}
	code := m.Run()
	if folder != "" {
		os.RemoveAll(folder)
	}
	os.Exit(code)
}

// oracle returns ctoracle, or skips the test where the kernel cannot be asked.
func oracle(t *testing.T) *Oracle {
	t.Helper()
	o, err := built()
	if errors.Is(err, ErrUnavailable) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return o
}
