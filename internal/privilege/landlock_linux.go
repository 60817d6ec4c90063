package privilege

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What may be done in a directory of outputs, and what with a file that is read.
const (
	reading = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	writing = reading | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE |
		unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE
	onFile = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE
)

// rights are those that Landlock handles, by the version of its ABI that brought them
// (landlock(7)). What came later than these is not handled.
var rights = []struct {
	abi    int
	access uint64
}{
	{1, unix.LANDLOCK_ACCESS_FS_MAKE_SYM<<1 - 1}, // all up to that one
	{2, unix.LANDLOCK_ACCESS_FS_REFER},
	{3, unix.LANDLOCK_ACCESS_FS_TRUNCATE},
	{5, unix.LANDLOCK_ACCESS_FS_IOCTL_DEV},
}

// always is what libraries read on their own: the time zone, and what the process is told
// of itself; when that began is counted from the boot, in /proc/stat.
var always = []string{"/etc/localtime", "/usr/share/zoneinfo", "/proc/self", "/proc/stat"}

// Confine forbids all threads every file, for good, but for those in dirs, and what is
// open already. The kernel must have Landlock (5.13); if it has not, that is no error, as
// the rights of files still bound the user. Drop must have been called before.
//
// Signals are left out of it: each thread gets a domain of its own, and before Linux 6.15
// the threads of one process could not signal each other then, which the Go runtime does.
func Confine(dirs []string) error {
	abi := landlock()
	if abi == 0 {
		return nil
	}
	var attr unix.LandlockRulesetAttr
	for _, r := range rights {
		if abi >= r.abi {
			attr.Handled_access_fs |= r.access
		}
	}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr.Handled_access_fs), 0)
	if errno != 0 {
		return fmt.Errorf("landlock: rules: %w", errno)
	}
	defer unix.Close(int(fd))
	for _, path := range always {
		if err := allow(int(fd), path, reading&attr.Handled_access_fs); err != nil {
			return err
		}
	}
	for _, dir := range dirs {
		if err := allow(int(fd), dir, writing&attr.Handled_access_fs); err != nil {
			return err
		}
	}
	return because("landlock", all(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0))
}

// landlock returns the version of the kernel's ABI; 0: it has none, or it is off.
func landlock() int {
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0
	}
	return int(abi)
}

// allow adds a rule. What is not there, or what the user cannot reach, needs none.
func allow(rules int, path string, access uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EACCES) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("landlock: %s: %w", path, err)
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT != unix.S_IFDIR {
		access &= onFile // of a file nothing else can be allowed
	}
	rule := unix.LandlockPathBeneathAttr{Allowed_access: access, Parent_fd: int32(fd)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(rules), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0)
	if errno != 0 {
		return fmt.Errorf("landlock: %s: %w", path, errno)
	}
	return nil
}
