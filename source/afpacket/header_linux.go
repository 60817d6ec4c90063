package afpacket

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Octets of what is put in front of a payload.
const (
	vlanTag    = 4  // IEEE 802.1Q: TPID, TCI
	macs       = 12 // the two addresses that a tag follows
	cookedHead = 20 // LINKTYPE_LINUX_SLL2
)

// tag returns the VLAN tag that the kernel took off a frame, if it had one. Kernels
// before 3.14 do not tell the TPID.
func tag(h *unix.Tpacket3Hdr) (tpid, tci uint16, tagged bool) {
	tpid, tci = h.Hv1.Vlan_tpid, uint16(h.Hv1.Vlan_tci)
	if tci == 0 && h.Status&unix.TP_STATUS_VLAN_VALID == 0 {
		return 0, 0, false
	}
	if tpid == 0 && h.Status&unix.TP_STATUS_VLAN_TPID_VALID == 0 {
		tpid = unix.ETH_P_8021Q
	}
	return tpid, tci, true
}

// putTag moves the addresses at from to the front, and puts a tag behind them. It
// returns by how much the frame is longer.
func putTag(b []byte, from int, tpid, tci uint16) int {
	copy(b[from-vlanTag:], b[from:from+macs])
	binary.BigEndian.PutUint16(b[from-vlanTag+macs:], tpid)
	binary.BigEndian.PutUint16(b[from-vlanTag+macs+2:], tci)
	return vlanTag
}

// cook puts a header of LINKTYPE_LINUX_SLL2 in front of the octets at from, and of a
// tag: protocol, two octets reserved, interface, ARPHRD, packet type, length of the
// address, eight octets of it. It returns how much that is.
func (r *Ring) cook(from int, tpid, tci uint16, tagged bool) int {
	s := (*unix.RawSockaddrLinklayer)(unsafe.Pointer(&r.memory[r.next+frameSource]))
	protocol, index, arphrd, kind, halen, addr := swap16(s.Protocol), s.Ifindex, s.Hatype, s.Pkttype, s.Halen, s.Addr
	n := cookedHead
	be := binary.BigEndian
	if tagged {
		n += vlanTag
		be.PutUint16(r.memory[from-4:], tci)
		be.PutUint16(r.memory[from-2:], protocol)
		protocol = tpid
	}
	b := r.memory[from-n:]
	be.PutUint32(b, uint32(protocol)<<16)
	be.PutUint32(b[4:], uint32(index))
	be.PutUint16(b[8:], arphrd)
	b[10], b[11] = kind, halen
	copy(b[12:cookedHead], addr[:])
	return n
}
