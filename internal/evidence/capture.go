package evidence

import (
	"io"

	"onpath/sink/pcapng"
)

// Octets that pcapng puts around a frame, a comment, at the beginning of a file, and
// before the first frame of an origin, at most.
const (
	frameOverhead   = 40
	commentOverhead = 8
	fileOverhead    = 512
	originOverhead  = 512
)

// size returns how large the capture becomes at most.
func (d *Dump) size(comments map[int][]string) int64 {
	n := int64(fileOverhead) + d.octets() + int64(len(d.origins()))*originOverhead
	for _, texts := range comments {
		for _, t := range texts {
			n += commentOverhead + int64(len(t))
		}
	}
	return n
}

// origins returns those of the frames.
func (d *Dump) origins() map[pcapng.Origin]bool {
	all := map[pcapng.Origin]bool{}
	for i := range d.frames {
		all[d.frames[i].origin] = true
	}
	return all
}

// writeCapture writes the frames as pcapng, with an interface for each origin.
func (d *Dump) writeCapture(out io.Writer, version string, comments map[int][]string) error {
	w, err := pcapng.New(out, pcapng.Section{Application: version})
	if err != nil {
		return err
	}
	interfaces := map[pcapng.Origin]int{}
	var data []byte
	for i := range d.frames {
		f := &d.frames[i]
		n, known := interfaces[f.origin]
		if !known {
			if n, err = w.AddInterface(f.origin.Interface()); err != nil {
				return err
			}
			interfaces[f.origin] = n
		}
		data = append(data[:0], make([]byte, f.length)...)
		d.ring.read(f.from, data)
		if err := w.Write(&pcapng.Packet{Interface: n, At: f.at, Data: data, WireLen: f.wire, Comments: comments[i]}); err != nil {
			return err
		}
	}
	return nil
}
