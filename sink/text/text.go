// Package text writes a packet as one line for people who read tcpdump: its line
// (compat/tcpdump), and behind a bar what onpath adds, shortly: the connection's
// number, the states of both ends where they are others than in the line before of
// that connection, what was found, and if it was asked the verdict of a firewall.
// A frame of which tcpdump would print no IP has a line too. If asked, both virtual
// stacks follow each TCP packet.
package text

import (
	"io"
	"net/netip"

	"onpath/compat/tcpdump"
	"onpath/conn"
	"onpath/packet"
	"onpath/record"
)

// Config says what the lines are and what follows them. The zero Config: tcpdump
// -n with times in UTC and remarks.
type Config struct {
	Line      tcpdump.Config
	NoRemarks bool           // tcpdump's line alone
	Stacks    bool           // both virtual stacks, below each TCP packet
	Local     []netip.Prefix // networks of the ends that the stacks call local; else that is the client
}

// Writer writes packets. It does not allocate per packet.
type Writer struct {
	out     io.Writer
	config  Config
	printer *tcpdump.Printer
	line    []byte
	ends    [2]record.StackEnd // local, remote: of the packet being written
	shown   [memory]shown      // by the connection's number
}

// memory is how many connections' last states are remembered. One that another has
// pushed out has its states shown again.
const memory = 4096

// shown are the states that stand behind a connection's last line that has some.
type shown struct {
	conn  uint64
	state [2]conn.State
}

// New returns a Writer to out, which should be buffered.
func New(out io.Writer, c Config) *Writer {
	return &Writer{out: out, config: c, printer: tcpdump.New(c.Line)}
}

// Write writes one packet.
func (w *Writer) Write(p *record.Packet) error {
	line := w.printer.AppendHead(w.line[:0], p.View)
	line, known := w.printer.AppendPacket(line, p.View)
	if !known {
		line = appendUnknown(line, p.View)
	}
	if !w.config.NoRemarks {
		line = w.printer.AppendInner(line, p.View)
		line = w.appendRemarks(line, p, known)
	}
	line = append(line, '\n')
	if w.config.Stacks && p.Live != nil {
		line = w.appendStacks(line, p)
	}
	w.line = line
	_, err := w.out.Write(w.line)
	return err
}

// End does nothing: no line is held back.
func (w *Writer) End() error { return nil }

// appendUnknown appends why a frame is not decoded.
func appendUnknown(line []byte, v *packet.View) []byte {
	line = append(line, "not decoded, "...)
	line = append(line, v.Why.String()...)
	line = append(line, ": "...)
	line = append(line, v.Why.Doc()...)
	return appendCount(line, ", length ", uint64(v.WireLen))
}
