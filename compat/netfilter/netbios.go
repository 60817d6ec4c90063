package netfilter

import "math/bits"

// Services that are asked by broadcast and answer from their own addresses: NetBIOS
// names (RFC 1002 §4.2.12, UDP 137) and SNMP (RFC 1157, UDP 161). Watched: packets in
// the original direction to the broadcast address of a network that the sender is in.
// Expected: UDP from any address of that network, from the service's port, to the
// sender's address and port; any number of them, and each packet lets both the
// control connection and the expectation live for 3 s (NetBIOS) or 30 s (SNMP).
//
// The kernel does this on the host that asks, where it knows its networks by its
// interfaces. It never does on a gateway: it looks only at packets made locally, and
// forwards no broadcast (so ctoracle can only confirm that nothing is expected
// there). An observer knows no networks: here it is the smallest one of 256 or more
// addresses that has this broadcast address and that the sender is in.
// 255.255.255.255 is the broadcast of no network. Not confirmed.

const (
	netbiosLife = int64(3e9)
	snmpLife    = int64(30e9)
)

func readNetBIOS(p *Payload, _ *Memory, expect func(Expectation) bool) string {
	return broadcast(p, netbiosLife, expect)
}

func readSNMP(p *Payload, _ *Memory, expect func(Expectation) bool) string {
	return broadcast(p, snmpLife, expect)
}

// broadcast expects the answers to a packet to a network's broadcast address.
func broadcast(p *Payload, life int64, expect func(Expectation) bool) string {
	asked := &p.Tuples[Original]
	network, ok := broadcastOf(asked)
	if p.Dir != Original || !ok {
		return ""
	}
	p.Refresh = life
	ok = expect(Expectation{
		Tuple:   asked.inverse(),
		AnySrc:  true,
		SrcBits: network,
		Many:    true,
	})
	if !ok {
		return noExpectation
	}
	return ""
}

// broadcastOf returns how many leading bits, of 128, the smallest network has that t's
// destination is the broadcast address of and that the sender is in.
func broadcastOf(t *Tuple) (leading uint8, ok bool) {
	if t.V6 {
		return 0, false
	}
	from, to := ipv4(&t.Src), ipv4(&t.Dst)
	host := max(8, bits.Len32(from^to))
	if host > bits.TrailingZeros32(^to) || host == 32 || from == to {
		return 0, false
	}
	return uint8(128 - host), true
}

// ipv4 returns the address that a mapped one holds.
func ipv4(a *[16]byte) uint32 {
	return uint32(a[12])<<24 | uint32(a[13])<<16 | uint32(a[14])<<8 | uint32(a[15])
}
