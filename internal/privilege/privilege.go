// Package privilege gives up what a capture needs only to begin: the user root, the
// capabilities, and the files of the rest of the system.
//
// Nothing comes back: who has dropped cannot open another packet socket. It knows
// nothing of captures and outputs; when to drop, and what must stay writable, is said by
// internal/run.
package privilege

import "errors"

// User is whom a process started by root becomes.
type User struct {
	Name   string // for messages
	UID    int
	GID    int
	Groups []int // the supplementary ones
}

// ErrPartly says that only what the C library does for all threads was done: the user
// and the groups, with which the kernel takes root's capabilities. The rest is a matter
// of each thread, and a program with cgo does not know them all (syscall.AllThreadsSyscall).
var ErrPartly = errors.New("this onpath was built with cgo: it gives up root, but not the capabilities of another user, and can forbid itself neither new privileges nor files; build it with make, or with CGO_ENABLED=0")

// ErrNotSupported is what all functions return on systems other than Linux.
var ErrNotSupported = errors.New("dropping privileges is not supported on this system")
