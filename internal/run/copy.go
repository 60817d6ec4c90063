package run

import (
	"strings"

	"onpath/packet"
	"onpath/sink/pcapng"
)

// Pcapng is the format that copies the frames that were read, each with its time
// and both its lengths. Of a text, it makes a capture.
const Pcapng = "pcapng"

// fromText is what a reader of the copy must know about frames that a text told.
const fromText = "Built from lines of tcpdump. Octets of payload were not printed and are missing. Where a line told no TTL it is 64, " +
	"no identification 0, no checksum the one of a payload of zeros; numbers that it left out are what was due."

// frameCopy writes frames as they come. Errors are those of the output, which
// knows them.
type frameCopy struct {
	to         *pcapng.Writer
	interfaces map[origin]int
	packet     pcapng.Packet
}

// origin is what the frames of one interface of the copy have in common: which
// interface of the capture they came from is not known here.
type origin struct {
	link packet.LinkType
	text bool
}

// lineWriter passes on what is written, as a line of an output is.
type lineWriter func(line []byte)

func (w lineWriter) Write(b []byte) (int, error) {
	w(b)
	return len(b), nil
}

func openCopy(c *Config, out []func([]byte)) eyes {
	to, _ := pcapng.New(lineWriter(out[0]), pcapng.Section{Application: c.Version})
	return &frameCopy{to: to, interfaces: map[origin]int{}}
}

func (e *frameCopy) observe(f *packet.Frame) {
	e.packet = pcapng.Packet{Interface: e.number(origin{f.Link, f.Text != nil}), At: f.At, Data: f.Data, WireLen: f.WireLen}
	e.to.Write(&e.packet)
}

// number returns the interface of an origin; a new one is described first.
func (e *frameCopy) number(o origin) int {
	n, ok := e.interfaces[o]
	if !ok {
		i := pcapng.Interface{Link: o.link}
		if o.text {
			i.Comments = []string{fromText}
		}
		n, _ = e.to.AddInterface(i)
		e.interfaces[o] = n
	}
	return n
}

func (e *frameCopy) flush() {}

func (e *frameCopy) report(*strings.Builder) {}
