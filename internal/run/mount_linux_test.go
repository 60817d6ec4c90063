package run

import (
	"fmt"
	"syscall"
	"testing"
)

// mountSmall mounts a tmpfs of that many octets.
func mountSmall(t *testing.T, dir string, octets int) {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", octets)); err != nil {
		t.Skip("cannot mount a tmpfs: ", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
}
