package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Rotation says when a file of an output ends and the next one begins. The zero Rotation
// says never.
type Rotation struct {
	Every time.Duration // at its multiples in UTC, as time.Time.Truncate counts; 0: never
	Size  int64         // octets that a file has at most, unless one row has more; 0: no bound
}

// Rotates reports whether files end at all.
func (r Rotation) Rotates() bool { return r != Rotation{} }

// end returns when a file ends that begins now; the zero time: never.
func (r Rotation) end(now time.Time) time.Time {
	if r.Every == 0 {
		return time.Time{}
	}
	return now.Truncate(r.Every).Add(r.Every)
}

// partSuffix marks a file that is not finished.
const partSuffix = ".part"

// sameSecond is how many files may begin within a second.
const sameSecond = 10000

// createPart creates a file that begins now and is not finished, and returns the name that
// it gets in the end. It takes no name that exists in either form.
func createPart(path string, now time.Time) (f *os.File, name string, err error) {
	for n := 1; n < sameSecond; n++ {
		name = stamped(path, now, n)
		if exists(name) {
			continue
		}
		f, err = os.OpenFile(name+partSuffix, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o666)
		if err == nil && exists(name) { // the one before of that name has got it meanwhile
			err = errors.Join(f.Close(), os.Remove(name+partSuffix), fs.ErrExist)
		}
		if !errors.Is(err, fs.ErrExist) {
			return f, name, err
		}
	}
	return nil, "", fmt.Errorf("%s: %d files began in this second", path, sameSecond)
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// stamped returns path with a time before its extension, and behind that n, if it is not
// the first of that second.
func stamped(path string, at time.Time, n int) string {
	ext := filepath.Ext(path)
	stamp := at.UTC().Format("-20060102T150405Z")
	if n > 1 {
		stamp += fmt.Sprintf("-%d", n)
	}
	return strings.TrimSuffix(path, ext) + stamp + ext
}

// canRotate refuses a path that stands for something that is no file: beside it there
// would be files that nobody expects.
func canRotate(path string) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file, it cannot be rotated", path)
	}
	return nil
}
