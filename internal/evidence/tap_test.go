package evidence

import (
	"encoding/binary"
	"testing"

	"onpath/anomaly"
	"onpath/check"
	"onpath/flow"
	"onpath/internal/segtext"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// tap lets frames pass a table and a Keeper, as run does.
type tap struct {
	t       testing.TB
	decoder *packet.Decoder
	table   *flow.Table
	keeper  *Keeper
	frame   packet.Frame
	view    [1]packet.View
	dumps   []*Dump // all that were handed over
	refuse  bool    // what is handed over is not written
}

func newTap(t testing.TB, c Config) *tap {
	p := &tap{t: t, decoder: packet.NewDecoder(packet.Config{NoChecksums: true})}
	p.keeper = New(c, func(d *Dump) bool {
		p.dumps = append(p.dumps, d)
		return !p.refuse
	})
	p.table = flow.New(flow.Config{Rules: check.Config{Overlap: 1 << 16}}, func(r *record.Record) { p.keeper.Close(r.End, p.table.Owner()) })
	return p
}

// play lets a conversation pass, whose client has that port.
func (p *tap) play(port uint16, text string) {
	p.t.Helper()
	lines, err := segtext.ParseLines(text)
	if err != nil {
		p.t.Fatal(err)
	}
	for i := range lines {
		p.pass(lines[i].At, withPort(&lines[i], port))
	}
}

// withPort returns a line as a frame.
func withPort(l *segtext.Line, port uint16) []byte {
	data := l.Frame()
	at := 34 // of the sender's port
	if l.ICMP != 0 {
		at = 34 + 8 + 20 // of that of who sent what is quoted
	}
	if l.Dir == tcp.Server {
		at += 2
	}
	binary.BigEndian.PutUint16(data[at:], port)
	return data
}

// pass lets a frame pass.
func (p *tap) pass(at int64, data []byte) {
	p.frame = packet.Frame{Number: p.frame.Number + 1, At: at, Link: packet.LinkEthernet, Data: data, WireLen: uint32(len(data))}
	p.decoder.Decode(&p.frame, &p.view[0])
	p.observe(&p.frame)
}

// observe gives the frame that was decoded to both.
func (p *tap) observe(f *packet.Frame) {
	p.table.ObserveEach(p.view[:], func(int) { p.keeper.Observe(f, &p.view[0], p.table.Owner()) })
}

// end ends the capture, and returns the dumps.
func (p *tap) end() []*Dump {
	p.table.Flush()
	p.keeper.Flush()
	return p.dumps
}

// numbers returns the numbers of a dump's frames.
func (d *Dump) numbers() (list []uint64) {
	for _, f := range d.frames {
		list = append(list, f.number)
	}
	return list
}

// ids returns the names of a dump's findings.
func (d *Dump) ids() (list []anomaly.ID) {
	for _, f := range d.Findings {
		list = append(list, f.ID)
	}
	return list
}

const (
	opening = `
		0.00 > S  100:100(0) win 1000
		0.01 < S. 300:300(0) ack 101 win 1000
		0.02 > .  101:101(0) ack 301 win 1000`
	// strange is suspicious: xmas-flags-segment.
	strange = `
		0.03 > FPU. 101:101(0) ack 301 win 1000`
)

func parsed(t testing.TB, text string) segtext.Line {
	t.Helper()
	lines, err := segtext.ParseLines(text)
	if err != nil || len(lines) != 1 {
		t.Fatal(lines, err)
	}
	return lines[0]
}
