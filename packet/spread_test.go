package packet

import (
	"testing"

	"onpath/tcp"
)

// TestPlainSpread: who looks at a plain frame alone says what a Decoder does, in both
// directions; and what an ICMP error quotes has the spread of the connection.
func TestPlainSpread(t *testing.T) {
	d := NewDecoder(Config{})
	seed := Seed{1, 2, 3, 4}
	plain, spreads := map[uint8]int{}, map[uint32]bool{}
	for i := range 2000 {
		f := spreadFrame(byte(i), byte(i>>3), i%3 == 0)
		if i%2 == 0 {
			f.Data[plainEther+9] = ProtoUDP
		}
		if i%5 == 0 {
			f.Data = f.Data[:len(f.Data)-i%60]
		}
		var v View
		d.Decode(f, &v)
		spread, proto := PlainSpread(f, &seed)
		if proto == 0 {
			continue
		}
		plain[proto]++
		spreads[spread] = true
		if v.Why != Decoded || v.Key.Proto != proto || spread != v.Key.Spread(&seed) {
			t.Fatalf("frame %d: %v, spread %x, want %x", i, v.Why, spread, v.Key.Spread(&seed))
		}
		k := v.Key
		k.VLAN, k.Net = 7, NetVXLAN
		if k.Spread(&seed) != spread {
			t.Error("it depends on what carries the packets")
		}
	}
	if plain[ProtoTCP] < 500 || plain[ProtoUDP] < 500 || len(spreads) < 300 {
		t.Errorf("plain frames by protocol: %v, %d spreads", plain, len(spreads))
	}
}

// spreadFrame returns a SYN of one host to another, or the answer.
func spreadFrame(host, port byte, back bool) *Frame {
	b := make([]byte, plainEther+20+tcp.MinHeader+20)
	b[12], b[13] = 8, 0
	ip, l4 := b[plainEther:], b[plainEther+20:]
	ip[0], ip[3], ip[8], ip[9] = 0x45, 60, 64, ProtoTCP
	here, there := [4]byte{10, 0, 0, host}, [4]byte{192, 0, 2, 1}
	from, to := 0, 2
	if back {
		here, there, from, to = there, here, to, from
	}
	copy(ip[12:], here[:])
	copy(ip[16:], there[:])
	l4[from+1], l4[to+1], l4[from], l4[12] = port, 80, 4, 0xa0
	if back {
		l4[from], l4[to] = 0, 4
		l4[from+1], l4[to+1] = port, 80
	}
	return &Frame{Data: b, Link: LinkEthernet, WireLen: uint32(len(b))}
}
