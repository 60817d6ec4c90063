package afpacket

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// fanoutMode spreads packets by a hash that is the same for both directions of a
// connection, and lets the kernel put IPv4 datagrams together before it is computed.
const fanoutMode = unix.PACKET_FANOUT_HASH | unix.PACKET_FANOUT_FLAG_DEFRAG

// maxFanout is how many sockets a group may have: PACKET_FANOUT_MAX of kernels before
// 5.15.
const maxFanout = 256

// OpenFanout captures from an interface with n sockets: each packet comes to one of
// them, both directions of a connection to the same.
func OpenFanout(c Config, n int) ([]*Ring, error) {
	if n < 1 || n > maxFanout {
		return nil, fmt.Errorf("-i %s: %d sockets: must be from 1 to %d", c.Interface, n, maxFanout)
	}
	c.setDefaults()
	c.Memory = max(c.Memory/n, 1)
	all := make([]*Ring, 0, n)
	err := openGroup(&all, c)
	if err != nil {
		for _, r := range all {
			r.Close()
		}
		return nil, err
	}
	return all, nil
}

// openGroup fills all to its capacity. No socket lets packets pass before all are in
// the group: until then, each would have the packets of those that are missing.
func openGroup(all *[]*Ring, c Config) error {
	id := newGroup
	for len(*all) < cap(*all) {
		r, err := open(c, true)
		if err != nil {
			return err
		}
		*all = append(*all, r)
		if id, err = r.join(id); err != nil {
			return fmt.Errorf("-i %s: fanout: %w", c.Interface, err)
		}
	}
	for _, r := range *all {
		if err := attach(r.fd, r.choose()); err != nil {
			return fmt.Errorf("-i %s: %w", c.Interface, err)
		}
	}
	return nil
}

// newGroup is no id of a group: the kernel is to choose one. 0 is one.
const newGroup = -1

// join puts the socket into a group, and returns its id.
func (r *Ring) join(id int) (int, error) {
	mode := fanoutMode
	if id == newGroup {
		id, mode = 0, fanoutMode|unix.PACKET_FANOUT_FLAG_UNIQUEID
	}
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_FANOUT, id|mode<<16); err != nil {
		return 0, err
	}
	joined, err := unix.GetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_FANOUT)
	return joined & 0xffff, err
}

// choose returns the filter of a socket in a group, which sees all interfaces.
func (r *Ring) choose() []unix.SockFilter {
	return program(&r.config, &r.iface, r.iface.index)
}
