package pcapng

import "onpath/packet"

// fromText is what a reader must know about frames that a text told.
const fromText = "Built from lines of tcpdump. Octets of payload were not printed and are missing. Where a line told no TTL it is 64, " +
	"no identification 0, no checksum the one of a payload of zeros; numbers that it left out are what was due."

// Origin is what frames have in common that can share an interface. Which interface of
// a capture they came from is not known.
type Origin struct {
	Link  packet.LinkType
	Built bool        // from printed lines
	Told  packet.Text // of those
}

// OriginOf returns that of a frame.
func OriginOf(f *packet.Frame) Origin {
	o := Origin{Link: f.Link, Built: f.Text != nil}
	if o.Built {
		o.Told = *f.Text
	}
	return o
}

// Interface describes it: what was made up can be read from it again.
func (o Origin) Interface() Interface {
	i := Interface{Link: o.Link}
	if o.Built {
		i.Description, i.Comments = o.Told.String(), []string{fromText}
	}
	return i
}
