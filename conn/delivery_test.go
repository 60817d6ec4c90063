package conn

import (
	"strings"
	"testing"

	"onpath/internal/segtext"
	"onpath/tcp"
)

// Beginnings of conversations; none of their lines is asked about.
const (
	// plainOpen has nothing that tells copies and ages apart: IPv6 without timestamps.
	plainOpen = `
	0.000 > S  100:100(0)
	0.010 < S. 300:300(0) ack 101
	0.020 > .  101:101(0) ack 301`
	// countOpen has an IPv4 identification that each end counts for itself, as
	// Linux does; its SYN,ACK has none.
	countOpen = `
	0.000 > S  100:100(0)         id 10 ttl 60
	0.010 < S. 300:300(0) ack 101 id 0 ttl 50
	0.020 > .  101:101(0) ack 301 id 11 ttl 60
	0.021 > P. 101:111(10) ack 301 id 12 ttl 60
	0.031 < .  301:301(0) ack 111 id 70 ttl 50
	0.032 < P. 301:311(10) ack 111 id 71 ttl 50
	0.042 > .  111:111(0) ack 311 id 13 ttl 60
	0.043 > P. 111:121(10) ack 311 id 14 ttl 60
	0.053 < .  311:311(0) ack 121 id 72 ttl 50
	0.054 < P. 311:321(10) ack 121 id 73 ttl 50
	0.064 > .  121:121(0) ack 321 id 15 ttl 60
	0.065 > P. 121:131(10) ack 321 id 16 ttl 60
	0.075 < .  321:321(0) ack 131 id 74 ttl 50`
	// stampOpen has timestamps and no identification: IPv6.
	stampOpen = `
	0.000 > S  100:100(0) <TS val 1000 ecr 0>
	0.010 < S. 300:300(0) ack 101 <TS val 5000 ecr 1000>
	0.020 > .  101:101(0) ack 301 <TS val 1020 ecr 5000>`
	// coarseOpen has a clock of 100 ms.
	coarseOpen = `
	0.000 > S  100:100(0) <TS val 10 ecr 0>
	0.010 < S. 300:300(0) ack 101 <TS val 50 ecr 10>
	0.020 > .  101:101(0) ack 301 <TS val 10 ecr 50>`
)

// TestDeliveryClasses: conversations, line by line. Behind the bar is the class of
// the segment, and of a retransmission where its original was lost; … is not asked.
func TestDeliveryClasses(t *testing.T) {
	for _, tt := range []struct{ name, open, text string }{
		{"SYNs of an end whose identification does not count, sent again after timeouts", "", `
		0.000 > S 100:100(0) id 1 | new
		0.100 > S 100:100(0) id 1 | network-duplicate
		3.003 > S 100:100(0) id 1 | retransmission after
		9.012 > S 100:100(0) id 1 | retransmission after`},
		{"the identification that never passed was that of octets which the peer has acknowledged unseen", countOpen, `
		0.080 > P. 131:141(10) ack 321 id 17 | new
		0.090 < .  321:321(0) ack 141 id 75 | …
		0.110 < .  321:321(0) ack 151 id 76 | …
		0.130 > P. 151:161(10) ack 321 id 19 | new`},
		{"the identification that never passed was that of the answer to a keep-alive", countOpen, `
		0.080 > P. 131:141(10) ack 321 id 17 | new
		0.090 < .  321:321(0) ack 141 id 75 | …
		3.000 < .  320:320(0) ack 141 id 76 | keep-alive
		5.000 > P. 141:151(10) ack 321 id 19 | new`},
		{"a router that is watched on both sides: copies are nobody else's octets, and no ACKs sent again", countOpen, `
		0.080 > P. 131:141(10) ack 321 id 17 ttl 60 | new
		0.080 > P. 131:141(10) ack 321 id 17 ttl 59 | capture-duplicate
		0.085 > .  131:141(10) ack 321 id 18 ttl 60 | retransmission after
		0.085 > .  131:141(10) ack 321 id 18 ttl 59 | capture-duplicate`},
		{"the same without identifications: an ACK is a copy, too, but not a network's that comes from before the router", plainOpen, `
		0.030 > P. 101:111(10) ack 301 ttl 64 | new
		0.030 > P. 101:111(10) ack 301 ttl 63 | capture-duplicate
		0.031 < .  301:301(0) ack 111  ttl 64 | new
		0.031 < .  301:301(0) ack 111  ttl 63 | capture-duplicate
		0.034 > P. 101:111(10) ack 301 ttl 64 | network-duplicate
		0.034 > P. 101:111(10) ack 301 ttl 63 | capture-duplicate`},
		{"a router that is watched on both sides lowers the MSS", "", `
		0.000000 > S  100:100(0)         win 1000 id 7 ttl 64 <mss 1460> | new
		0.000003 > S  100:100(0)         win 1000 id 7 ttl 63 <mss 1452> | capture-duplicate
		0.010000 < S. 300:300(0) ack 101 win 1000 id 0 ttl 60 <mss 1460> | new
		0.010003 < S. 300:300(0) ack 101 win 1000 id 0 ttl 59 <mss 1452> | capture-duplicate
		1.010003 < S. 300:300(0) ack 101 win 1000 id 0 ttl 60 <mss 1460> | retransmission after
		1.010006 < S. 300:300(0) ack 101 win 1000 id 0 ttl 59 <mss 1452> | capture-duplicate`},
		{"a copy of a SYN, by its timestamp", "", `
		0.000 > S 100:100(0) id 1 <TS val 10 ecr 0> | new
		0.703 > S 100:100(0) id 1 <TS val 10 ecr 0> | network-duplicate`},
		{"lost after the tap, SACK asks for it", plainOpen, `
		0.030 > P. 101:111(10) ack 301 | new
		0.031 > P. 111:121(10) ack 301 | new
		0.041 < .  301:301(0) ack 101 <sack 111:121> | new
		0.060 > P. 101:111(10) ack 301 | retransmission after`},
		{"the same octets again before the clock for timestamps ticks: sent again where a SACK came between, else copies", `
		0.000000 > S  100:100(0) <TS val 10 ecr 0> | new
		0.000020 < S. 300:300(0) ack 101 <TS val 70 ecr 10> | new
		0.000030 > .  101:101(0) ack 301 <TS val 10 ecr 70> | new
		`, `
		0.000100 > P. 101:111(10) ack 301 <TS val 10 ecr 70> | new
		0.000110 > P. 111:121(10) ack 301 <TS val 10 ecr 70> | new
		0.000130 < .  301:301(0) ack 101 <TS val 70 ecr 10, sack 111:121> | new
		0.000150 > P. 121:131(10) ack 301 <TS val 10 ecr 70> | new
		0.000160 > P. 101:111(10) ack 301 <TS val 10 ecr 70> | retransmission after
		0.000165 > P. 101:111(10) ack 301 <TS val 10 ecr 70> | capture-duplicate
		0.000190 < .  301:301(0) ack 101 <TS val 70 ecr 10, sack 111:131> | new
		0.000210 > P. 101:111(10) ack 301 <TS val 10 ecr 70> | retransmission after
		0.040210 > P. 101:111(10) ack 301 <TS val 10 ecr 70> | network-duplicate`},
		{"the tail again, as an ACK of what was sent again behind it does not cover it", `
		0.000000 > S  100:100(0) <TS val 10 ecr 0> | new
		0.000020 < S. 300:300(0) ack 101 <TS val 70 ecr 10> | new
		0.000030 > .  101:101(0) ack 301 <TS val 10 ecr 70> | new
		`, `
		0.000100 > P. 101:111(10) ack 301 <TS val 10 ecr 70> | new
		0.000110 > P. 111:121(10) ack 301 <TS val 10 ecr 70> | new
		0.000130 < .  301:301(0) ack 101 <TS val 70 ecr 10, sack 111:121> | new
		0.000140 > P. 121:131(10) ack 301 <TS val 10 ecr 70> | new
		0.000160 > P. 101:111(10) ack 301 <TS val 10 ecr 70> | retransmission after
		0.000190 < .  301:301(0) ack 121 <TS val 70 ecr 10> | new
		0.000200 > P. 121:131(10) ack 301 <TS val 10 ecr 70> | retransmission after`},
		{"two again, as an ACK does not cover them", `
		0.000000 > S  100:100(0) <TS val 10 ecr 0> | new
		0.000020 < S. 300:300(0) ack 101 <TS val 70 ecr 10> | new
		0.000030 > .  101:101(0) ack 301 <TS val 10 ecr 70> | new
		`, `
		0.000100 > P. 101:111(10) ack 301 <TS val 10 ecr 70> | new
		0.000110 > P. 111:121(10) ack 301 <TS val 10 ecr 70> | new
		0.000120 > P. 121:131(10) ack 301 <TS val 10 ecr 70> | new
		0.000125 > P. 131:141(10) ack 301 <TS val 10 ecr 70> | new
		0.000130 < .  301:301(0) ack 101 <TS val 70 ecr 10, sack 111:121> | new
		0.000160 > P. 101:111(10) ack 301 <TS val 10 ecr 70> | retransmission after
		0.000190 < .  301:301(0) ack 121 <TS val 70 ecr 10> | new
		0.000200 > P. 121:131(10) ack 301 <TS val 10 ecr 70> | retransmission after
		0.000210 > P. 131:141(10) ack 301 <TS val 10 ecr 70> | retransmission after
		0.000215 > P. 131:141(10) ack 301 <TS val 10 ecr 70> | capture-duplicate`},
		{"a SYN,ACK again by a timeout, and at once again, as a SYN comes", "", `
		0.0000 > S  100:100(0) <TS val 10 ecr 0> | new
		0.0001 < S. 300:300(0) ack 101 <TS val 70 ecr 10> | new
		1.0000 < S. 300:300(0) ack 101 <TS val 1070 ecr 10> | retransmission after
		1.0001 > S  100:100(0) <TS val 1010 ecr 0> | spurious-retransmission
		1.0002 < S. 300:300(0) ack 101 <TS val 1070 ecr 10> | retransmission after`},
		{"lost before the tap, SACK asks for it", plainOpen, `
		0.031 > P. 111:121(10) ack 301 | new
		0.041 < .  301:301(0) ack 101 <sack 111:121> | new
		0.060 > P. 101:111(10) ack 301 | retransmission before`},
		{"lost before the tap, two equal ACKs ask for it", plainOpen, `
		0.031 > P. 111:121(10) ack 301 | new
		0.032 > P. 121:131(10) ack 301 | new
		0.041 < .  301:301(0) ack 101 id 5 | new
		0.043 < .  301:301(0) ack 101 id 6 | new
		0.044 < .  301:301(0) ack 101 id 7 | new
		0.060 > P. 101:111(10) ack 301 | retransmission before`},
		{"late before the tap, nothing asked for it", plainOpen, `
		0.031 > P. 111:121(10) ack 301 | new
		0.033 > P. 101:111(10) ack 301 | reordered`},
		{"late before the tap, by the identification", countOpen, `
		0.100 > P. 141:151(10) ack 321 id 18 ttl 60 | new
		0.160 < .  321:321(0) ack 131 id 75 ttl 50 <sack 141:151> | new
		0.170 > P. 131:141(10) ack 321 id 17 ttl 60 | reordered`},
		{"late before the tap, by the timestamp", stampOpen, `
		0.100 > P. 111:121(10) ack 301 <TS val 1101 ecr 5000> | new
		0.110 < .  301:301(0) ack 101 <sack 111:121,TS val 5110 ecr 1020> | new
		0.120 > P. 101:111(10) ack 301 <TS val 1100 ecr 5000> | reordered`},
		{"lost before the tap, by the timestamp", stampOpen, `
		0.100 > P. 111:121(10) ack 301 <TS val 1101 ecr 5000> | new
		0.130 > P. 101:111(10) ack 301 <TS val 1130 ecr 5000> | retransmission before`},
		{"a coarse clock tells nothing: silence does", coarseOpen, `
		0.030 > P. 111:121(10) ack 301 <TS val 10 ecr 50> | new
		0.031 > P. 101:111(10) ack 301 <TS val 10 ecr 50> | reordered
		0.040 > P. 131:141(10) ack 301 <TS val 10 ecr 50> | new
		0.050 < .  301:301(0) ack 121 <sack 131:141,TS val 50 ecr 10> | new
		0.070 > P. 121:131(10) ack 301 <TS val 10 ecr 50> | retransmission before`},
		{"the timeout, the ACK was lost behind the tap", stampOpen, `
		0.100 > P. 101:111(10) ack 301 <TS val 1100 ecr 5000> | new
		0.110 < .  301:301(0) ack 111 <TS val 5110 ecr 1100> | new
		0.400 > P. 101:111(10) ack 301 <TS val 1400 ecr 5000> | spurious-retransmission`},
		{"the original is later than its repetition (rule 9)", countOpen, `
		0.100 > P. 141:151(10) ack 321 id 18 ttl 60 | new
		0.110 < .  321:321(0) ack 131 id 75 ttl 50 <sack 141:151> | new
		0.130 > P. 131:141(10) ack 321 id 19 ttl 60 | retransmission before
		0.131 > P. 131:141(10) ack 321 id 17 ttl 60 | reordered`},
		{"the same by timestamps", stampOpen, `
		0.100 > P. 111:121(10) ack 301 <TS val 1101 ecr 5000> | new
		0.130 > P. 101:111(10) ack 301 <TS val 1130 ecr 5000> | retransmission before
		0.140 > P. 101:111(10) ack 301 <TS val 1100 ecr 5000> | reordered`},
		{"retransmissions overtake each other: newer than what showed later octets", countOpen, `
		0.100 > P. 131:141(10) ack 321 id 17 ttl 60 | new
		0.101 > P. 141:151(10) ack 321 id 18 ttl 60 | new
		0.102 > P. 151:161(10) ack 321 id 19 ttl 60 | new
		0.400 > P. 141:151(10) ack 321 id 21 ttl 60 | retransmission after
		0.401 > P. 131:141(10) ack 321 id 20 ttl 60 | retransmission after`},
		{"the same in a hole", stampOpen, `
		0.100 > P. 121:131(10) ack 301 <TS val 1101 ecr 5000> | new
		0.400 > P. 111:121(10) ack 301 <TS val 1401 ecr 5000> | retransmission before
		0.401 > P. 101:111(10) ack 301 <TS val 1400 ecr 5000> | retransmission before`},
		{"the tail was lost before the tap (rule 5)", countOpen, `
		0.100 > P. 131:141(10) ack 321 id 17 ttl 60 | new
		0.110 < .  321:321(0) ack 141 id 75 ttl 50 | new
		0.150 > P. 141:151(10) ack 321 id 19 ttl 60 | retransmission before`},
		{"no gap: the application paused", countOpen, `
		0.100 > P. 131:141(10) ack 321 id 17 ttl 60 | new
		0.110 < .  321:321(0) ack 141 id 75 ttl 50 | new
		9.150 > P. 141:151(10) ack 321 id 18 ttl 60 | new`},
		{"a gap, but an ACK of new octets may have been lost", countOpen, `
		0.100 > P. 131:141(10) ack 321 id 17 ttl 60 | new
		0.110 < P. 321:331(10) ack 141 id 75 ttl 50 | new
		0.350 > P. 141:151(10) ack 331 id 19 ttl 60 | new`},
		{"a gap, but a window update may have been lost", countOpen, `
		0.100 > P. 131:141(10) ack 321 id 17 ttl 60 | new
		0.350 > P. 141:151(10) ack 321 win 2000 id 19 ttl 60 | new`},
		{"a gap, but earlier octets may have been sent again", countOpen, `
		0.100 > P. 131:141(10) ack 321 id 17 ttl 60 | new
		0.350 > P. 141:151(10) ack 321 id 19 ttl 60 | new`},
		{"a gap, but others use the counter too", `
		0.000 > S  100:100(0)         id 10
		0.010 < S. 300:300(0) ack 101 id 1
		0.020 > .  101:101(0) ack 301 id 11
		0.021 > P. 101:131(30) ack 301 id 12`, `
		0.100 > P. 131:141(10) ack 301 id 13 | new
		0.350 > P. 141:151(10) ack 301 id 17 | new
		0.650 > P. 151:161(10) ack 301 id 18 | new
		0.900 > P. 161:171(10) ack 301 id 20 | new`},
		{"a pure ACK shows the tail that was lost", stampOpen, `
		0.100 > .  111:111(0) ack 301 <TS val 1101 ecr 5000> | new
		0.350 > P. 101:111(10) ack 301 <TS val 1350 ecr 5000> | retransmission before`},
		{"a pure ACK overtook the tail", stampOpen, `
		0.100 > .  111:111(0) ack 301 <TS val 1101 ecr 5000> | new
		0.102 > P. 101:111(10) ack 301 <TS val 1100 ecr 5000> | reordered`},
		{"an ACK was recorded before its octets, timestamps", stampOpen, `
		0.100 < .  301:301(0) ack 111 <TS val 5100 ecr 1090> | new
		0.101 > P. 101:111(10) ack 301 <TS val 1090 ecr 5000> | reordered`},
		{"an ACK was recorded before its octets, identification", countOpen, `
		0.100 < .  321:321(0) ack 151 id 75 ttl 50 | new
		0.101 > P. 141:151(10) ack 321 id 18 ttl 60 | unknown
		0.102 > P. 131:141(10) ack 321 id 17 ttl 60 | reordered`},
		{"an ACK was recorded before its octets, nothing else", plainOpen, `
		0.100 < .  301:301(0) ack 111 | new
		0.101 > P. 101:111(10) ack 301 | unknown`},
		{"the tap missed the original, and the ACK was lost behind it", stampOpen, `
		0.100 > P. 111:121(10) ack 301 <TS val 1101 ecr 5000> | new
		0.110 < .  301:301(0) ack 121 <TS val 5110 ecr 1100> | new
		0.350 > P. 101:111(10) ack 301 <TS val 1350 ecr 5000> | spurious-retransmission`},
		{"a third party, another TTL", countOpen, `
		0.100 > P. 131:141(10) ack 321 id 17 ttl 60 | new
		0.101 > .  141:141(0) ack 321 id 18 ttl 60 | …
		0.102 > P. 141:161(20) ack 321 id 19 ttl 33 | new
		0.103 < .  321:321(0) ack 161 id 75 ttl 50 | new
		0.110 > P. 141:151(10) ack 321 id 19 ttl 60 | new
		0.410 > P. 141:151(10) ack 321 id 20 ttl 60 | spurious-retransmission`},
		{"a third party, another counter", countOpen, `
		0.102 > P. 131:151(20) ack 321 id 40000 ttl 60 | new
		0.103 < .  321:321(0) ack 151 id 75 ttl 50 | new
		0.110 > P. 131:141(10) ack 321 id 17 ttl 60 | new
		0.111 > P. 141:151(10) ack 321 id 18 ttl 60 | new
		0.410 > P. 131:141(10) ack 321 id 19 ttl 60 | spurious-retransmission`},
		{"a third party without timestamps", stampOpen, `
		0.100 > P. 101:121(20) ack 301 | new
		0.110 > P. 101:111(10) ack 301 <TS val 1110 ecr 5000> | new
		0.310 > P. 101:111(10) ack 301 <TS val 1310 ecr 5000> | retransmission after`},
		{"another way from now on is no third party", countOpen, `
		0.100 > P. 131:141(10) ack 321 id 17 ttl 57 | new
		0.101 > P. 141:151(10) ack 321 id 18 ttl 57 | new
		0.102 > P. 151:161(10) ack 321 id 19 ttl 57 | new
		0.103 > P. 161:171(10) ack 321 id 20 ttl 57 | new
		0.104 > P. 171:181(10) ack 321 id 21 ttl 57 | new
		0.500 > P. 171:181(10) ack 321 id 22 ttl 57 | retransmission after`},
		{"a mirror port", countOpen, `
		0.1000 > P. 131:141(10) ack 321 id 17 ttl 60 | new
		0.1001 > P. 131:141(10) ack 321 id 17 ttl 60 | capture-duplicate
		0.1100 < .  321:321(0) ack 141 id 75 ttl 50 | new
		0.1101 < .  321:321(0) ack 141 id 75 ttl 50 | capture-duplicate`},
		{"both sides of a router", countOpen, `
		0.100 > P. 131:141(10) ack 321 id 17 ttl 60 | new
		0.104 > P. 131:141(10) ack 321 id 17 ttl 59 | capture-duplicate`},
		{"a copy made by the path", countOpen, `
		0.100 > P. 131:141(10) ack 321 id 17 ttl 60 | new
		0.104 > P. 131:141(10) ack 321 id 17 ttl 60 | network-duplicate
		0.190 < .  321:321(0) ack 141 id 75 ttl 50 | new
		0.290 < .  321:321(0) ack 141 id 75 ttl 50 | network-duplicate`},
		{"a copy of the first ACK behind a SYN,ACK without identification", `
		0.000 > S  100:100(0)         id 10
		0.010 < S. 300:300(0) ack 101 id 0
		0.020 > .  101:101(0) ack 301 id 11
		0.021 > P. 101:111(10) ack 301 id 12`, `
		0.0310 < .  301:301(0) ack 111 id 70 | new
		0.0311 < .  301:301(0) ack 111 id 70 | capture-duplicate`},
		{"random identifications tell copies, not ages", `
		0.000 > S  100:100(0)         id 4711
		0.010 < S. 300:300(0) ack 101 id 60001
		0.020 > .  101:101(0) ack 301 id 815`, `
		0.030 > P. 111:121(10) ack 301 id 31337 | new
		0.031 > P. 111:121(10) ack 301 id 31337 | network-duplicate
		0.032 > P. 101:111(10) ack 301 id 40404 | reordered
		0.332 > P. 101:111(10) ack 301 id 31336 | retransmission after`},
		{"a constant identification makes no copies of equal ACKs", `
		0.000 > S  100:100(0)         id 7
		0.010 < S. 300:300(0) ack 101 id 7
		0.020 > .  101:101(0) ack 301 id 7
		0.030 > P. 111:121(10) ack 301 id 7`, `
		0.040 < .  301:301(0) ack 101 id 7 | new
		0.050 < .  301:301(0) ack 101 id 7 | new
		0.060 < .  301:301(0) ack 101 id 7 | new`},
		{"a constant identification makes no copies of octets that a timeout sends again", `
		0.000 > S  100:100(0)         id 7
		0.010 < S. 300:300(0) ack 101 id 7
		0.020 > .  101:101(0) ack 301 id 7
		0.030 > P. 101:111(10) ack 301 id 7`, `
		0.330 > P. 101:111(10) ack 301 id 7 | retransmission after
		0.930 > P. 101:111(10) ack 301 id 7 | retransmission after`},
		{"octets again within a retransmission's least time, without identity", plainOpen, `
		0.030 > P. 101:111(10) ack 301 | new
		0.060 > P. 101:111(10) ack 301 | network-duplicate
		0.300 > P. 101:111(10) ack 301 | retransmission after`},
		{"SYNs with 0 as their timestamp are not told apart by it", "", `
		0.000 > S  100:100(0) <TS val 0 ecr 0> | new
		0.050 > S  100:100(0) <TS val 0 ecr 0> | network-duplicate
		3.050 > S  100:100(0) <TS val 0 ecr 0> | retransmission after`},
		{"a SYN again after its timeout may have a slow clock", "", `
		0.000 > S  100:100(0) <TS val 7 ecr 0> | new
		0.500 > S  100:100(0) <TS val 7 ecr 0> | network-duplicate
		1.500 > S  100:100(0) <TS val 7 ecr 0> | unknown
		4.500 > S  100:100(0) <TS val 9 ecr 0> | retransmission after`},
		{"octets again after a timeout, from a slow clock", "", `
		0.000 > S  100:100(0) <TS val 7 ecr 0> | new
		0.010 < S. 300:300(0) ack 101 <TS val 9 ecr 7> | new
		0.020 > .  101:101(0) ack 301 <TS val 7 ecr 9> | new
		0.030 > P. 101:111(10) ack 301 <TS val 7 ecr 9> | new
		0.530 > P. 101:111(10) ack 301 <TS val 7 ecr 9> | network-duplicate
		1.630 > P. 101:111(10) ack 301 <TS val 7 ecr 9> | unknown`},
		{"equal RSTs", plainOpen, `
		0.0300 < P. 301:311(10) ack 101 | new
		0.0301 < P. 311:321(10) ack 101 | new
		0.0400 > R  101:101(0) | new
		0.0401 > R  101:101(0) | unknown
		0.0500 > R  101:101(0) | new`},
		{"a SYN that a router has changed comes at once, and one that goes back in time is none such", "", `
		9.0000 > S 100:100(0) ttl 60 <mss 1460> | new
		9.0001 > S 100:100(0) ttl 59 <mss 1400> | capture-duplicate
		8.0000 > S 100:100(0) ttl 58 <mss 1300> | retransmission after`},
		{"a lone last octet comes again too soon for a keep-alive, though its ACK has passed", plainOpen, `
		0.100 > P. 101:102(1) ack 301 | new
		0.101 < .  301:301(0) ack 102 | …
		0.330 > P. 101:102(1) ack 301 | spurious-retransmission
		1.400 > .  101:102(1) ack 301 | keep-alive`},
		{"keep-alives, without and with the octet", plainOpen, `
		0.030 > P. 101:111(10) ack 301 | new
		0.040 < .  301:301(0) ack 111 | new
		7.000 > .  110:110(0) ack 301 | keep-alive
		7.010 < .  301:301(0) ack 111 | new
		14.00 > .  110:111(1) ack 301 | keep-alive
		14.01 < .  301:301(0) ack 111 | new`},
		{"window probes of Linux, without an octet", plainOpen, `
		0.030 > P. 101:111(10) ack 301 | new
		0.040 < .  301:301(0) ack 111 win 0 | new
		0.250 > .  110:110(0) ack 301 | window-probe
		0.260 < .  301:301(0) ack 111 win 0 | new
		0.700 > .  110:110(0) ack 301 | window-probe
		0.710 < .  301:301(0) ack 111 win 900 | new
		0.720 > P. 111:121(10) ack 301 | new`},
		{"window probes of one new octet", plainOpen, `
		0.030 > P. 101:111(10) ack 301 | new
		0.040 < .  301:301(0) ack 111 win 0 | new
		0.350 > .  111:112(1) ack 301 | new
		0.360 < .  301:301(0) ack 111 win 0 | new
		0.950 > .  111:112(1) ack 301 | window-probe
		0.960 < .  301:301(0) ack 112 win 900 | new`},
		{"a SYN and a SYN,ACK again, lost", ``, `
		0.00 > S  100:100(0) | new
		1.00 > S  100:100(0) | retransmission after
		1.01 < S. 300:300(0) ack 101 | new
		2.01 < S. 300:300(0) ack 101 | retransmission after`},
		{"a SYN again that had been refused", ``, `
		0.000 > S  100:100(0)         | new
		0.001 < R. 0:0(0) ack 101     | new
		0.500 > S  100:100(0)         | spurious-retransmission
		0.501 < R. 0:0(0) ack 101     | …`},
		{"a SYN again although its SYN,ACK passed, which is ACKed already", ``, `
		0.00 > S  100:100(0) | new
		0.90 < S. 300:300(0) ack 101 | new
		1.00 > S  100:100(0) | spurious-retransmission
		1.50 > .  101:101(0) ack 301 | new
		1.90 < S. 300:300(0) ack 101 | spurious-retransmission`},
		{"simultaneous open", ``, `
		0.00 > S  100:100(0) | new
		0.01 < S  300:300(0) | new
		0.02 > S. 100:100(0) ack 301 | new
		0.03 < S. 300:300(0) ack 101 | new`},
		{"a FIN again", plainOpen, `
		0.03 > F. 101:101(0) ack 301 | new
		0.33 > F. 101:101(0) ack 301 | retransmission after
		0.34 < .  301:301(0) ack 102 | new
		0.94 > F. 101:101(0) ack 301 | spurious-retransmission`},
		{"a FIN lost before the tap, with its octets", stampOpen, `
		0.100 > .  112:112(0) ack 301 <TS val 1101 ecr 5000> | new
		0.350 > FP. 101:111(10) ack 301 <TS val 1350 ecr 5000> | retransmission before`},
	} {
		t.Run(tt.name, func(t *testing.T) { checkClasses(t, tt.open+tt.text) })
	}
}

// checkClasses reads a conversation with a class behind a bar, as it stands and
// with its ISNs moved to 2³²-1.
func checkClasses(t *testing.T, text string) {
	t.Helper()
	var wants []string
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			_, want, _ := strings.Cut(line, " | ")
			wants = append(wants, want)
		}
	}
	segs, err := segtext.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, segs := range [][]tcp.Segment{segs, shift(segs)} {
		var tr Tracker
		var c Conn
		for i := range segs {
			step := tr.Observe(&c, &segs[i])
			got := step.Delivery.String() + [...]string{"", " before", " after"}[step.Loss]
			if want := wants[i]; want != "" && want != "…" && got != want {
				t.Errorf("line %d (%s): %s, want %s", i+1, strings.TrimSpace(strings.Split(strings.TrimSpace(text), "\n")[i]), got, want)
			}
		}
	}
}
