package conn_test

import (
	"testing"

	"onpath/conn"
	"onpath/internal/segtext"
)

func TestAssured(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		want int // segment with which it is; 0: it is not
	}{
		"handshake": {`
			0 > S 100:100(0) win 1000
			1 < S. 300:300(0) ack 101 win 1000
			2 > . 101:101(0) ack 301 win 1000`, 3},
		"SYN,ACK that nobody answers": {`
			0 > S 100:100(0) win 1000
			1 < S. 300:300(0) ack 101 win 1000
			2 < S. 300:300(0) ack 101 win 1000`, 0},
		"refused": {`
			0 > S 100:100(0) win 1000
			1 < R. 0:0(0) ack 101 win 0`, 0},
		"SYN,ACK that a RST answers": {`
			0 > S. 100:100(0) ack 5 win 1000
			1 < R 5:5(0) win 0`, 0},
		"ACK that a RST answers": {`
			0 > . 100:100(0) ack 300 win 1000
			1 < R 300:300(0) win 0`, 0},
		"data that a RST answers": {`
			0 > P. 100:200(100) ack 300 win 1000
			1 < R. 300:300(0) ack 200 win 0`, 0},
		"one end": {`
			0 > S 100:100(0) win 1000
			1 > . 101:101(0) ack 301 win 1000
			2 > P. 101:201(100) ack 301 win 1000
			3 > . 201:201(0) ack 1301 win 1000`, 0},
		"joined late, octets and their ACK": {`
			0 > P. 100:200(100) ack 300 win 1000
			1 < . 300:300(0) ack 200 win 1000`, 2},
		"joined late, octets both ways": {`
			0 > P. 100:200(100) ack 300 win 1000
			1 < P. 300:400(100) ack 200 win 1000
			2 > . 200:200(0) ack 400 win 1000`, 2},
		"joined late, an ACK and octets": {`
			0 > . 100:100(0) ack 300 win 1000
			1 < P. 300:400(100) ack 100 win 1000
			2 > . 100:100(0) ack 400 win 1000`, 2},
		"ACKs that do not fit": {`
			0 > . 100:100(0) ack 300 win 1000
			1 < . 3000000000:3000000000(0) ack 2000000000 win 1000`, 0},
		"without a FIN's answer": {`
			0 > F. 100:100(0) ack 300 win 1000`, 0},
	} {
		segs, err := segtext.Parse(tt.text)
		if err != nil {
			t.Fatal(err)
		}
		var tracker conn.Tracker
		var c conn.Conn
		got := 0
		for i := range segs {
			tracker.Observe(&c, &segs[i])
			if c.Assured() && got == 0 {
				got = i + 1
			}
		}
		if got != tt.want {
			t.Errorf("%s: assured with segment %d, not %d", name, got, tt.want)
		}
	}
}
