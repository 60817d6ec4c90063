package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// spooled returns c with standard input, which can be read but once, as a file, and
// what removes it.
func spooled(c Config) (Config, func(), error) {
	i := slices.Index(c.Files, stdin)
	if i < 0 {
		return c, func() {}, nil
	}
	if err := noTerminal(c); err != nil {
		return c, nil, err
	}
	file, err := os.CreateTemp("", "onpath-*")
	if err != nil {
		return c, nil, fmt.Errorf("%w: explain reads its input twice, give it a file instead of -", err)
	}
	remove := func() { os.Remove(file.Name()) }
	_, err = io.Copy(file, os.Stdin)
	if err = errors.Join(err, file.Close()); err != nil {
		remove()
		return c, nil, err
	}
	c.Files = slices.Clone(c.Files)
	c.Files[i] = file.Name()
	return c, remove, nil
}
