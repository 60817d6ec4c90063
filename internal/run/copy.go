package run

import (
	"strings"

	"onpath/packet"
	"onpath/sink/pcapng"
)

// Pcapng is the format that copies the frames that were read, each with its time
// and both its lengths. Of a text, it makes a capture.
const Pcapng = "pcapng"

// frameCopy writes frames as they come. Errors are those of the output, which
// knows them.
type frameCopy struct {
	to         *pcapng.Writer
	interfaces map[pcapng.Origin]int
	packet     pcapng.Packet
}

// lineWriter passes on what is written, as a line of an output is.
type lineWriter func(line []byte)

func (w lineWriter) Write(b []byte) (int, error) {
	w(b)
	return len(b), nil
}

func openCopy(c *Config, out []func([]byte)) eyes {
	to, _ := pcapng.New(lineWriter(out[0]), pcapng.Section{Application: c.Version})
	return &frameCopy{to: to, interfaces: map[pcapng.Origin]int{}}
}

func (e *frameCopy) observe(f *packet.Frame) {
	e.packet = pcapng.Packet{Interface: e.number(pcapng.OriginOf(f)), At: f.At, Data: f.Data, WireLen: f.WireLen}
	e.to.Write(&e.packet)
}

// number returns the interface of an origin; a new one is described first.
func (e *frameCopy) number(o pcapng.Origin) int {
	n, ok := e.interfaces[o]
	if !ok {
		n, _ = e.to.AddInterface(o.Interface())
		e.interfaces[o] = n
	}
	return n
}

// describes reports whether a block is no frame, but tells what the file needs to know of
// those behind it.
func describes(_ uint64, block []byte) bool { return !pcapng.IsPacket(block) }

func (e *frameCopy) flush() {}

func (e *frameCopy) report(*strings.Builder) {}
