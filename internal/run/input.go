package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"golang.org/x/term"

	"onpath/packet"
	"onpath/source"
)

// stdin is the path that stands for standard input.
const stdin = "-"

// input is where frames come from.
type input interface {
	Next(*packet.Frame) error
	Buffered() bool  // Next need not wait, and leaves the frames before it valid
	Size() int64     // octets of all captures; 0: not known
	Consumed() int64 // of them
	Health() source.Health
	Close()
}

// openCaptures opens the captures, or texts, as one stream. Files that do not exist are all
// named at once; one that turns out to be no capture is found when its turn
// comes, and costs only itself.
func openCaptures(c Config) (*source.Reader, error) {
	if c.Printed {
		return c.limits.Text(c.Files...)
	}
	if err := noTerminal(c); err != nil {
		return nil, err
	}
	if c.Merge {
		return c.limits.Merge(c.Files...)
	}
	return c.limits.Chain(c.Files...)
}

// noTerminal refuses to read a capture from a keyboard.
func noTerminal(c Config) error {
	if slices.Contains(c.Files, stdin) && term.IsTerminal(int(os.Stdin.Fd())) {
		return errors.New("standard input is a terminal; pipe a capture into it, as in tcpdump -U -w - | onpath read -")
	}
	return nil
}

// noOverwriting refuses an output that is one of the captures.
func noOverwriting(c Config) error {
	for _, o := range c.Outputs {
		for _, path := range o.Files(c.PacketFile) {
			if path != Stdout && isRead(c, path) {
				return fmt.Errorf("%s: it is read and would be overwritten; choose another path after -o %s=", path, o.Format)
			}
		}
	}
	return nil
}

// isRead reports whether one of the captures is the file of that path.
func isRead(c Config, path string) bool {
	out, err := os.Stat(path)
	if err != nil || !out.Mode().IsRegular() {
		return false
	}
	return slices.ContainsFunc(c.Files, func(name string) bool {
		in, err := stat(name)
		return err == nil && os.SameFile(in, out)
	})
}

func stat(name string) (fs.FileInfo, error) {
	if name == stdin {
		return os.Stdin.Stat()
	}
	return os.Stat(name)
}
