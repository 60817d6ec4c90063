package privilege

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// MayWrite asks as root whether u may make files in a directory. Where u may, u may also
// have put links, and root must not open files there. Where it cannot be found out, the
// answer is yes. Root is never asked: it puts no links for itself.
func MayWrite(u *User, dir string) bool {
	if u.UID == 0 {
		return false
	}
	runtime.LockOSThread() // the calls of unix are of one thread
	defer runtime.UnlockOSThread()
	had, err := unix.Getgroups()
	if err != nil || unix.Setgroups(u.Groups) != nil {
		return true
	}
	defer unix.Setgroups(had)
	gid, uid := unix.Getegid(), unix.Geteuid()
	unix.Setfsgid(u.GID)
	defer unix.Setfsgid(gid)
	unix.Setfsuid(u.UID) // root's rights on files go with it, and come back with it
	defer unix.Setfsuid(uid)
	err = unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS)
	return err != unix.EACCES && err != unix.ENOENT && err != unix.EROFS
}
