package main

import "time"

// strange is a small capture of what must not be: a server that acknowledges what
// nobody has sent, a segment that somebody else puts into a stream before the real
// one comes, and a RST in the name of a client that goes on.
var strange = []traffic{
	{from: "192.0.2.10:40001", to: "198.51.100.80:80", segments: `
		0.000 > S  1000:1000(0) win 64240 <mss 1460>
		0.020 < S. 5000:5000(0) ack 1001 win 1000 <mss 1460>
		0.021 > .  1001:1001(0) ack 5001 win 64240
		0.022 > P. 1001:1101(100) ack 5001 win 64240
		0.040 < .  5001:5001(0) ack 9101 win 1000
		0.041 < P. 5001:5101(100) ack 1101 win 1000
		0.042 > .  1101:1101(0) ack 5101 win 64240`},
	{from: "192.0.2.10:40002", to: "198.51.100.80:80", starts: time.Second, segments: `
		0.000 > S  1000:1000(0) win 64240 <mss 1460>
		0.020 < S. 5000:5000(0) ack 1001 win 29200 <mss 1460>
		0.021 > .  1001:1001(0) ack 5001 win 64240
		0.022 > P. 1001:1101(100) ack 5001 win 64240
		0.041 < P. 5001:5101(100) ack 1101 win 29200
		0.042 > .  1101:1101(0) ack 5101 win 64240
		0.060 > F. 1101:1101(0) ack 5101 win 64240
		0.080 < F. 5101:5101(0) ack 1102 win 29200
		0.081 > .  1102:1102(0) ack 5102 win 64240`},
	{from: "192.0.2.10:40002", to: "198.51.100.80:80", starts: time.Second, says: [2]string{"", "302 look elsewhere "}, segments: `
		0.030 < P. 5001:5101(100) ack 1101 win 29200`},
	{from: "192.0.2.10:40003", to: "198.51.100.80:80", starts: 2 * time.Second, segments: `
		0.000 > S  1000:1000(0) win 64240 <mss 1460>
		0.020 < S. 7000:7000(0) ack 1001 win 29200 <mss 1460>
		0.021 > .  1001:1001(0) ack 7001 win 64240
		0.022 > P. 1001:1101(100) ack 7001 win 64240
		0.023 > R  1101:1101(0) win 0
		0.042 < .  7001:7001(0) ack 1101 win 29200
		0.062 > P. 1101:1201(100) ack 7001 win 64240
		0.082 < .  7001:7001(0) ack 1201 win 29200`},
}
