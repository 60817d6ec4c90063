package tcpdump

import (
	"encoding/binary"
	"net/netip"
	"strconv"
)

// maxNames is how many names of hosts get an address, maxServices how many of
// services get a port that the table of services does not have.
const (
	maxNames    = 1 << 16
	maxServices = 256
)

// Name is what was made up for a printed name.
type Name struct {
	Printed string     // of a host, or of a service
	Addr    netip.Addr // not valid for a service
	Port    uint16     // 0 for a host
}

// String says what stands for what.
func (n Name) String() string {
	if n.Port != 0 {
		return "service " + n.Printed + " is port " + strconv.Itoa(int(n.Port))
	}
	return n.Printed + " is " + n.Addr.String()
}

// names makes up an address for each name of a host, in the order in which they
// come: of the blocks for documentation (RFC 5737, RFC 3849), and when those are
// full of 198.18.0.0/15, which is for benchmarks (RFC 2544). An address that the
// text itself has is left to it, if it came first.
type names struct {
	hosts    map[string]netip.Addr
	services map[string]uint16
	printed  map[netip.Addr]bool // addresses of these blocks that stand in the text
	made     *[]Name
	next4    uint32 // how many of blocks4 are taken
	next6    uint32
}

// blocks4 are where made-up addresses come from, one after the other.
var blocks4 = [...]netip.Prefix{
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
}

var block6 = netip.MustParsePrefix("2001:db8::/32")

func newNames(made *[]Name) names {
	return names{made: made, hosts: map[string]netip.Addr{}, services: map[string]uint16{}, printed: map[netip.Addr]bool{}}
}

// resolve gives e an address and a port; v6 says which family the line is of. It
// reports false when there are too many names.
func (n *names) resolve(e *endpoint, v6 bool) bool {
	if e.name != "" {
		addr, ok := n.host(e.name, v6)
		if !ok {
			return false
		}
		e.addr = addr
	} else {
		n.literal(e.addr)
	}
	if e.svc != "" {
		port, ok := n.service(e.svc)
		if !ok {
			return false
		}
		e.port = port
	}
	return true
}

// literal remembers that an address is taken.
func (n *names) literal(addr netip.Addr) {
	if len(n.printed) < maxNames && (block6.Contains(addr) || blockOf(addr)) {
		n.printed[addr] = true
	}
}

func blockOf(addr netip.Addr) bool {
	for _, b := range blocks4 {
		if b.Contains(addr) {
			return true
		}
	}
	return false
}

func (n *names) host(name string, v6 bool) (netip.Addr, bool) {
	key := name
	if v6 {
		key += "/6" // the same host has two addresses
	}
	if addr, ok := n.hosts[key]; ok {
		return addr, true
	}
	if len(n.hosts) >= maxNames {
		return netip.Addr{}, false
	}
	addr := n.fresh(v6)
	n.hosts[key] = addr
	*n.made = append(*n.made, Name{Printed: name, Addr: addr})
	return addr, true
}

// fresh returns an address that the text does not have. The blocks hold more than
// maxNames and as many printed ones.
func (n *names) fresh(v6 bool) netip.Addr {
	for {
		addr := n.following(v6)
		if !n.printed[addr] {
			return addr
		}
	}
}

func (n *names) following(v6 bool) netip.Addr {
	if v6 {
		n.next6++
		b := block6.Addr().As16()
		binary.BigEndian.PutUint32(b[12:], n.next6)
		return netip.AddrFrom16(b)
	}
	n.next4++
	left := n.next4
	for _, p := range blocks4 {
		hosts := uint32(1)<<(32-p.Bits()) - 2 // without the first and the last
		if left <= hosts {
			b := p.Addr().As4()
			binary.BigEndian.PutUint32(b[:], binary.BigEndian.Uint32(b[:])+left)
			return netip.AddrFrom4(b)
		}
		left -= hosts
	}
	return netip.Addr{} // never: see fresh
}

// service returns a port for a name that is not well known: from 1023 down, so
// that its end counts as the server where no SYN tells.
func (n *names) service(name string) (uint16, bool) {
	if port, ok := n.services[name]; ok {
		return port, true
	}
	if len(n.services) >= maxServices {
		return 0, false
	}
	port := uint16(1023 - len(n.services))
	n.services[name] = port
	*n.made = append(*n.made, Name{Printed: name, Port: port})
	return port, true
}
