package afpacket

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"onpath/packet"
)

// iface is what an interface is called and is.
type iface struct {
	name     string
	index    int32 // 0: Any
	arphrd   uint16
	loopback bool
	up       bool
}

// rawLinks are the link types of interfaces whose frames are read as they are, by
// ARPHRD_ number (linux/if_arp.h). All others are cooked, as by libpcap.
var rawLinks = map[uint16]packet.LinkType{
	unix.ARPHRD_ETHER:              packet.LinkEthernet,
	unix.ARPHRD_LOOPBACK:           packet.LinkEthernet,
	unix.ARPHRD_NONE:               packet.LinkRaw, // TUN, WireGuard
	unix.ARPHRD_RAWIP:              packet.LinkRaw,
	unix.ARPHRD_TUNNEL:             packet.LinkRaw,
	unix.ARPHRD_TUNNEL6:            packet.LinkRaw,
	unix.ARPHRD_IEEE80211:          packet.LinkWiFi,
	unix.ARPHRD_IEEE80211_PRISM:    packet.LinkPrism,
	unix.ARPHRD_IEEE80211_RADIOTAP: packet.LinkRadiotap,
}

// link returns the link type of the interface's frames, and whether they have to be
// cooked for it.
func (i *iface) link() (t packet.LinkType, cooked bool) {
	if t, ok := rawLinks[i.arphrd]; ok && i.index != 0 {
		return t, false
	}
	return packet.LinkLinuxSLL2, true
}

// LinkOf returns the link type that the frames of an interface will have, for who
// writes a filter. It needs no privilege.
func LinkOf(name string) (packet.LinkType, error) {
	i, err := find(name)
	if err != nil {
		return 0, err
	}
	t, _ := i.link()
	return t, nil
}

// find looks an interface up.
func find(name string) (iface, error) {
	if name == Any {
		return iface{name: Any, up: true}, nil
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return iface{}, fmt.Errorf("-i %s: %w", name, err)
	}
	defer unix.Close(fd)
	i, err := findBy(fd, name)
	if errors.Is(err, unix.ENODEV) || errors.Is(err, unix.EINVAL) {
		return i, fmt.Errorf("-i %s: no such interface; there are %s", name, strings.Join(Interfaces(), ", "))
	}
	if err != nil {
		return i, fmt.Errorf("-i %s: %w", name, err)
	}
	return i, nil
}

// findBy looks an interface up with a socket, of any kind.
func findBy(fd int, name string) (i iface, err error) {
	i.name = name
	req, err := unix.NewIfreq(name)
	if err != nil {
		return i, err
	}
	if err = unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, req); err != nil {
		return i, err
	}
	i.index = int32(req.Uint32())
	if err = unix.IoctlIfreq(fd, unix.SIOCGIFHWADDR, req); err != nil {
		return i, err
	}
	i.arphrd = req.Uint16() // the family of that address
	if err = unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, req); err != nil {
		return i, err
	}
	i.up, i.loopback = req.Uint16()&unix.IFF_UP != 0, req.Uint16()&unix.IFF_LOOPBACK != 0
	return i, nil
}

// nameOf returns what the interface of an index is called now.
func nameOf(fd int, index int32) (string, error) {
	req, err := unix.NewIfreq("")
	if err != nil {
		return "", err
	}
	req.SetUint32(uint32(index))
	if err = unix.IoctlIfreq(fd, unix.SIOCGIFNAME, req); err != nil {
		return "", err
	}
	return req.Name(), nil
}
