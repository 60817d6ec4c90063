// Package text writes a packet as one line for people who read tcpdump: its
// line, with absolute numbers as under tcpdump -S and times in UTC, and behind a
// bar what onpath adds. A frame that could not be decoded has a line too. If
// asked, both virtual stacks follow each TCP packet.
package text

import (
	"io"
	"net/netip"
	"strconv"

	"onpath/anomaly"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// Config says what follows the lines. The zero Config: nothing.
type Config struct {
	Stacks bool           // both virtual stacks, below each TCP packet
	Local  []netip.Prefix // networks of the ends that the stacks call local; else that is the client
}

// Writer writes packets. It does not allocate per packet.
type Writer struct {
	out    io.Writer
	config Config
	line   []byte
	ends   [2]record.StackEnd // local, remote: of the packet being written
}

// New returns a Writer to out, which should be buffered.
func New(out io.Writer, c Config) *Writer { return &Writer{out: out, config: c} }

// Write writes one packet.
func (w *Writer) Write(p *record.Packet) error {
	line := record.AppendClock(w.line[:0], p.View.At, 6)
	if p.View.Why == packet.Decoded {
		line = appendPacket(line, p)
	} else {
		line = appendUndecoded(line, p)
	}
	line = appendVerdict(line, p)
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

func appendUndecoded(line []byte, p *record.Packet) []byte {
	why := p.View.Why
	line = append(line, " not decoded, "...)
	line = append(line, why.String()...)
	line = append(line, ": "...)
	line = append(line, why.Doc()...)
	line = appendCount(line, ", length ", p.View.WireLen)
	return appendRaised(line, p)
}

func appendPacket(line []byte, p *record.Packet) []byte {
	v := p.View
	line = append(line, families[v.Key.V6]...)
	line = appendEnd(line, v, v.FromB)
	line = append(line, " > "...)
	line = appendEnd(line, v, !v.FromB)
	line = append(line, ": "...)
	switch v.Key.Proto {
	case packet.ProtoTCP:
		line = appendTCP(line, v)
	case packet.ProtoICMP, packet.ProtoICMPv6:
		line = appendICMP(line, v)
	default:
		line = append(line, words[v.Key.Proto]...)
		if words[v.Key.Proto] == "" {
			line = record.AppendProto(line, v.Key.Proto)
		}
		line = appendCount(line, ", length ", v.L4Len)
	}
	return appendRemark(line, p)
}

var families = map[bool]string{false: " IP ", true: " IP6 "}

// words are tcpdump's names of protocols, where they are not the column's.
var words = [256]string{
	packet.ProtoUDP: "UDP", packet.ProtoSCTP: "sctp", packet.ProtoGRE: "GRE",
	packet.ProtoESP: "ESP", packet.ProtoAH: "AH", packet.ProtoUDPLite: "UDP-Lite",
}

// appendEnd appends an address, and its port behind a dot.
func appendEnd(line []byte, v *packet.View, b bool) []byte {
	addr, port := end(&v.Key, b)
	line = addr.AppendTo(line)
	if !hasPorts[v.Key.Proto] {
		return line
	}
	return strconv.AppendUint(append(line, '.'), uint64(port), 10)
}

func end(k *packet.Key, b bool) (netip.Addr, uint16) {
	if b {
		return k.AddrB(), k.BPort
	}
	return k.AddrA(), k.APort
}

// hasPorts are the protocols whose ports tcpdump prints.
var hasPorts = [256]bool{
	packet.ProtoTCP: true, packet.ProtoUDP: true, packet.ProtoUDPLite: true,
	packet.ProtoSCTP: true, packet.ProtoDCCP: true,
}

// appendRemark appends what onpath says of the packet.
func appendRemark(line []byte, p *record.Packet) []byte {
	line = append(line, " | conn "...)
	line = strconv.AppendUint(line, p.Conn, 10)
	if p.View.IsTCP() {
		for _, end := range [...]tcp.Dir{tcp.Client, tcp.Server} {
			line = append(append(line, ' '), end.String()...)
			line = append(append(line, ' '), p.State[end].String()...)
		}
	}
	if p.View.L4Sum == tcp.SumBad {
		line = append(line, ", bad checksum"...)
	}
	return appendRaised(line, p)
}

// appendRaised appends what the packet showed, each with its severity, and of which
// frame if it is another one; but for the ordinary events of a connection's life: flags
// and states tell those.
func appendRaised(line []byte, p *record.Packet) []byte {
	for i := range p.Raised {
		r := &p.Raised[i]
		if r.ID.Row().Family == anomaly.FamilyLifecycle {
			continue
		}
		line = append(append(line, ", "...), r.ID.String()...)
		if r.Accused != p.View.Number {
			line = strconv.AppendUint(append(line, " of frame "...), r.Accused, 10)
		}
		line = append(append(append(line, " ("...), r.Severity.String()...), ')')
	}
	return line
}

func appendCount[N uint8 | uint16 | uint32](line []byte, words string, n N) []byte {
	return strconv.AppendUint(append(line, words...), uint64(n), 10)
}
