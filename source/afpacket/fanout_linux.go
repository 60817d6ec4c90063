package afpacket

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// maxFanout is how many sockets a group may have: PACKET_FANOUT_MAX of kernels before
// 5.15.
const maxFanout = 256

// OpenFanout captures from an interface with n sockets: each packet comes to one of them,
// that of the hash of its addresses, protocol and ports, which is the same for both
// directions of a connection. What has no ports to see (fragments, ICMP) goes by its
// addresses, and a tunnel's packets may go by those outside.
//
// The sockets look after the interface together: Config.Event is called once for all.
func OpenFanout(c Config, n int) ([]*Ring, error) {
	if n < 1 || n > maxFanout {
		return nil, fmt.Errorf("-i %s: %d sockets: must be from 1 to %d", c.Interface, n, maxFanout)
	}
	c.setDefaults()
	c.Memory = max(c.Memory/n, 1)
	w, err := newWatch(c, true)
	if err != nil {
		return nil, err
	}
	if err := w.openGroup(n); err != nil {
		w.close()
		return nil, err
	}
	return w.rings, nil
}

// openGroup opens n sockets, and spares as many. None lets packets pass before all are in
// the group: until then, each would have the packets of those that are missing.
func (w *watch) openGroup(n int) error {
	id := newGroup
	w.id = newGroup
	for range n {
		r, err := w.open()
		if err != nil {
			return err
		}
		if id, err = r.join(id); err != nil {
			return fmt.Errorf("-i %s: %w", w.config.Interface, unjoined(err))
		}
		spare, err := w.socket()
		if err != nil {
			return err
		}
		w.spares = append(w.spares, spare)
	}
	if err := w.choose(); err != nil {
		return fmt.Errorf("-i %s: %w", w.config.Interface, err)
	}
	return nil
}

// unjoined says why a socket could not join a group: only a kernel that does not know what is
// asked for makes none. Others may lack memory, say, which one socket would not mend.
func unjoined(err error) error {
	for _, unknown := range [...]error{unix.EINVAL, unix.ENOPROTOOPT, unix.EOPNOTSUPP} {
		if errors.Is(err, unknown) {
			return fmt.Errorf("%w (%w)", ErrNoFanout, err)
		}
	}
	return fmt.Errorf("a group of sockets: %w", err)
}

// newGroup is no id of a group: the kernel is to choose one. 0 is one.
const newGroup = -1

// errUnread says that a group's sockets hold packets that were not handed over.
var errUnread = errors.New("there are packets to be read")

// widen has a group listen to all interfaces, when its own is gone: a filter chooses the next
// one of the name, and those after that. The sockets that it has cannot be bound again
// (packet_do_bind of the kernel), so the spared ones take their places, when all is read
// that those hold. It is not done before, as it has the kernel look at each packet of the
// other interfaces, which takes 300 ns.
func (w *watch) widen() error {
	for _, r := range w.rings {
		if r.held || !r.Idle() {
			return errUnread
		}
	}
	w.wide = true
	for i, r := range w.rings {
		if err := w.replace(r, &w.spares[i]); err != nil {
			w.wide = false // the rest waits until it is tried again
			return err
		}
	}
	w.spares = nil
	return nil
}

// replace gives a Ring the spared socket for its own, unless it has it already.
func (w *watch) replace(r *Ring, spare *int) error {
	if *spare == noSocket {
		return nil
	}
	other := Ring{watch: w, fd: *spare}
	if err := other.enter(); err != nil {
		other.unmap()
		return err
	}
	r.release()
	r.fd, r.memory, r.block, *spare = other.fd, other.memory, other.block, noSocket
	return nil
}

// enter prepares a socket for the group that widen makes, and puts it in.
func (r *Ring) enter() error {
	if err := r.prepare(); err != nil {
		return err
	}
	id, err := r.join(r.watch.id)
	if err != nil {
		return fmt.Errorf("a group of sockets: %w", err)
	}
	r.watch.id = id
	return nil
}

// join puts the socket into a group, and returns its id. The kernel is not asked to put
// datagrams together first: what passes is to be seen as it is, and pieces that overlap it
// would not show.
func (r *Ring) join(id int) (int, error) {
	mode := unix.PACKET_FANOUT_HASH
	if id == newGroup {
		id, mode = 0, unix.PACKET_FANOUT_HASH|unix.PACKET_FANOUT_FLAG_UNIQUEID
	}
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_FANOUT, id|mode<<16); err != nil {
		return 0, err
	}
	joined, err := unix.GetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_FANOUT)
	return joined & 0xffff, err
}
