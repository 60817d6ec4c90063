package text

import (
	"strconv"

	"onpath/anomaly"
	"onpath/check"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// appendRemarks appends what onpath says of the packet behind a bar, if it says
// anything. known is true where the line tells nothing of decoding.
func (w *Writer) appendRemarks(line []byte, p *record.Packet, known bool) []byte {
	start := len(line)
	line = append(line, " |"...)
	bar := len(line)
	line = w.appendConn(line, p)
	if known && p.View.Why != packet.Decoded {
		line = append(append(line, ", not decoded: "...), p.View.Why.String()...)
	}
	if p.View.L4Sum == tcp.SumBad {
		line = append(line, ", bad checksum"...)
	}
	line = appendVerdict(appendRaised(line, p), p)
	switch {
	case len(line) == bar:
		return line[:start]
	case line[bar] == ',': // nothing stands before the first comma
		line = append(line[:bar], line[bar+1:]...)
	}
	return line
}

// appendConn appends the connection's number, and where the line before has not shown
// them the states of its client and its server, or the one that both are in.
func (w *Writer) appendConn(line []byte, p *record.Packet) []byte {
	if p.Conn == 0 {
		return line
	}
	line = appendCount(line, " conn ", p.Conn)
	if !p.View.IsTCP() {
		return line
	}
	now := shown{p.Conn, p.State}
	if last := &w.shown[p.Conn%memory]; *last != now {
		*last = now
		line = append(append(line, ' '), p.State[tcp.Client].String()...)
		if p.State[tcp.Server] != p.State[tcp.Client] {
			line = append(append(line, '/'), p.State[tcp.Server].String()...)
		}
	}
	return line
}

// marks stand in front of what a packet showed, as in the table of connections.
var marks = [...]string{anomaly.Violation: "!! ", anomaly.Suspicious: "! "}

// appendRaised appends what the packet showed, and of which frame if it is another
// one; but for the ordinary events of a connection's life: flags and states tell
// those.
func appendRaised(line []byte, p *record.Packet) []byte {
	for i := range p.Raised {
		if r := &p.Raised[i]; r.ID.Row().Family != anomaly.FamilyLifecycle {
			line = appendFinding(line, r, p.View.Number)
		}
	}
	return line
}

func appendFinding(line []byte, r *check.Raised, frame uint64) []byte {
	line = append(line, ", "...)
	if int(r.Severity) < len(marks) {
		line = append(line, marks[r.Severity]...)
	}
	line = append(line, r.ID.String()...)
	if r.Accused != frame {
		line = appendCount(line, " of ", r.Accused)
	}
	return line
}

// appendCount appends words and a number.
func appendCount(line []byte, words string, n uint64) []byte {
	return strconv.AppendUint(append(line, words...), n, 10)
}
