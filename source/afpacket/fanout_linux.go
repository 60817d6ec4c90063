package afpacket

import (
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
		for _, r := range w.rings {
			r.Close()
		}
		return nil, err
	}
	return w.rings, nil
}

// openGroup opens n sockets. None lets packets pass before all are in the group: until
// then, each would have the packets of those that are missing.
func (w *watch) openGroup(n int) error {
	id := newGroup
	for range n {
		r, err := w.open()
		if err != nil {
			return err
		}
		if id, err = r.join(id); err != nil {
			return fmt.Errorf("-i %s: %w (%w)", w.config.Interface, ErrNoFanout, err)
		}
	}
	if err := w.take(); err != nil {
		return fmt.Errorf("-i %s: %w", w.config.Interface, err)
	}
	return nil
}

// newGroup is no id of a group: the kernel is to choose one. 0 is one.
const newGroup = -1

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
