package record

import (
	"net/netip"

	"onpath/anomaly"
	"onpath/check"
	"onpath/conn"
	"onpath/tcp"
)

// srcCatalogue is where the columns of findings come from.
const srcCatalogue = "docs/anomalies.md"

// Finding is one of a Record's findings, or one that belongs to none, as a row of
// its own.
type Finding struct {
	Record *Record      // nil: it belongs to none, but to
	Stray  *check.Stray // whose Finding is
	*check.Finding
}

// FindingColumns returns the table of the columns of a Finding.
func FindingColumns() []Column[Finding] { return columnsOf(FindingGroups()) }

// FindingGroups returns the same in groups.
func FindingGroups() []Group[Finding] {
	return append([]Group[Finding]{{Columns: whereColumns}}, findingGroups()...)
}

// whereColumns say whose finding it is.
var whereColumns = []Column[Finding]{
	{"conn", Uint, "", "number of the record; null, as all addresses of the two ends, if it belongs to none", srcOnpath,
		ofRecord(func(dst []byte, r *Record) []byte { return appendUint(dst, r.Conn) })},
	{"community_id", String, "", "of the record", "Community ID v1",
		ofRecord(func(dst []byte, r *Record) []byte { return appendCommunityID(dst, &r.Key, r.senderIsB()) })},
	{"client", Addr, "", "address of the client", srcOnpath,
		ofRecord(func(dst []byte, r *Record) []byte { return appendAddr(dst, r.Addr(tcp.Client)) })},
	{"client_port", Uint, "", "its port", srcOnpath,
		ofRecord(func(dst []byte, r *Record) []byte { return appendUint(dst, uint64(r.Port(tcp.Client))) })},
	{"server", Addr, "", "address of the server", srcOnpath,
		ofRecord(func(dst []byte, r *Record) []byte { return appendAddr(dst, r.Addr(tcp.Server)) })},
	{"server_port", Uint, "", "its port", srcOnpath,
		ofRecord(func(dst []byte, r *Record) []byte { return appendUint(dst, uint64(r.Port(tcp.Server))) })},
	{"host", Addr, "", "address of the accused host, if the finding belongs to no record; null too if the capture is meant", srcOnpath, appendHost},
}

// ofRecord appends what value does, or nothing without a record.
func ofRecord(value func([]byte, *Record) []byte) func([]byte, *Finding) []byte {
	return func(dst []byte, f *Finding) []byte {
		if f.Record == nil {
			return dst
		}
		return value(dst, f.Record)
	}
}

func appendHost(dst []byte, f *Finding) []byte {
	if f.Stray == nil {
		return dst
	}
	host := netip.AddrFrom16(f.Stray.From)
	switch {
	case f.Stray.V6:
		return appendAddr(dst, host)
	case host.IsUnspecified():
		return dst
	}
	return appendAddr(dst, host.Unmap())
}

// findingGroups are the columns that a record's column findings has of each, too.
func findingGroups() []Group[Finding] {
	return []Group[Finding]{
		{State: namedState, Columns: namedColumns},
		{Own: shownInColumns},
		{State: countState, Columns: countColumns},
		{Own: occurrencesColumns},
	}
}

// namedColumns say what it is, and whose.
var namedColumns = []Column[Finding]{
	{"id", String, "", "name of the anomaly; onpath anomalies explains it", srcCatalogue,
		func(dst []byte, f *Finding) []byte { return append(dst, f.ID.String()...) }},
	{"severity", String, "", "violation, suspicious, performance, informational or capture-artifact: that of the anomaly, as far as the explanation leaves it", srcCatalogue,
		func(dst []byte, f *Finding) []byte { return append(dst, f.Severity.String()...) }},
	{"explanation", String, "", "the mildest that fits, of the occurrence with the strongest: none, endpoint, capture, path", srcOnpath,
		func(dst []byte, f *Finding) []byte { return append(dst, f.Cause.String()...) }},
	{"dir", String, "", "who is accused: client or server", srcOnpath,
		ofEnd(func(dst []byte, f *Finding) []byte { return append(dst, f.Dir.String()...) })},
}

// shownInColumns say in which frames it was shown.
func shownInColumns() []Column[Finding] {
	var last lastTime
	return []Column[Finding]{
		{"frame", Uint, "", "number of the accused frame, of the first occurrence with that explanation; often an earlier one than shows it", srcOnpath,
			func(dst []byte, f *Finding) []byte { return appendNonZero(dst, f.accused()) }},
		{"first_frame", Uint, "", "number of the frame that showed it first; null if none did, but the end of the record", srcOnpath,
			func(dst []byte, f *Finding) []byte { return appendNonZero(dst, f.First.Frame) }},
		{"first_time", Time, "", "its time", srcOnpath,
			func(dst []byte, f *Finding) []byte { return last.append(dst, f.First.At) }},
		{"last_frame", Uint, "", "number of the frame that showed it last", srcOnpath,
			func(dst []byte, f *Finding) []byte { return appendNonZero(dst, f.Last.Frame) }},
		{"last_time", Time, "", "its time", srcOnpath,
			func(dst []byte, f *Finding) []byte { return last.append(dst, f.Last.At) }},
	}
}

var countColumns = []Column[Finding]{
	{"count", Uint, "", "how often it was shown", srcOnpath,
		func(dst []byte, f *Finding) []byte { return appendUint(dst, f.Count) }},
}

func occurrencesColumns() []Column[Finding] {
	return []Column[Finding]{
		{"occurrences", JSON, "", "the first three times, with their numbers: an array of objects", srcOnpath, newOccurrencesText().append},
	}
}

// accused returns the frame that stands for the finding.
func (f *Finding) accused() uint64 {
	for i := range f.Kept {
		if f.Kept[i].Cause == f.Cause {
			return f.Kept[i].Accused
		}
	}
	return f.First.Frame
}

// ofEnd appends what value does, or nothing where there are no ends.
func ofEnd(value func([]byte, *Finding) []byte) func([]byte, *Finding) []byte {
	return func(dst []byte, f *Finding) []byte {
		if f.Stray != nil {
			return dst
		}
		return value(dst, f)
	}
}

// occurrence is one of a finding's as a row.
type occurrence struct {
	id    anomaly.ID
	stray bool // there are no stacks
	*check.Occurrence
}

// occurrenceGroups are its columns.
func occurrenceGroups() []Group[occurrence] {
	return []Group[occurrence]{
		{Columns: frameColumns}, {State: saysState, Columns: saysColumns}, {Own: stacksColumns},
	}
}

var frameColumns = []Column[occurrence]{
	{"frame", Uint, "", "number of the frame that showed it", srcOnpath,
		func(dst []byte, o *occurrence) []byte { return appendNonZero(dst, o.Frame) }},
	{"time", Time, "", "its time", srcOnpath,
		func(dst []byte, o *occurrence) []byte { return AppendTime(dst, o.At) }},
	{"accused", Uint, "", "number of the accused frame: the same, or an earlier one", srcOnpath,
		func(dst []byte, o *occurrence) []byte { return appendNonZero(dst, o.Accused) }},
}

var saysColumns = []Column[occurrence]{
	{"accused_too", Uint, "", "number of another frame of which nothing tells whether it is not the one; null if there is none", srcOnpath,
		func(dst []byte, o *occurrence) []byte { return appendNonZero(dst, o.Other) }},
	{"explanation", String, "", "the mildest that fits: none, endpoint, capture, path", srcOnpath,
		func(dst []byte, o *occurrence) []byte { return append(dst, o.Cause.String()...) }},
	{"numbers", JSON, "", "of the inequality, by name: octets, sequence numbers and counts; times in seconds; names of states and rows", srcCatalogue, appendNumbers},
	{"says", Text, "", "the inequality in words", srcCatalogue,
		func(dst []byte, o *occurrence) []byte { return check.AppendSentence(dst, o.id, o.Numbers) }},
}

// stacksColumns have both stacks.
func stacksColumns() []Column[occurrence] {
	object := NewObject(stackGroups)
	stack := func(end tcp.Dir) func([]byte, *occurrence) []byte {
		return func(dst []byte, o *occurrence) []byte {
			if o.stray {
				return dst
			}
			return object.Append(dst, &o.Stacks[end])
		}
	}
	return []Column[occurrence]{
		{"client_stack", JSON, "", "virtual stack of the client before the frame: an object; null without a record", srcTcpad, stack(tcp.Client)},
		{"server_stack", JSON, "", "the same of the server", srcTcpad, stack(tcp.Server)},
	}
}

// occurrencesText writes what is kept of findings.
type occurrencesText struct {
	object *Object[occurrence]
	row    occurrence // here so that it is not allocated
}

func newOccurrencesText() *occurrencesText {
	return &occurrencesText{object: NewObject(occurrenceGroups())}
}

// append appends what is kept of the finding; of one without a record the numbers of the
// first time are.
func (t *occurrencesText) append(dst []byte, f *Finding) []byte {
	kept := f.Kept
	if f.Stray != nil {
		kept = []check.Occurrence{{Moment: f.First, Accused: f.First.Frame, Cause: f.Cause, Numbers: f.Stray.Numbers}}
	}
	dst = append(dst, '[')
	for i := range kept {
		if i > 0 {
			dst = append(dst, ',')
		}
		t.row = occurrence{f.ID, f.Stray != nil, &kept[i]}
		dst = t.object.Append(dst, &t.row)
	}
	t.row = occurrence{}
	return append(dst, ']')
}

func appendNumbers(dst []byte, o *occurrence) []byte { return AppendNumbers(dst, o.id, o.Numbers) }

// AppendNumbers appends the numbers of an inequality, those of a check.Occurrence of a
// row, as a JSON object: by name, times in seconds, names of states and rows.
func AppendNumbers(dst []byte, id anomaly.ID, numbers [check.MaxNumbers]int64) []byte {
	mark := byte('{')
	for i, n := range check.Inequality(id) {
		dst = append(append(append(dst, mark, '"'), n.Name...), `":`...)
		switch n.Kind {
		case check.Span:
			dst = AppendSeconds(dst, numbers[i])
		case check.States:
			dst = append(append(append(dst, '"'), conn.Set(numbers[i]).String()...), '"')
		case check.Row:
			dst = append(append(append(dst, '"'), anomaly.ID(numbers[i]).String()...), '"')
		default:
			dst = appendInt(dst, numbers[i])
		}
		mark = ','
	}
	if mark == '{' {
		dst = append(dst, mark)
	}
	return append(dst, '}')
}

// raisedObject is what a packet raised. It remembers nothing.
var raisedObject = NewObject(Ungrouped(raisedColumns))

// stackGroups are the columns of a virtual stack; 0 stands for what is not known.
var stackGroups = []Group[conn.Stack]{{State: sendState, Columns: sendColumns}, {State: receiveState, Columns: receiveColumns}}

// sendColumns are what it sends by.
var sendColumns = []Column[conn.Stack]{
	{"state", String, "", "the state that it is presumed to be in", srcRFC,
		func(dst []byte, s *conn.Stack) []byte { return append(dst, s.State.String()...) }},
	{"iss", Uint, "", "initial send sequence number", srcRFC,
		func(dst []byte, s *conn.Stack) []byte { return appendUint(dst, uint64(s.ISS)) }},
	{"snd_una", Uint, "", "oldest number that was not seen acknowledged", srcRFC,
		func(dst []byte, s *conn.Stack) []byte { return appendUint(dst, uint64(s.SndUna)) }},
	{"snd_nxt", Uint, "", "end of all that it sent", srcRFC,
		func(dst []byte, s *conn.Stack) []byte { return appendUint(dst, uint64(s.SndNxt)) }},
	{"snd_max", Uint, "", "highest number of its stream that either end showed", srcTcpad,
		func(dst []byte, s *conn.Stack) []byte { return appendUint(dst, uint64(s.SndMax)) }},
	{"snd_up", Uint, "", "highest urgent pointer that it sent", srcRFC,
		func(dst []byte, s *conn.Stack) []byte { return appendUint(dst, uint64(s.SndUp)) }},
	{"snd_wl1", Uint, "", "SEQ of the segment that set snd_wnd", srcRFC,
		func(dst []byte, s *conn.Stack) []byte { return appendUint(dst, uint64(s.SndWL1)) }},
	{"snd_wl2", Uint, "", "ACK of that segment", srcRFC,
		func(dst []byte, s *conn.Stack) []byte { return appendUint(dst, uint64(s.SndWL2)) }},
	{"snd_wnd", Uint, "octets", "window that it was granted, scaled", srcRFC,
		func(dst []byte, s *conn.Stack) []byte { return appendUint(dst, uint64(s.SndWnd)) }},
}

// receiveColumns are what it receives by, and both shifts.
var receiveColumns = []Column[conn.Stack]{
	{"irs", Uint, "", "initial receive sequence number", srcRFC,
		func(dst []byte, s *conn.Stack) []byte { return appendUint(dst, uint64(s.IRS)) }},
	{"rcv_nxt", Uint, "", "next number that it waits for, if all that passed arrived", srcRFC,
		func(dst []byte, s *conn.Stack) []byte { return appendUint(dst, uint64(s.RcvNxt)) }},
	{"rcv_acked", Uint, "", "its highest ACK: so far all arrived for certain", srcOnpath,
		func(dst []byte, s *conn.Stack) []byte { return appendUint(dst, uint64(s.RcvAcked)) }},
	{"rcv_wnd", Uint, "octets", "window that it offers, scaled", srcRFC,
		func(dst []byte, s *conn.Stack) []byte { return appendUint(dst, uint64(s.RcvWnd)) }},
	{"rcv_up", Uint, "", "highest urgent pointer that passed towards it", srcRFC,
		func(dst []byte, s *conn.Stack) []byte { return appendUint(dst, uint64(s.RcvUp)) }},
	{"snd_scale", Uint, "", "shift of the windows that it receives, Snd.Wind.Shift", "RFC 7323 §2.2",
		func(dst []byte, s *conn.Stack) []byte { return appendUint(dst, uint64(s.SndScale)) }},
	{"rcv_scale", Uint, "", "shift of the windows that it sends, Rcv.Wind.Shift", "RFC 7323 §2.2",
		func(dst []byte, s *conn.Stack) []byte { return appendUint(dst, uint64(s.RcvScale)) }},
}
