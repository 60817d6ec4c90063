package evidence

import (
	"io"

	"onpath/packet"
	"onpath/sink/pcapng"
)

// Octets that pcapng puts around a frame, a comment, and at the beginning of a file with
// its interface, at most.
const (
	frameOverhead   = 40
	commentOverhead = 8
	fileOverhead    = 512
)

// size returns how large the capture becomes at most.
func (d *Dump) size(comments map[int][]string) int64 {
	n := int64(fileOverhead) + d.octets()
	for _, texts := range comments {
		for _, t := range texts {
			n += commentOverhead + int64(len(t))
		}
	}
	return n
}

// writeCapture writes the frames as pcapng, with an interface for each link type.
func (d *Dump) writeCapture(out io.Writer, version string, comments map[int][]string) error {
	w, err := pcapng.New(out, pcapng.Section{Application: version})
	if err != nil {
		return err
	}
	interfaces := map[packet.LinkType]int{}
	var data []byte
	for i := range d.frames {
		f := &d.frames[i]
		n, known := interfaces[f.link]
		if !known {
			if n, err = w.AddInterface(pcapng.Interface{Link: f.link}); err != nil {
				return err
			}
			interfaces[f.link] = n
		}
		data = append(data[:0], make([]byte, f.length)...)
		d.ring.read(f.from, data)
		if err := w.Write(&pcapng.Packet{Interface: n, At: f.at, Data: data, WireLen: f.wire, Comments: comments[i]}); err != nil {
			return err
		}
	}
	return nil
}
