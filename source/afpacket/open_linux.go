package afpacket

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// bigEndian reports whether this machine is.
var bigEndian = binary.NativeEndian.Uint16([]byte{0, 1}) == 1

// reserve is the room in front of a frame that the kernel is asked for, so that a tag
// fits in.
const reserve = vlanTag

// newWatch looks the interface up, for the sockets that are to be opened.
func newWatch(c Config, group bool) (*watch, error) {
	c.setDefaults()
	i, err := find(c.Interface)
	if err == nil {
		err = c.check()
	}
	if err != nil {
		return nil, err
	}
	w := &watch{config: c, group: group, iface: i}
	w.link, w.cooked = i.link()
	if w.cooked {
		if w.config.Filter, err = uncooked(c.Filter); err != nil {
			return nil, fmt.Errorf("-i %s: %w", c.Interface, err)
		}
	}
	return w, nil
}

// open opens a socket; one of a group lets nothing pass yet. It is made in an order
// in which no packet comes before its filter: without a protocol, a socket has none.
func (w *watch) open() (*Ring, error) {
	fd, err := w.socket()
	if err != nil {
		return nil, err
	}
	r := &Ring{watch: w, fd: fd, snaplen: w.config.Snaplen, link: w.link, cooked: w.cooked}
	if err := r.prepare(); err != nil {
		r.Close()
		return nil, fmt.Errorf("-i %s: %w", w.config.Interface, err)
	}
	w.rings = append(w.rings, r)
	return r, nil
}

// check refuses what cannot be.
func (c *Config) check() error {
	switch {
	case c.Interface == Any && c.Promiscuous:
		return errors.New("-i any cannot be promiscuous; name the interfaces, each with -i")
	case c.Snaplen < 0:
		return fmt.Errorf("snap length %d: must not be negative", c.Snaplen)
	case c.Memory < 0:
		return fmt.Errorf("%d octets for the ring: must not be negative", c.Memory)
	}
	return nil
}

// socket opens a socket: it alone needs a privilege.
func (w *watch) socket() (fd int, err error) {
	kind := unix.SOCK_RAW
	if w.cooked {
		kind = unix.SOCK_DGRAM
	}
	fd, err = unix.Socket(unix.AF_PACKET, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	switch {
	case errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES):
		err = fmt.Errorf("-i %s: capturing needs CAP_NET_RAW; run as root, or give it to the program once: sudo setcap cap_net_raw+ep %s", w.config.Interface, program0())
	case err != nil:
		err = fmt.Errorf("-i %s: packet socket: %w; does this kernel have CONFIG_PACKET?", w.config.Interface, err)
	}
	return fd, err
}

// program0 is the path of this program.
func program0() string {
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

// prepare makes the ring, then the filter, and binds the socket last.
func (r *Ring) prepare() error {
	if err := r.mapRing(); err != nil {
		return err
	}
	filter := nothing
	if !r.watch.group {
		filter = program(&r.watch.config, &r.watch.iface, 0)
	}
	if err := attach(r.fd, filter); err != nil {
		return err
	}
	return r.bind()
}

func (r *Ring) mapRing() error {
	for _, o := range [...]struct{ name, value int }{
		{unix.PACKET_VERSION, unix.TPACKET_V3},
		{unix.PACKET_RESERVE, reserve},
	} {
		if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, o.name, o.value); err != nil {
			return fmt.Errorf("TPACKET_V3: %w; the kernel must be Linux 3.2 or later", err)
		}
	}
	req := request(r.watch.config.Memory)
	size := int(req.Block_size) * int(req.Block_nr)
	err := unix.SetsockoptTpacketReq3(r.fd, unix.SOL_PACKET, unix.PACKET_RX_RING, req)
	if err == nil {
		r.memory, err = unix.Mmap(r.fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	}
	if err != nil {
		return fmt.Errorf("a ring of %d MiB: %w; give it less memory", size>>20, err)
	}
	r.block = int(req.Block_size)
	return nil
}

// unmap gives the ring back and keeps the socket, which the kernel gives no other ring before.
func (r *Ring) unmap() {
	if r.memory != nil {
		unix.Munmap(r.memory)
		r.memory = nil
	}
	unix.SetsockoptTpacketReq3(r.fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &unix.TpacketReq3{})
}

// bind lets the interface's packets in, or those of all if they are to be chosen.
func (r *Ring) bind() error {
	at := &unix.SockaddrLinklayer{Protocol: swap16(unix.ETH_P_ALL), Ifindex: int(r.watch.iface.index)}
	if r.watch.wide {
		at.Ifindex = 0
	}
	if err := unix.Bind(r.fd, at); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	if r.watch.group {
		return nil
	}
	return r.promiscuous()
}

// promiscuous asks the interface for what is addressed to others. It ends with the
// socket, or the interface.
func (r *Ring) promiscuous() error {
	if !r.watch.config.Promiscuous {
		return nil
	}
	m := unix.PacketMreq{Ifindex: r.watch.iface.index, Type: unix.PACKET_MR_PROMISC}
	if err := unix.SetsockoptPacketMreq(r.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &m); err != nil {
		return fmt.Errorf("promiscuous mode: %w; the interface may not have it", err)
	}
	return nil
}
