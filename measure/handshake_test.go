package measure

import (
	"testing"

	"onpath/conn"
	"onpath/tcp"
)

// TestRecall: the SYN with which a record begins leaves what it does when it passes.
func TestRecall(t *testing.T) {
	s := tcp.Segment{At: 5e9, Seq: 1<<32 - 1, Flags: tcp.SYN, Opts: tcp.OptTimestamp, TSval: 7}
	var passed, recalled Handshake
	recalled.Recall(&s)
	if passed.Segment(&s, &conn.Step{Delivery: conn.New, Leads: true}, new(conn.Conn), new(conn.Conn), s.At); passed != recalled {
		t.Errorf("%+v, not %+v", recalled, passed)
	}
}
