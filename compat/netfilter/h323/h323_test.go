package h323_test

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"testing"

	"onpath/compat/netfilter/h323"
)

// Messages, made by hand after the types; tshark 4.0.17 reads the same addresses.
const (
	setup    = "080212340504038893a57e009b0500f8060008914a000400c00002010fa00140040061006c0069006300652ac0b500534c0370726f6402312e304002385500b500534c027878000101008880c000020206b8006363636363636363636363636363636300451c0700c000020106b81100676767676767676767676767676767671b01190000000c6013801114000100c0000201138800c00002011389010001000000000000000000"
	register = "0ec0004c060008914a0004800100c000020106b80100c000020106b72ac0b500534c0370726f6402312e304002385500b500534c027878000201004564020062006f0062020067006b60b500534c0370726f6402312e30108b02003b010001800180"
	video    = "0300000008ccc2080249ef2c0493e0004d801114000100c0000201138c00c0000201138d"
	forward  = "080212340504038893a57e002e050670060008914a000400c000020106b9010000c063636363636363636363636363636363200000000000000000"
)

func octets(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// readers are the three kinds of messages.
var readers = []func(*h323.Message, []byte) bool{
	(*h323.Message).ReadRAS, (*h323.Message).ReadCall, (*h323.Message).ReadControl,
}

// told writes what a message tells.
func told(m *h323.Message) (s string) {
	for _, a := range m.Told() {
		s += fmt.Sprintf("%d %s:%d ", a.Mark, netip.AddrFrom16(a.Addr).Unmap(), a.Port)
	}
	if m.TimeToLive > 0 {
		s += fmt.Sprintf("%ds ", m.TimeToLive)
	}
	return s
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, octets string
		reader       int
		want         string
	}{
		{"registration", register, 0, "2 192.0.2.1:1720 60s "},
		{"setup with fast start", setup, 1, "3 192.0.2.1:4000 4 192.0.2.1:5000 5 192.0.2.1:5001 "},
		{"forwarded call", forward, 1, "7 192.0.2.1:1721 "},
		{"video channel", video, 2, "4 192.0.2.1:5004 5 192.0.2.1:5005 "},
	} {
		var m h323.Message
		ok := readers[c.reader](&m, octets(t, c.octets))
		if got := told(&m); !ok || got != c.want {
			t.Errorf("%s: %v %q, not %q", c.name, ok, got, c.want)
		}
	}
}

// FuzzRead reads any octets as each kind of message: nothing panics, and a message
// that cannot be read tells nothing.
func FuzzRead(f *testing.F) {
	for i, s := range []string{register, setup, video, forward} {
		b := octets(f, s)
		f.Add(uint8(i), b)
		f.Add(uint8(i), b[:len(b)/2])
	}
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		var m h323.Message
		ok := readers[int(which)%len(readers)](&m, b)
		if n := len(m.Told()); n > 32 || n > 0 && !ok {
			t.Fatalf("%v, and tells %d addresses", ok, n)
		}
	})
}

// Example reads where the sender of a Setup waits for H.245 and for media.
func Example() {
	b, _ := hex.DecodeString(setup)
	var m h323.Message
	if m.ReadCall(b) {
		for _, a := range m.Told() {
			fmt.Println(a.Mark == h323.ControlAddress, netip.AddrPortFrom(netip.AddrFrom16(a.Addr).Unmap(), a.Port))
		}
	}
	// Output:
	// true 192.0.2.1:4000
	// false 192.0.2.1:5000
	// false 192.0.2.1:5001
}
