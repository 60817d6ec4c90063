package afpacket

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// lookEvery is how often is asked what became of an interface.
const lookEvery = 100 * time.Millisecond

// Wait waits until one of the Rings has frames, at most as long as patience, and
// looks after their interfaces. It may return without frames. An error is one of the
// operating system, after which no more frames will come.
func Wait(rings []*Ring, patience time.Duration) error {
	var room [8]unix.PollFd
	fds := room[:0]
	for _, r := range rings {
		fds = append(fds, unix.PollFd{Fd: int32(r.fd), Events: unix.POLLIN})
	}
	_, err := unix.Poll(fds, int(patience/time.Millisecond))
	if err != nil && !errors.Is(err, unix.EINTR) {
		return fmt.Errorf("waiting for packets: %w", err)
	}
	now := time.Now()
	for i, r := range rings {
		if err := r.look(now, fds[i].Revents); err != nil {
			return err
		}
	}
	return nil
}

// look looks after the interface, if it is time to or the socket has an error: that
// says that the interface went down, and is taken off the socket by asking for it.
func (r *Ring) look(now time.Time, seen int16) error {
	if seen&unix.POLLNVAL != 0 {
		return fmt.Errorf("-i %s: the socket is closed", r.config.Interface)
	}
	if seen&unix.POLLERR != 0 {
		unix.GetsockoptInt(r.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	} else if now.Sub(r.looked) < lookEvery {
		return nil
	}
	r.looked = now
	if r.iface.index != 0 {
		r.follow()
	}
	return nil
}

// follow finds out whether the interface is there, and binds the socket to the next
// one of that name if it is not. An interface with another name is the same.
func (r *Ring) follow() {
	if r.iface.index == lost || !r.bound() {
		r.leave()
		r.rebind()
		return
	}
	name, err := nameOf(r.fd, r.iface.index)
	if err != nil {
		r.leave()
		return
	}
	if i, err := findBy(r.fd, name); err == nil && i.index == r.iface.index {
		r.upOrDown(i.up)
	}
}

// bound reports whether the socket is still bound to its interface: the kernel
// unbinds it when that is deleted, though another may have got its index. One in a
// group is bound to all.
func (r *Ring) bound() bool {
	if r.group {
		return true
	}
	at, err := unix.Getsockname(r.fd)
	ll, ok := at.(*unix.SockaddrLinklayer)
	return err == nil && ok && int32(ll.Ifindex) == r.iface.index
}

func (r *Ring) upOrDown(up bool) {
	if up == r.iface.up {
		return
	}
	if r.iface.up = up; up {
		r.tell(Up)
		return
	}
	r.tell(Down)
}

// leave notes that the interface is gone.
func (r *Ring) leave() {
	if r.iface.index != lost {
		r.iface.index, r.told = lost, false
		r.tell(Gone)
	}
}

// rebind takes the next interface of the name, if there is one and its frames are of
// the same link type: the filter was written for that.
func (r *Ring) rebind() {
	i, err := findBy(r.fd, r.config.Interface)
	if err != nil {
		return
	}
	if link, _ := i.link(); link != r.link {
		if !r.told {
			r.told = true
			r.tell(Changed)
		}
		return
	}
	before := r.iface
	r.iface = i
	if r.take() != nil { // it went again meanwhile
		r.iface = before
		return
	}
	r.tell(Back)
	if !i.up {
		r.tell(Down)
	}
}

// take binds the socket to the interface, or lets the filter choose it.
func (r *Ring) take() error {
	if !r.group {
		return r.bind()
	}
	if err := attach(r.fd, r.choose()); err != nil {
		return err
	}
	return r.promiscuous()
}

func (r *Ring) tell(w What) { r.config.Event(Event{r.config.Interface, w}) }
