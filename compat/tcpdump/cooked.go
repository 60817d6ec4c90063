package tcpdump

import "encoding/binary"

// cookedTypes are the packet types of Linux cooked captures.
var cookedTypes = [...]string{"In", "B", "M", "P", "Out"}

func cookedType(t uint16) string {
	if int(t) < len(cookedTypes) {
		return cookedTypes[t]
	}
	return "?"
}

// cooked prints a Linux cooked header if asked, and what is behind it.
func (w *walk) cooked() bool {
	const size = 16
	if len(w.b) < size {
		return w.cut("linux_sll")
	}
	be, b, length := binary.BigEndian, w.b, w.wire
	f := familyOf(be.Uint16(b[14:]))
	if f == nil {
		return false
	}
	if w.config.Link {
		name := cookedType(be.Uint16(b))
		for range 3 - len(name) {
			w.put(" ")
		}
		w.put(name)
		w.hardware(b[6:14], int(be.Uint16(b[4:])))
		w.cookedType(f, length)
	}
	w.skip(size)
	return w.cookedTag(f)
}

// loopback is the number of the interface lo on every Linux.
const loopback = 1

// cooked2 prints the second version's, of which interface and direction stand in
// any line. tcpdump prints the name that the interface's number has on the machine
// where it runs, which need not be the one where the capture was made; this package
// names none but the loopback.
func (w *walk) cooked2() bool {
	const size = 20
	if len(w.b) < size {
		return w.cut("linux_sll2")
	}
	be, b, length := binary.BigEndian, w.b, w.wire
	f := familyOf(be.Uint16(b))
	if f == nil {
		return false
	}
	if be.Uint32(b[4:]) == loopback {
		w.put("lo    ")
	} else {
		w.put("?     ")
	}
	name := cookedType(uint16(b[10]))
	w.put(name)
	for range 4 - len(name) {
		w.put(" ")
	}
	if w.config.Link {
		w.num("ifindex ", uint64(be.Uint32(b[4:])))
		w.hardware(b[12:20], int(b[11]))
		w.cookedType(f, length)
	}
	w.skip(size)
	return w.cookedTag(f)
}

// hardware prints the sender's address, of so many octets if they are there.
func (w *walk) hardware(addr []byte, n int) {
	w.put(" ")
	if n > 0 && n <= len(addr) {
		w.out = append(appendMAC(w.out, addr[:n]), ' ')
	}
}

func (w *walk) cookedType(f *family, length uint32) {
	if w.config.Quick {
		return
	}
	w.family(f)
	w.num(", length ", uint64(length))
	w.put(": ")
}

// cookedTag goes on behind the header. Of a tag tcpdump prints what is behind it
// even if no header is asked for.
func (w *walk) cookedTag(f *family) bool {
	for f.ethertype == typeVLAN {
		if !w.deeper() {
			return false
		}
		if len(w.b) < 4 {
			return w.cut("vlan")
		}
		tci, next := binary.BigEndian.Uint16(w.b), familyOf(binary.BigEndian.Uint16(w.b[2:]))
		if next == nil {
			return false
		}
		if w.config.Link {
			w.tag(tci)
		}
		if !w.config.Quick {
			w.put("ethertype ")
			w.put(next.name)
			w.put(", ")
		}
		w.skip(4)
		f = next
	}
	return w.behind(f)
}
