package measure

// Volume is what one end sent lately, in 12 octets: a Total takes what it cannot hold.
// The zero Volume has sent nothing.
type Volume struct{ packets, ipOctets, octets uint32 }

// Add counts one datagram of ip octets, with payload octets that are new. It reports
// false, and counts nothing, if there is no room: then a Total must take what is there.
func (v *Volume) Add(ip, fresh uint32) (counted bool) {
	n, i, o := v.packets+1, v.ipOctets+ip, v.octets+fresh
	if n == 0 || i < ip || o < fresh {
		return false
	}
	v.packets, v.ipOctets, v.octets = n, i, o
	return true
}

// Empty reports whether nothing was sent since a Total took what there was.
func (v *Volume) Empty() bool { return v.packets == 0 }

// Octets returns the payload octets since then.
func (v *Volume) Octets() uint32 { return v.octets }

// Total is what one end sent in all.
type Total struct {
	Packets  uint64 // datagrams
	IPOctets uint64 // octets of its IP datagrams, headers included
	Octets   uint64 // payload octets; TCP: distinct ones by sequence space
}

// Take moves what v holds.
func (t *Total) Take(v *Volume) {
	t.Packets += uint64(v.packets)
	t.IPOctets += uint64(v.ipOctets)
	t.Octets += uint64(v.octets)
	*v = Volume{}
}
