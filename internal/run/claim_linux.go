package run

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"onpath/internal/privilege"
)

// lockFile locks a file, which it makes if there is none: then it belongs to u, if root is
// to become u. Nothing is written, and no link is followed: u may have put it there.
func lockFile(path string, u *privilege.User) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) {
		f, err = makeFile(path, u)
	}
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		return f, nil
	}
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = lockedBy(holder(f))
	} else {
		err = fmt.Errorf("%s: it cannot be locked: %w; choose a path in another file system", path, err)
	}
	return nil, errors.Join(err, f.Close())
}

func makeFile(path string, u *privilege.User) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil && u != nil {
		if err = f.Chown(u.UID, u.GID); err != nil {
			f.Close()
		}
	}
	return f, err
}

// lockedBy says that another run has the state, by its process; 0: not known.
func lockedBy(by int) error {
	who := ""
	if by != 0 {
		who = fmt.Sprintf(", process %d", by)
	}
	return fmt.Errorf("another run keeps its state there%s: end that one first, or choose another path", who)
}

// holder returns the process that has locked a file with flock(2), which proc_locks(5)
// tells; 0, if it does not.
func holder(f *os.File) int {
	var s unix.Stat_t
	if unix.Fstat(int(f.Fd()), &s) != nil {
		return 0
	}
	file := fmt.Sprintf("%02x:%02x:%d", unix.Major(uint64(s.Dev)), unix.Minor(uint64(s.Dev)), s.Ino)
	locks, err := os.Open("/proc/locks")
	if err != nil {
		return 0
	}
	defer locks.Close()
	for lines := bufio.NewScanner(locks); lines.Scan(); {
		if w := strings.Fields(lines.Text()); len(w) > 5 && w[1] == "FLOCK" && w[5] == file {
			pid, _ := strconv.Atoi(w[4])
			return max(pid, 0)
		}
	}
	return 0
}
