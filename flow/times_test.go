package flow

import (
	"strings"
	"testing"

	"onpath/record"
)

// told returns those columns of a conversation's only record whose names begin with
// one of some prefixes, and are not null.
func told(t *testing.T, text string, prefixes ...string) string {
	t.Helper()
	var b strings.Builder
	n := 0
	table := New(Config{}, func(r *record.Record) {
		n++
		for _, c := range record.Columns() {
			value := string(c.Append(nil, r))
			for _, p := range prefixes {
				if strings.HasPrefix(c.Name, p) && value != "" {
					b.WriteString(c.Name + "=" + value + " ")
				}
			}
		}
	})
	for _, v := range views(t, 40000, text) {
		table.Observe(v)
	}
	table.Flush()
	if n != 1 {
		t.Errorf("%d records", n)
	}
	return strings.TrimSpace(b.String())
}

func TestHandshakeTimes(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"both sides": {open3, "rtt_handshake=0.02 rtt_handshake_client=0.01 rtt_handshake_server=0.01"},
		"no answer":  {"0 > S 100:100(0)", ""},
		"a SYN sent again": {`
			0.0 > S 100:100(0)
			1.0 > S 100:100(0)
			1.2 < S. 300:300(0) ack 101
			1.3 > . 101:101(0) ack 301`, "rtt_handshake_client=0.1"},
		"a SYN sent again, and the answer echoes the last": {`
			0.0 > S 100:100(0) <TS val 10 ecr 0>
			1.0 > S 100:100(0) <TS val 1010 ecr 0>
			1.2 < S. 300:300(0) ack 101 <TS val 50 ecr 1010>
			1.3 > . 101:101(0) ack 301 <TS val 1310 ecr 50>`, "rtt_handshake=0.3 rtt_handshake_client=0.1 rtt_handshake_server=0.2"},
		"a SYN sent again, and the answer echoes the first, as its repetition would": {`
			0.0 > S 100:100(0) <TS val 10 ecr 0>
			1.0 > S 100:100(0) <TS val 1010 ecr 0>
			1.2 < S. 300:300(0) ack 101 <TS val 50 ecr 10>
			1.3 > . 101:101(0) ack 301 <TS val 1310 ecr 50>`, "rtt_handshake_client=0.1"},
		"a SYN sent again within a tick of the clock": {`
			0.0 > S 100:100(0) <TS val 10 ecr 0>
			1.0 > S 100:100(0) <TS val 10 ecr 0>
			1.2 < S. 300:300(0) ack 101 <TS val 50 ecr 10>
			1.3 > . 101:101(0) ack 301 <TS val 11 ecr 50>`, "rtt_handshake_client=0.1"},
		"a SYN,ACK sent again": {`
			0.0 > S 100:100(0)
			0.2 < S. 300:300(0) ack 101
			1.2 < S. 300:300(0) ack 101
			1.3 > . 101:101(0) ack 301`, "rtt_handshake_server=0.2"},
		"a SYN,ACK sent again, and the ACK echoes the last": {`
			0.0 > S 100:100(0) <TS val 10 ecr 0>
			0.2 < S. 300:300(0) ack 101 <TS val 50 ecr 10>
			1.2 < S. 300:300(0) ack 101 <TS val 1050 ecr 10>
			1.3 > . 101:101(0) ack 301 <TS val 1310 ecr 1050>`, "rtt_handshake=0.3 rtt_handshake_client=0.1 rtt_handshake_server=0.2"},
		"the ACK waited for octets": {`
			0.0 > S 100:100(0)
			0.2 < S. 300:300(0) ack 101
			0.9 > P. 101:111(10) ack 301`, "rtt_handshake_server=0.2"},
		"the ACK did not pass": {`
			0.0 > S 100:100(0)
			0.2 < S. 300:300(0) ack 101
			0.4 < P. 301:311(10) ack 101
			0.9 > . 101:101(0) ack 311`, "rtt_handshake_server=0.2"},
		"refused":             {"0 > S 100:100(0)\n0.1 < R. 0:0(0) ack 101 win 0", ""},
		"mid-stream":          {"0 > P. 101:111(10) ack 301\n0.1 < . 301:301(0) ack 111", ""},
		"one way":             {"0 > S 100:100(0)\n0.3 > . 101:101(0) ack 301", ""},
		"from the SYN,ACK on": {"0 < S. 300:300(0) ack 101\n0.3 > . 101:101(0) ack 301", "rtt_handshake_client=0.3"},
		"both open": {`
			0.0 > S 100:100(0)
			0.1 < S 300:300(0)
			0.2 > S. 100:100(0) ack 301
			0.3 < S. 300:300(0) ack 101`, ""},
		"a clock that steps back": {`
			5.0 > S 100:100(0)
			4.0 < S. 300:300(0) ack 101
			4.1 > . 101:101(0) ack 301`, ""},
	} {
		if got := told(t, tt.text, "rtt_handshake"); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, tt.want)
		}
	}
}

// open2 is a connection open at 0.02 s, 10 ms to either side of us.
const open2 = `
0.00 > S  100:100(0) win 60000
0.01 < S. 300:300(0) ack 101 win 60000
0.02 > .  101:101(0) ack 301 win 60000
`

// open2TS is the same with timestamps.
const open2TS = `
0.00 > S  100:100(0) win 60000 <mss 1460,TS val 1000 ecr 0>
0.01 < S. 300:300(0) ack 101 win 60000 <mss 1460,TS val 5000 ecr 1000>
0.02 > .  101:101(0) ack 301 win 60000 <TS val 1020 ecr 5000>
`

func TestRoundTrips(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"a request and its ACK": {open2 + `
			1.00 > P. 101:201(100) ack 301 win 60000
			1.03 < .  301:301(0) ack 201 win 60000`,
			"rtt_client_samples=0 rtt_client_stamped=0 rtt_server_samples=1 rtt_server_stamped=0 rtt_server_min=0.03 rtt_server_mean=0.03 rtt_server_p95=0.03 rtt_server_max=0.03"},
		"both ways": {open2 + `
			1.00 > P. 101:201(100) ack 301 win 60000
			1.03 < P. 301:401(100) ack 201 win 60000
			1.07 > .  201:201(0) ack 401 win 60000`,
			"rtt_client_samples=1 rtt_client_stamped=0 rtt_client_min=0.04 rtt_client_mean=0.04 rtt_client_p95=0.04 rtt_client_max=0.04 " +
				"rtt_server_samples=1 rtt_server_stamped=0 rtt_server_min=0.03 rtt_server_mean=0.03 rtt_server_p95=0.03 rtt_server_max=0.03"},
		"a lost ACK and then one of all: of the last segment": {open2 + `
			1.00 > P. 101:201(100) ack 301 win 60000
			1.10 > P. 201:301(100) ack 301 win 60000
			1.13 < .  301:301(0) ack 301 win 60000`,
			"rtt_client_samples=0 rtt_client_stamped=0 rtt_server_samples=1 rtt_server_stamped=0 rtt_server_min=0.03 rtt_server_mean=0.03 rtt_server_p95=0.03 rtt_server_max=0.03"},
		"octets sent again, without timestamps": {open2 + `
			1.00 > P. 101:201(100) ack 301 win 60000
			1.30 > P. 101:201(100) ack 301 win 60000
			1.33 < .  301:301(0) ack 201 win 60000`,
			"rtt_client_samples=0 rtt_client_stamped=0 rtt_server_samples=0 rtt_server_stamped=0"},
		"octets sent again, and the next ones": {open2 + `
			1.00 > P. 101:201(100) ack 301 win 60000
			1.30 > P. 101:201(100) ack 301 win 60000
			1.33 < .  301:301(0) ack 201 win 60000
			1.40 > P. 201:301(100) ack 301 win 60000
			1.45 < .  301:301(0) ack 301 win 60000`,
			"rtt_client_samples=0 rtt_client_stamped=0 rtt_server_samples=1 rtt_server_stamped=0 rtt_server_min=0.05 rtt_server_mean=0.05 rtt_server_p95=0.05 rtt_server_max=0.05"},
		"octets sent again, and the ACK echoes these": {open2TS + `
			1.00 > P. 101:201(100) ack 301 win 60000 <TS val 2000 ecr 5000>
			1.30 > P. 101:201(100) ack 301 win 60000 <TS val 2300 ecr 5000>
			1.33 < .  301:301(0) ack 201 win 60000 <TS val 6330 ecr 2300>`,
			"rtt_client_samples=0 rtt_client_stamped=0 rtt_server_samples=1 rtt_server_stamped=1 rtt_server_min=0.03 rtt_server_mean=0.03 rtt_server_p95=0.03 rtt_server_max=0.03"},
		"octets sent again in vain, and the ACK echoes the first": {open2TS + `
			1.00 > P. 101:201(100) ack 301 win 60000 <TS val 2000 ecr 5000>
			1.30 > P. 101:201(100) ack 301 win 60000 <TS val 2300 ecr 5000>
			1.31 < .  301:301(0) ack 201 win 60000 <TS val 6310 ecr 2000>`,
			"rtt_client_samples=0 rtt_client_stamped=0 rtt_server_samples=1 rtt_server_stamped=1 rtt_server_min=0.31 rtt_server_mean=0.31 rtt_server_p95=0.31 rtt_server_max=0.31"},
		"octets sent again within a tick of a coarse clock": {open2TS + `
			1.00 > P. 101:201(100) ack 301 win 60000 <TS val 2000 ecr 5000>
			1.30 > P. 101:201(100) ack 301 win 60001 <TS val 2000 ecr 5000>
			1.33 < .  301:301(0) ack 201 win 60000 <TS val 5001 ecr 2000>`,
			"rtt_client_samples=0 rtt_client_stamped=0 rtt_server_samples=0 rtt_server_stamped=0"},
		"two segments of which the first is late": {open2 + `
			1.00 > P. 201:301(100) ack 301 win 60000
			1.01 > P. 101:201(100) ack 301 win 60000
			1.05 < .  301:301(0) ack 301 win 60000`,
			"rtt_client_samples=0 rtt_client_stamped=0 rtt_server_samples=0 rtt_server_stamped=0"},
		"a copy that the path made": {open2 + `
			1.00 > P. 101:201(100) ack 301 win 60000 id 7 ttl 60
			1.01 > P. 101:201(100) ack 301 win 60000 id 7 ttl 60
			1.05 < .  301:301(0) ack 201 win 60000`,
			"rtt_client_samples=0 rtt_client_stamped=0 rtt_server_samples=0 rtt_server_stamped=0"},
		"a copy that the capture made": {open2 + `
			1.00 > P. 101:201(100) ack 301 win 60000 id 7 ttl 60
			1.0001 > P. 101:201(100) ack 301 win 60000 id 7 ttl 60
			1.05 < .  301:301(0) ack 201 win 60000`,
			"rtt_client_samples=0 rtt_client_stamped=0 rtt_server_samples=1 rtt_server_stamped=0 rtt_server_min=0.05 rtt_server_mean=0.05 rtt_server_p95=0.05 rtt_server_max=0.05"},
		"an ACK of octets that did not pass": {open2 + `
			1.00 > P. 101:201(100) ack 301 win 60000
			1.05 < .  301:301(0) ack 301 win 60000`,
			"rtt_client_samples=0 rtt_client_stamped=0 rtt_server_samples=0 rtt_server_stamped=0"},
		"a keep-alive": {open2 + `
			1.00 > P. 101:201(100) ack 301 win 60000
			1.03 < .  301:301(0) ack 201 win 60000
			9.00 > .  200:200(0) ack 301 win 60000
			9.50 < .  301:301(0) ack 201 win 60000`,
			"rtt_client_samples=0 rtt_client_stamped=0 rtt_server_samples=1 rtt_server_stamped=0 rtt_server_min=0.03 rtt_server_mean=0.03 rtt_server_p95=0.03 rtt_server_max=0.03"},
		"an octet into a closed window": {open2 + `
			1.00 > P. 101:201(100) ack 301 win 60000
			1.03 < .  301:301(0) ack 201 win 0
			2.00 > .  201:202(1) ack 301 win 60000
			5.00 < .  301:301(0) ack 202 win 60000`,
			"rtt_client_samples=0 rtt_client_stamped=0 rtt_server_samples=1 rtt_server_stamped=0 rtt_server_min=0.03 rtt_server_mean=0.03 rtt_server_p95=0.03 rtt_server_max=0.03"},
		"mid-stream": {`
			1.00 > P. 101:201(100) ack 301 win 60000
			1.03 < P. 301:401(100) ack 201 win 60000
			1.10 > P. 201:301(100) ack 401 win 60000
			1.14 < .  401:401(0) ack 301 win 60000`,
			"rtt_client_samples=1 rtt_client_stamped=0 rtt_client_min=0.07 rtt_client_mean=0.07 rtt_client_p95=0.07 rtt_client_max=0.07 " +
				"rtt_server_samples=1 rtt_server_stamped=0 rtt_server_min=0.04 rtt_server_mean=0.04 rtt_server_p95=0.04 rtt_server_max=0.04"},
		"one way": {"1.00 > P. 101:201(100) ack 301\n1.1 > P. 201:301(100) ack 301", ""},
		"a clock that steps back": {open2 + `
			1.00 > P. 101:201(100) ack 301 win 60000
			0.50 < .  301:301(0) ack 201 win 60000`,
			"rtt_client_samples=0 rtt_client_stamped=0 rtt_server_samples=0 rtt_server_stamped=0"},
		"a clock that leaps": {open2 + `
			1.00 > P. 101:201(100) ack 301 win 60000
			500.0 < .  301:301(0) ack 201 win 60000`,
			"rtt_client_samples=0 rtt_client_stamped=0 rtt_server_samples=0 rtt_server_stamped=0"},
	} {
		if got := told(t, tt.text, "rtt_client_", "rtt_server_"); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, tt.want)
		}
	}
}

func TestSmoothed(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"only the handshake": {open2, "srtt_client=0.01 rttvar_client=0.005 srtt_server=0.01 rttvar_server=0.005"},
		"and a segment": {open2 + `
			1.000 > P. 101:201(100) ack 301 win 60000
			1.018 < .  301:301(0) ack 201 win 60000`,
			"srtt_client=0.01 rttvar_client=0.005 srtt_server=0.011 rttvar_server=0.00575"},
		"of the first segment that an ACK covers": {open2 + `
			1.000 > P. 101:201(100) ack 301 win 60000
			1.010 > P. 201:301(100) ack 301 win 60000
			1.018 < .  301:301(0) ack 301 win 60000`,
			"srtt_client=0.01 rttvar_client=0.005 srtt_server=0.011 rttvar_server=0.00575"},
		"nothing": {"1 > P. 101:201(100) ack 301", ""},
	} {
		if got := told(t, tt.text, "srtt", "rttvar"); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, tt.want)
		}
	}
}

func TestResponseTimes(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"two requests, one in two segments": {open2 + `
			1.0 > P. 101:201(100) ack 301 win 60000
			1.1 > P. 201:301(100) ack 301 win 60000
			1.4 < P. 301:401(100) ack 301 win 60000
			1.5 < P. 401:501(100) ack 301 win 60000
			2.0 > P. 301:401(100) ack 501 win 60000
			2.1 < P. 501:601(100) ack 401 win 60000`,
			"first_octet_client=0.98 first_octet_server=1.38 responses=2 response_first=0.3 response_min=0.1 response_mean=0.2 response_max=0.3"},
		"a server that speaks first": {open2 + `
			1.0 < P. 301:401(100) ack 101 win 60000
			1.2 > P. 101:201(100) ack 401 win 60000`,
			"first_octet_client=1.18 first_octet_server=0.98 responses=0"},
		"a response whose beginning did not pass": {open2 + `
			1.0 > P. 101:201(100) ack 301 win 60000
			1.4 > .  201:201(0) ack 401 win 60000
			1.5 < P. 401:501(100) ack 201 win 60000`,
			"first_octet_client=0.98 responses=0"},
		"a request sent again": {open2 + `
			1.0 > P. 101:201(100) ack 301 win 60000
			1.3 > P. 101:201(100) ack 301 win 60000
			1.4 < P. 301:401(100) ack 201 win 60000`,
			"first_octet_client=0.98 first_octet_server=1.38 responses=1 response_first=0.4 response_min=0.4 response_mean=0.4 response_max=0.4"},
		"octets in the SYN": {`
			0.00 > S  100:110(10) win 60000
			0.01 < S. 300:300(0) ack 111 win 60000
			0.02 < P. 301:401(100) ack 111 win 60000
			0.03 > .  111:111(0) ack 401 win 60000
			0.50 > P. 111:121(10) ack 401 win 60000`, "responses=0"},
		"mid-stream": {`
			1.0 > P. 101:201(100) ack 301 win 60000
			1.4 < P. 301:401(100) ack 201 win 60000
			2.0 > P. 201:301(100) ack 401 win 60000
			2.1 < P. 401:501(100) ack 301 win 60000`,
			"responses=1 response_first=0.1 response_min=0.1 response_mean=0.1 response_max=0.1"},
		"a clock that steps back": {open2 + `
			2.0 > P. 101:201(100) ack 301 win 60000
			1.4 < P. 301:401(100) ack 201 win 60000`, "first_octet_client=1.98 first_octet_server=1.38 responses=0"},
	} {
		if got := told(t, tt.text, "first_octet", "response"); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, tt.want)
		}
	}
}

func TestSilences(t *testing.T) {
	const at = " silence_start=1970-01-01T00:00:"
	for name, tt := range map[string]struct{ text, want string }{
		"an idle client": {open2 + `
			1.0 > P. 101:201(100) ack 301 win 60000
			1.1 < P. 301:401(100) ack 201 win 60000
			1.2 > .  201:201(0) ack 401 win 60000
			9.2 > P. 201:301(100) ack 401 win 60000`,
			"silence_longest=8" + at + "01.200000000Z silence_cause=sender silence_by=client"},
		"a slow server": {open2 + `
			0.1 > P. 101:201(100) ack 301 win 60000
			0.2 < .  301:301(0) ack 201 win 60000
			5.2 < P. 301:401(100) ack 201 win 60000`,
			"silence_longest=5" + at + "00.200000000Z silence_cause=sender silence_by=server"},
		"a keep-alive and its answer do not end it": {open2 + `
			0.1 > P. 101:201(100) ack 301 win 60000
			0.2 < .  301:301(0) ack 201 win 60000
			5.0 > .  200:200(0) ack 301 win 60000
			5.1 < .  301:301(0) ack 201 win 60000
			8.2 > P. 201:301(100) ack 301 win 60000`,
			"silence_longest=8" + at + "00.200000000Z silence_cause=sender silence_by=client"},
		"a closed window, its probes and its update": {open2 + `
			0.1 > P. 101:201(100) ack 301 win 60000
			0.2 < .  301:301(0) ack 201 win 0
			0.5 > .  200:200(0) ack 301 win 60000
			0.6 < .  301:301(0) ack 201 win 0
			4.0 < .  301:301(0) ack 201 win 60000
			4.2 > P. 201:301(100) ack 301 win 60000`,
			"silence_longest=4" + at + "00.200000000Z silence_cause=receiver-window silence_by=server"},
		"a full window": {open2 + `
			0.1 > P. 101:201(100) ack 301 win 60000
			0.2 < .  301:301(0) ack 201 win 100
			0.3 > P. 201:301(100) ack 301 win 60000
			3.3 < .  301:301(0) ack 301 win 60000`,
			"silence_longest=3" + at + "00.300000000Z silence_cause=receiver-window silence_by=server"},
		"octets sent again, twice": {open2 + `
			0.1 > P. 101:201(100) ack 301 win 60000
			0.4 > P. 101:201(100) ack 301 win 60000
			1.0 > P. 101:201(100) ack 301 win 60000
			1.1 < .  301:301(0) ack 201 win 60000`,
			"silence_longest=1" + at + "00.100000000Z silence_cause=network silence_by=client"},
		"the way": {open2 + `
			0.1 > P. 101:201(100) ack 301 win 60000
			0.8 < .  301:301(0) ack 201 win 60000`,
			"silence_longest=0.7" + at + "00.100000000Z silence_cause=round-trip silence_by=server"},
		"a clock that steps back and goes on": {open2 + `
			5.1 > P. 101:201(100) ack 301 win 60000
			1.0 < .  301:301(0) ack 201 win 60000
			1.3 > P. 201:301(100) ack 301 win 60000`,
			"silence_longest=5.08" + at + "00.020000000Z silence_cause=sender silence_by=client"},
		"after a RST": {open2 + `
			0.1 > P. 101:201(100) ack 301 win 60000
			0.2 < R. 301:301(0) ack 201 win 0
			9.2 < R. 301:301(0) ack 201 win 0`,
			"silence_longest=0.1" + at + "00.100000000Z silence_cause=round-trip silence_by=server"},
		"one way": {"1 > P. 101:201(100) ack 301\n5 > P. 201:301(100) ack 301", ""},
	} {
		if got := told(t, tt.text, "silence"); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, tt.want)
		}
	}
}
