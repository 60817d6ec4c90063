package record

import (
	"encoding/base64"
	"math/rand/v2"
	"net/netip"
	"testing"

	"onpath/packet"
)

// The reference values of the Community ID specification (its baseline with
// seed 0, and the tests of its reference program): sender, ports, addressee.
var communityIDs = []struct {
	proto uint8
	from  string
	fp    uint16
	to    string
	tp    uint16
	want  string
}{
	{6, "128.232.110.120", 34855, "66.35.250.204", 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
	{6, "66.35.250.204", 80, "128.232.110.120", 34855, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
	{6, "10.0.0.1", 10, "10.0.0.2", 11569, "1:SXBGMX1lBOwhhoDrZynfROxnhnM="},
	{6, "2001:470:e5bf:dead:4957:2174:e82c:4887", 63943, "2607:f8b0:400c:c03::1a", 25, "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
	{17, "192.168.1.52", 54585, "8.8.8.8", 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
	{17, "8.8.8.8", 53, "192.168.1.52", 54585, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
	{132, "192.168.170.8", 7, "192.168.170.56", 7, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
	{132, "192.168.170.56", 80, "192.168.170.8", 7, "1:jQgCxbku+pNGw8WPbEc/TS/uTpQ="},
	{46, "10.1.12.2", 0, "10.1.12.1", 0, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw="},
	{46, "10.1.24.4", 0, "10.1.12.1", 0, "1:/nQI4Rh/TtY3mf0R2gJFBkVlgS4="},
	{1, "192.168.0.89", 8, "192.168.0.1", 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
	{1, "192.168.0.1", 0, "192.168.0.89", 8, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
	{1, "192.168.0.89", 20, "192.168.0.1", 0, "1:3o2RFccXzUgjl7zDpqmY7yJi8rI="},
	{1, "192.168.0.89", 20, "192.168.0.1", 1, "1:tz/fHIDUHs19NkixVVoOZywde+I="},
	{1, "10.0.0.1", 11, "10.0.0.2", 0, "1:YHxtAirCG//0OzkcVAukqKQN9xM="},
	{58, "fe80::200:86ff:fe05:80da", 135, "fe80::260:97ff:fe07:69ea", 136, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="},
	{58, "fe80::260:97ff:fe07:69ea", 136, "fe80::200:86ff:fe05:80da", 135, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="},
	{58, "fe80::260:97ff:fe07:69ea", 135, "fe80::200:86ff:fe05:80da", 136, "1:zavyT/cezQr1fmImYCwYnMXbgck="},
	{58, "3ffe:507:0:1:200:86ff:fe05:80da", 128, "3ffe:501:0:1001::2", 129, "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg="},
	{58, "3ffe:501:1800:2345::2", 3, "3ffe:507:0:1:200:86ff:fe05:80da", 0, "1:2ObVBgIn28oZvibYZhZMBgh7WdQ="},
	{58, "3ffe:507:0:1:260:97ff:fe07:69ea", 3, "3ffe:507:0:1:200:86ff:fe05:80da", 0, "1:NdobDX8PQNJbAyfkWxhtL2Pqp5w="},
	{58, "3ffe:507:0:1:200:86ff:fe05:80da", 3, "3ffe:507:0:1:260:97ff:fe07:69ea", 0, "1:/OGBt9BN1ofenrmSPWYicpij2Vc="},
	{58, "fe80::200:86ff:fe05:80da", 133, "ff02::2", 134, "1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0="},
}

func TestCommunityID(t *testing.T) {
	for _, c := range communityIDs {
		k, fromB := keyOf(c.proto, c.from, c.fp, c.to, c.tp)
		// Both roles of the sender: the client is not always who sends alone.
		for _, senderIsClient := range []bool{true, false} {
			r := Record{Key: k, ClientIsB: fromB == senderIsClient}
			r.Side[map[bool]int{true: 0, false: 1}[senderIsClient]].Packets = 1
			if got := string(ByName(columns, "community_id").Append(nil, &r)); got != c.want {
				t.Errorf("%d %s %d > %s %d (sender is client: %v): %s, want %s", c.proto, c.from, c.fp, c.to, c.tp, senderIsClient, got, c.want)
			}
		}
	}
}

func TestBase64(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		var sum [20]byte
		for i := range sum {
			sum[i] = byte(r.Uint32() >> r.UintN(9))
		}
		if got, want := string(appendBase64([]byte("1:"), &sum)), "1:"+base64.StdEncoding.EncodeToString(sum[:]); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
}

// keyOf makes a Key as packet does, and says whether the sender is B.
func keyOf(proto uint8, from string, fp uint16, to string, tp uint16) (k packet.Key, fromB bool) {
	a, b := netip.MustParseAddr(from), netip.MustParseAddr(to)
	fromB = netip.AddrPortFrom(a, fp).Compare(netip.AddrPortFrom(b, tp)) > 0
	if fromB {
		a, fp, b, tp = b, tp, a, fp
	}
	return packet.Key{A: a.As16(), B: b.As16(), APort: fp, BPort: tp, Proto: proto, V6: a.Is6()}, fromB
}
