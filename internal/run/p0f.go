package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"onpath/fingerprint"
)

// maxP0f is how large a file of signatures may be; p0f's own has 30 KiB.
const maxP0f = 16 << 20

// readP0f has the signatures of the file P0f asked before those that onpath brings
// along.
func (c *Config) readP0f() error {
	if c.P0f == "" {
		return nil
	}
	text, err := readBounded(c.P0f, maxP0f)
	if err != nil {
		return fmt.Errorf("--p0f: %w", err)
	}
	db, err := fingerprint.Parse(text)
	if bad := (*fingerprint.ParseError)(nil); errors.As(err, &bad) {
		return fmt.Errorf("--p0f: %s:%d: %s; mend the line, or put ; before it", c.P0f, bad.Line, bad.What)
	}
	c.p0f = db
	c.Flow.Fingerprints = db.Then(fingerprint.Own())
	return nil
}

// readBounded reads a file of at most so many octets.
func readBounded(path string, most int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		var why *os.PathError
		if errors.As(err, &why) {
			err = why.Err
		}
		return "", fmt.Errorf("%s: %v; check the name", path, err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return "", err
	case int64(len(text)) > most:
		return "", fmt.Errorf("%s: it has more than %d octets; is it a file of signatures?", path, most)
	}
	return string(text), nil
}

// signatures says what a file of signatures holds, and what of it is not read.
func signatures(db *fingerprint.Database) string {
	if db == nil {
		return ""
	}
	text := plural(uint64(db.Signatures), "signature")
	if len(db.Skipped) > 0 {
		text += "; " + plural(uint64(len(db.Skipped)), "section") + " not read: " + strings.Join(db.Skipped, ", ")
	}
	return text
}
