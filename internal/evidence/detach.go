package evidence

import "unsafe"

// Memory returns how many octets a dump takes of its own when it is detached.
func (d *Dump) Memory() int64 {
	n := int64(unsafe.Sizeof(Dump{})) + int64(len(d.Findings))*int64(unsafe.Sizeof(Finding{})) + d.octets()
	return n + int64(len(d.frames))*int64(unsafe.Sizeof(kept{}))
}

// Detach gives a dump frames of its own, so that it stays valid while its Keeper goes on,
// in another goroutine too.
func (d *Dump) Detach() {
	own := &ring{}
	for i := range d.frames {
		own.size += uint64(d.frames[i].length)
	}
	frames := append(make([]kept, 0, len(d.frames)), d.frames...)
	var data []byte
	for i := range frames {
		f := &frames[i]
		data = append(data[:0], make([]byte, f.length)...)
		d.ring.read(f.from, data)
		own.write(own.head, data)
		f.from = own.head
		own.head += uint64(f.length)
	}
	d.frames, d.ring = frames, own
}
