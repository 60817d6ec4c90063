package segtext

import (
	"strings"
	"testing"

	"onpath/tcp"
)

func TestParse(t *testing.T) {
	segs, err := Parse(`
# a comment
0.000000 > SEW 10:10(0) win 16384 <mss 1460,nop,wscale 3,sackOK,TS val 7 ecr 0>
0.000369 < S. 4294967295:4294967295(0) ack 11 win 32120
0.5 > P. 11:21(10) ack 0  id 3 ttl 64 comment with win in it
0.6 < . 0:0(0) ack 11 <nop,nop,sack 15:18 19:21>
0.7 > S 7:7(0) <mss 1460,tfo cookie 0102030405060708,exp-tfo cookiereq,mptcp capable v1>`)
	if err != nil {
		t.Fatal(err)
	}
	want := []tcp.Segment{
		{Flags: tcp.SYN | tcp.ECE | tcp.CWR, Seq: 10, Win: 16384, MSS: 1460, WScale: 3, TSval: 7,
			Opts: tcp.OptMSS | tcp.OptWScale | tcp.OptSACKOK | tcp.OptTimestamp},
		{At: 369e3, Dir: tcp.Server, Flags: tcp.SYN | tcp.ACK, Seq: 4294967295, Ack: 11, Win: 32120},
		{At: 5e8, Flags: tcp.PSH | tcp.ACK, Seq: 11, Len: 10, Win: 1000, IPID: 3, TTL: 64},
		{At: 6e8, Dir: tcp.Server, Flags: tcp.ACK, Ack: 11, Win: 1000, Opts: tcp.OptSACK, NumSACK: 2,
			SACK: [4][2]tcp.Seq{{15, 18}, {19, 21}}},
		{At: 7e8, Flags: tcp.SYN, Seq: 7, Win: 1000, MSS: 1460, Opts: tcp.OptMSS | tcp.OptTFO | tcp.OptTFOExp | tcp.OptMPTCP},
	}
	for i := range want {
		if segs[i].Digest = 0; segs[i] != want[i] {
			t.Errorf("segment %d:\n got %+v\nwant %+v", i, segs[i], want[i])
		}
	}
}

// TestDigest: copies are equal, whatever IP says; other headers are not.
func TestDigest(t *testing.T) {
	segs, err := Parse("0.1 > P. 1:3(2) ack 5 id 1\n0.2 > P. 1:3(2) ack 5 id 2 ttl 9\n0.3 > P. 1:3(2) ack 6")
	if err != nil {
		t.Fatal(err)
	}
	if segs[0].Digest != segs[1].Digest || segs[0].Digest == segs[2].Digest {
		t.Errorf("digests %x, %x and %x", segs[0].Digest, segs[1].Digest, segs[2].Digest)
	}
}

func TestParseRefuses(t *testing.T) {
	for line, why := range map[string]string{
		"0.1 > S 1:3(1)":                "1+1 is not 3",
		"0.1 > . 1:1(0)":                "do not go together",
		"0.1 > S 1:1(0) ack 5":          "do not go together",
		"0.1 - S 1:1(0)":                "neither > nor <",
		"0.1 > X 1:1(0)":                "unknown flags",
		"x > S 1:1(0)":                  "time",
		"0.1 > S 1(0)":                  "not SEQ:END(LEN)",
		"0.1 > S 1:1(0) win 1 <what 3>": "unknown",
		"0.1 > S":                       "want TIME",
	} {
		if _, err := Parse(line); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: got %v, want %q", line, err, why)
		}
	}
}
