package afpacket

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"onpath/packet"
)

// lookEvery is how often is asked what became of an interface.
const lookEvery = 100 * time.Millisecond

// watch is what the Rings of one interface share: what they are asked for, and how that
// interface is.
type watch struct {
	config Config
	group  bool // the Rings are a fanout group; else there is one
	wide   bool // they are bound to all interfaces
	rings  []*Ring
	spares []int // sockets of a group that widen takes, or has taken
	id     int   // of the group that widen makes
	link   packet.LinkType
	cooked bool
	iface  iface     // as it was when the sockets were bound to it; index lost if it is gone
	looked time.Time // when it was last looked after
	told   What      // what was told last
}

// lost is the index of an interface that is gone.
const lost = -1

// Wait waits until one of the Rings has frames, at most as long as patience, and
// looks after their interfaces. It may return without frames. An error is one of the
// operating system, after which no more frames will come.
func Wait(rings []*Ring, patience time.Duration) error {
	var room [64]unix.PollFd // more rarely
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

// Look looks after the interfaces of the Rings as Wait does, without waiting. Who has frames
// all the time calls it now and then, as nobody else would see that an interface goes or
// comes. The frames that were handed over stay valid.
func Look(rings []*Ring, now time.Time) {
	for _, r := range rings {
		r.watch.look(now)
	}
}

// look looks after the interface, if it is time to or the socket has an error: that
// says that the interface went down, and is taken off the socket by asking for it.
func (r *Ring) look(now time.Time, seen int16) error {
	if seen&unix.POLLNVAL != 0 {
		return fmt.Errorf("-i %s: the socket is closed", r.watch.config.Interface)
	}
	if seen&unix.POLLERR != 0 {
		unix.GetsockoptInt(r.fd, unix.SOL_SOCKET, unix.SO_ERROR)
		r.watch.looked = time.Time{}
	}
	r.watch.look(now)
	return nil
}

// look looks after the interface, if it is time to.
func (w *watch) look(now time.Time) {
	if now.Sub(w.looked) < lookEvery {
		return
	}
	w.looked = now
	if w.iface.index != 0 {
		w.follow()
	}
}

// close closes the Rings.
func (w *watch) close() {
	for _, r := range w.rings {
		r.Close()
	}
}

// release closes what is spared.
func (w *watch) release() {
	for _, fd := range w.spares {
		if fd != noSocket {
			unix.Close(fd)
		}
	}
	w.spares = nil
}

// fd is a socket to ask the kernel with.
func (w *watch) fd() int { return w.rings[0].fd }

// follow finds out whether the interface is there, and binds the sockets to the next
// one of that name if it is not. An interface with another name is the same.
func (w *watch) follow() {
	if w.iface.index == lost || !w.bound() {
		w.leave()
		w.rebind()
		return
	}
	name, err := nameOf(w.fd(), w.iface.index)
	if err != nil {
		w.leave()
		return
	}
	if i, err := findBy(w.fd(), name); err == nil && i.index == w.iface.index {
		w.upOrDown(i.up)
	}
}

// bound reports whether the sockets are still bound to their interface: the kernel
// unbinds them when that is deleted, though another may have got its index.
func (w *watch) bound() bool {
	if w.wide {
		return true
	}
	at, err := unix.Getsockname(w.fd())
	ll, ok := at.(*unix.SockaddrLinklayer)
	return err == nil && ok && int32(ll.Ifindex) == w.iface.index
}

func (w *watch) upOrDown(up bool) {
	if up == w.iface.up {
		return
	}
	if w.iface.up = up; up {
		w.tell(Up)
		return
	}
	w.tell(Down)
}

// leave notes that the interface is gone.
func (w *watch) leave() {
	if w.iface.index != lost {
		w.iface.index = lost
		w.tell(Gone)
	}
}

// rebind takes the next interface of the name, if there is one and its frames are of
// the same link type: the filter was written for that.
func (w *watch) rebind() {
	i, err := findBy(w.fd(), w.config.Interface)
	if err != nil {
		return
	}
	if link, _ := i.link(); link != w.link {
		w.once(Changed, nil)
		return
	}
	before := w.iface
	w.iface = i
	if err := w.take(); err != nil {
		w.iface = before
		if !passes(err) {
			w.once(Refused, err)
		}
		return
	}
	w.tell(Back)
	if !i.up {
		w.tell(Down)
	}
}

// passes reports whether an error of take is to be expected: the interface went again
// meanwhile, or there is something to be read first.
func passes(err error) bool {
	return errors.Is(err, unix.ENODEV) || errors.Is(err, unix.ENXIO) || errors.Is(err, errUnread)
}

// take binds the socket to the interface, or has a group choose it.
func (w *watch) take() error {
	if !w.group {
		return w.rings[0].bind()
	}
	if !w.wide {
		if err := w.widen(); err != nil {
			return err
		}
	}
	return w.choose()
}

// choose gives all sockets of a group the filter that lets packets pass, if they see all
// interfaces those of theirs only.
func (w *watch) choose() error {
	p := program(&w.config, &w.iface, 0)
	if w.wide {
		p = program(&w.config, &w.iface, w.iface.index)
	}
	for _, r := range w.rings {
		if err := attach(r.fd, p); err != nil {
			return err
		}
	}
	return w.rings[0].promiscuous()
}

// once tells why an interface that is back is not captured, unless that was told last: it is
// tried again and again.
func (w *watch) once(why What, err error) {
	if w.told != why {
		w.say(why, err)
	}
}

func (w *watch) tell(what What) { w.say(what, nil) }

func (w *watch) say(what What, err error) {
	w.told = what
	w.config.Event(Event{w.config.Interface, what, err})
}
