package evidence

import (
	"encoding/json"

	"onpath/record"
	"onpath/tcp"
)

// report is a dump as JSON.
type report struct {
	Version  string   `json:"version"`
	Pcap     string   `json:"pcap"`  // path of the related capture
	Error    string   `json:"error"` // the worst finding as a message
	Conn     *uint64  `json:"conn"`  // null: the packets belong to no connection
	Client   *address `json:"client"`
	Server   *address `json:"server"`
	Packets  int      `json:"packets"`       // in the capture
	Gone     uint64   `json:"gone"`          // packets of the connection that are not in the capture
	More     uint64   `json:"more_findings"` // that there was no room for
	Findings []shown  `json:"findings"`
}

type address struct {
	IP   string `json:"ip"`
	Port uint16 `json:"port"`
}

// shown is a finding as JSON.
type shown struct {
	ID            string          `json:"id"`
	Severity      string          `json:"severity"`
	Explanation   string          `json:"explanation"`
	Dir           *string         `json:"dir"`            // who is accused; null without a connection
	Time          string          `json:"time"`           // of the packet that showed it
	Frame         *uint64         `json:"frame"`          // its number in the capture that was read; null: the end of the record showed it
	Packet        *int            `json:"packet"`         // its number in the dump; null: it is not kept
	Accused       uint64          `json:"accused"`        // number of the accused frame
	AccusedPacket *int            `json:"accused_packet"` // in the dump
	AccusedToo    *uint64         `json:"accused_too"`
	Count         uint64          `json:"count"` // how often it was shown by then
	Says          string          `json:"says"`
	Numbers       json.RawMessage `json:"numbers"`
	Local         json.RawMessage `json:"local"` // stack of the end called local, before the packet, in the names of the text; null without a connection
	Remote        json.RawMessage `json:"remote"`
}

// json returns the same as text, for programs, and each finding's own stacks.
func (d *Dump) json(version, capture string) []byte {
	r := report{Version: version, Pcap: capture, Error: d.Worst().message(), Packets: d.Frames(), Gone: d.Gone, More: d.More}
	if o := &d.Owner; o.Conn != 0 {
		r.Conn = &o.Conn
		r.Client, r.Server = addressOf(o, tcp.Client), addressOf(o, tcp.Server)
	}
	for i := range d.Findings {
		r.Findings = append(r.Findings, d.finding(&d.Findings[i]))
	}
	b, err := json.MarshalIndent(&r, "", "  ")
	if err != nil {
		panic(err) // its types have no way to fail
	}
	return append(b, '\n')
}

func addressOf(o *record.Owner, end tcp.Dir) *address {
	return &address{o.Addr(end).String(), o.Port(end)}
}

func (d *Dump) finding(f *Finding) shown {
	s := shown{
		ID: f.ID.String(), Severity: f.Severity.String(), Explanation: f.Cause.String(), Time: string(record.AppendTime(nil, f.At)),
		Frame: nonZero(f.Frame), Packet: nonZero(d.Number(f.Frame)),
		Accused: f.Accused, AccusedPacket: nonZero(d.Number(f.Accused)), AccusedToo: nonZero(f.Other),
		Count: f.Count, Says: f.says(), Numbers: record.AppendNumbers(nil, f.ID, f.Numbers),
	}
	if f.Known {
		dir := f.Dir.String()
		s.Dir = &dir
		s.Local, s.Remote = record.AppendStackObject(nil, &f.Ends[0]), record.AppendStackObject(nil, &f.Ends[1])
	}
	return s
}

// nonZero returns a pointer to n, or nil for 0.
func nonZero[N int | uint64](n N) *N {
	if n == 0 {
		return nil
	}
	return &n
}
