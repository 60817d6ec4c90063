package record

import (
	"net/netip"
	"testing"

	"onpath/anomaly"
	"onpath/check"
	"onpath/conn"
	"onpath/tcp"
)

// strange is telnet with two findings: one that was shown four times, of which one is
// kept, and a stronger one.
func strange() *Record {
	r := telnet()
	r.Closed = anomaly.GateTwoWay | anomaly.GateFullPacket
	at := check.Moment{Frame: 7, At: r.Start}
	r.Findings = []check.Finding{
		{ID: anomaly.ZeroWindow, Dir: tcp.Server, Severity: anomaly.Performance, Count: 4, First: at, Last: at, Kept: []check.Occurrence{
			{Moment: at, Accused: 7},
		}},
		{ID: anomaly.AckOfUnsentData, Severity: anomaly.Violation, Count: 1, First: at, Last: at, Kept: []check.Occurrence{
			{Moment: at, Accused: 5, Cause: anomaly.CausePath},
			{Moment: at, Accused: 6, Other: 3, Numbers: [6]int64{4000, 900, 3100}, Stacks: [2]conn.Stack{{State: conn.Established, SndNxt: 5}, {RcvScale: 7}}},
		}},
	}
	return r
}

// lost is a finding of a host, not of a connection.
func lost() *Finding {
	at := check.Moment{Frame: 9, At: telnet().Start}
	s := &check.Stray{
		Finding: check.Finding{ID: anomaly.TcpDataOffsetTooSmall, Severity: anomaly.Violation, Count: 2, First: at, Last: at},
		From:    netip.MustParseAddr("192.0.2.1").As16(), Numbers: [6]int64{4, 5},
	}
	return &Finding{Stray: s, Finding: &s.Finding}
}

// raising is seen with what it raised.
func raising() *Packet {
	p := seen()
	p.Raised = []check.Raised{{ID: anomaly.ZeroWindow, Severity: anomaly.Performance, Accused: 9, Count: 3}, {ID: anomaly.AckOfUnsentData, Severity: anomaly.Violation, Dir: tcp.Server, Cause: anomaly.CausePath, Accused: 5, Other: 3}}
	return p
}

func TestFindings(t *testing.T) {
	r := strange()
	f := &Finding{Record: r, Finding: &r.Findings[1]}
	for name, c := range map[string]struct{ got, want string }{
		"of":   {texts(whereColumns[2:], f), "client=192.168.2.10\nclient_port=1249\nserver=192.168.2.165\nserver_port=23\nhost=\n"},
		"what": {texts(columnsOf(findingGroups())[:10], f), "id=ack-of-unsent-data\nseverity=violation\nexplanation=none\ndir=client\nframe=6\nfirst_frame=7\nfirst_time=2001-02-03T20:06:32.845356000Z\nlast_frame=7\nlast_time=2001-02-03T20:06:32.845356000Z\ncount=1\n"},
		"occurrence": {texts(columnsOf(occurrenceGroups()), &occurrence{f.ID, false, &f.Kept[1]}), `frame=7
time=2001-02-03T20:06:32.845356000Z
accused=6
accused_too=3
explanation=none
numbers={"ack":4000,"over":900,"top":3100}
says=ACK 4000 is 900 octets beyond 3100, all that its peer had sent
client_stack={"state":"ESTABLISHED","iss":0,"snd_una":0,"snd_nxt":5,"snd_max":0,"snd_up":0,"snd_wl1":0,"snd_wl2":0,"snd_wnd":0,"irs":0,"rcv_nxt":0,"rcv_acked":0,"rcv_wnd":0,"rcv_up":0,"snd_scale":0,"rcv_scale":0}
server_stack={"state":"CLOSED","iss":0,"snd_una":0,"snd_nxt":0,"snd_max":0,"snd_up":0,"snd_wl1":0,"snd_wl2":0,"snd_wnd":0,"irs":0,"rcv_nxt":0,"rcv_acked":0,"rcv_wnd":0,"rcv_up":0,"snd_scale":0,"rcv_scale":7}
`},
		"of none": {texts(FindingColumns(), lost()), `conn=
community_id=
client=
client_port=
server=
server_port=
host=192.0.2.1
id=tcp-data-offset-too-small
severity=violation
explanation=none
dir=
frame=9
first_frame=9
first_time=2001-02-03T20:06:32.845356000Z
last_frame=9
last_time=2001-02-03T20:06:32.845356000Z
count=2
occurrences=[{"frame":9,"time":"2001-02-03T20:06:32.845356000Z","accused":9,"accused_too":null,"explanation":"none","numbers":{"words":4,"least":5},"says":"a data offset of 4 words; the header alone takes 5","client_stack":null,"server_stack":null}]
`},
		"gates":  {string(appendGates(nil, r)), `["two-way: packets of only one direction were seen","full-packet: packets were not captured whole"]`},
		"flat":   {texts(FlatColumns()[len(columns)-2:], r), "findings=zero-window,ack-of-unsent-data\ngates_closed=two-way,full-packet\n"},
		"raised": {string(appendRaised(nil, raising())), `[{"id":"zero-window","severity":"performance","explanation":"none","dir":"client","frame":9,"accused_too":null,"count":3},{"id":"ack-of-unsent-data","severity":"violation","explanation":"path","dir":"server","frame":5,"accused_too":3,"count":null}]`},
		"worst":  {string(appendWorst(nil, r)), "!! ack-of-unsent-data"},
	} {
		if c.got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, c.got, c.want)
		}
	}
	r.Findings = r.Findings[:1]
	if got := string(appendWorst(nil, r)); got != "zero-window x4" {
		t.Errorf("worst %q", got)
	}
	r.Findings = append(r.Findings, check.Finding{ID: anomaly.ZeroWindow, Severity: r.Findings[0].Severity, Dir: r.Findings[0].Dir ^ 1, Count: 3})
	if got := string(appendWorst(nil, r)); got != "zero-window x7" {
		t.Errorf("worst of both ends %q", got)
	}
}

// What nobody had sent is not missed, though it was acknowledged.
func TestMissed(t *testing.T) {
	for _, tt := range []struct {
		id    anomaly.ID
		dir   tcp.Dir
		cause anomaly.Cause
		want  uint64
	}{
		{anomaly.AckOfUnsentData, tcp.Client, anomaly.CauseNone, 0},
		{anomaly.AckOfUnsentData, tcp.Client, anomaly.CauseCapture, 100},
		{anomaly.AckOfUnsentData, tcp.Server, anomaly.CauseNone, 100},
		{anomaly.CaptureGap, tcp.Client, anomaly.CauseNone, 100},
	} {
		r := &Record{Findings: []check.Finding{{ID: tt.id, Dir: tt.dir, Cause: tt.cause}}}
		r.Side[tcp.Server].Repairs.Gap(100)
		if got := r.Missed(tcp.Server); got != tt.want {
			t.Errorf("%v: %d missed, want %d", tt, got, tt.want)
		}
	}
}
