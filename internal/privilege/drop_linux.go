package privilege

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Drop gives up all privileges of all threads, for good. Root becomes u; of another user
// u must be nil. Then no capability is left in any set, nor can a program that is executed
// bring one (prctl(2), PR_SET_NO_NEW_PRIVS). An error other than ErrPartly says that the
// process may have kept something: it must end.
func Drop(u *User) error {
	rest := forbid()
	if rest != nil && rest != ErrPartly {
		return rest
	}
	if rest != nil && u != nil && u.UID == 0 { // nothing at all can be dropped
		return fmt.Errorf("staying root: %w", rest)
	}
	if u != nil {
		if err := become(u); err != nil {
			return err
		}
	}
	if rest == nil {
		rest = clearCapabilities()
	}
	if rest == nil || u != nil {
		if err := prove(u); err != nil {
			return err
		}
	}
	return rest
}

// forbid forbids new privileges, and empties the sets from which they would come. That
// needs root's CAP_SETPCAP, so it comes before become.
func forbid() error {
	if err := all(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0); err != nil {
		return because("no_new_privs", err)
	}
	if err := all(unix.SYS_PRCTL, unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0); err != nil && !errors.Is(err, unix.EINVAL) {
		return because("ambient capabilities", err) // EINVAL: before Linux 4.3 there were none
	}
	for c := uintptr(0); ; c++ {
		switch err := all(unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, c, 0); {
		case errors.Is(err, unix.EINVAL): // there are no more
			return nil
		case errors.Is(err, unix.EPERM): // without CAP_SETPCAP it stays: it grants nothing by itself
			return nil
		case err != nil:
			return because("bounding set", err)
		}
	}
}

// become changes the groups and the user, all three kinds of each. To stay root, no
// privilege is needed.
func become(u *User) error {
	if u.UID == os.Getuid() && u.UID == os.Geteuid() {
		return nil
	}
	if err := syscall.Setgroups(u.Groups); err != nil {
		return fmt.Errorf("becoming user %s: groups: %w: root needs CAP_SETGID and CAP_SETUID for it; or start onpath as that user with CAP_NET_RAW, or with --user root, which drops all but the user", u.Name, err)
	}
	if err := syscall.Setresgid(u.GID, u.GID, u.GID); err != nil {
		return fmt.Errorf("becoming user %s: group %d: %w", u.Name, u.GID, err)
	}
	if err := syscall.Setresuid(u.UID, u.UID, u.UID); err != nil {
		return fmt.Errorf("becoming user %s: user %d: %w: root needs CAP_SETUID for it; or start onpath as that user with CAP_NET_RAW, or with --user root, which drops all but the user", u.Name, u.UID, err)
	}
	return nil
}

// clearCapabilities empties the effective, the permitted and the inheritable set.
func clearCapabilities() error {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&head)), uintptr(unsafe.Pointer(&none)), 0)
	return because("capabilities", answer(errno))
}

// prove asks the kernel whether all of it is so, as far as this thread knows.
func prove(u *User) error {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var has [2]unix.CapUserData
	if err := unix.Capget(&head, &has[0]); err != nil {
		return because("capabilities", err)
	}
	if has != [2]unix.CapUserData{} {
		return fmt.Errorf("dropping privileges: capabilities are left: %+v", has)
	}
	if u == nil || u.UID == 0 {
		return nil
	}
	r, e, s := unix.Getresuid()
	if r != u.UID || e != u.UID || s != u.UID {
		return fmt.Errorf("becoming user %s: still user %d, %d and %d", u.Name, r, e, s)
	}
	return nil
}

// all calls the kernel in every thread, with numbers alone.
func all(call, a, b, c uintptr) error {
	_, _, errno := syscall.AllThreadsSyscall6(call, a, b, c, 0, 0, 0)
	return answer(errno)
}

func answer(errno syscall.Errno) error {
	switch errno {
	case 0:
		return nil
	case unix.ENOTSUP:
		return ErrPartly
	}
	return errno
}

// because says what failed.
func because(what string, err error) error {
	if err == nil || err == ErrPartly {
		return err
	}
	return fmt.Errorf("dropping privileges: %s: %w", what, err)
}
