package measure

// Volume is what one end sent. The zero Volume has sent nothing.
type Volume struct {
	Packets  uint64 // datagrams
	IPOctets uint64 // octets of its IP datagrams, headers included
	Octets   uint64 // payload octets; TCP: distinct ones by sequence space
}

// Add counts one datagram of ip octets, with payload octets that are new.
func (v *Volume) Add(ip, fresh uint32) {
	v.Packets++
	v.IPOctets += uint64(ip)
	v.Octets += uint64(fresh)
}
