package packet

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"testing"
	"unsafe"

	"onpath/tcp"
)

// inside reports whether part lies in whole, as memory.
func inside(whole, part []byte) bool {
	if len(part) == 0 {
		return true
	}
	if len(whole) == 0 {
		return false
	}
	first, at := uintptr(unsafe.Pointer(&whole[0])), uintptr(unsafe.Pointer(&part[0]))
	return at >= first && at+uintptr(len(part)) <= first+uintptr(len(whole))
}

// checkView holds a View to what is true of every View.
func checkView(t *testing.T, f *Frame, v *View) {
	t.Helper()
	law := func(holds bool, name string) {
		if !holds {
			t.Errorf("%s: link %v, frame %x, view %+v", name, f.Link, f.Data, v)
		}
	}
	law(v.Number == f.Number && v.At == f.At && int(v.CapLen) == len(f.Data), "the frame's number, time and length")
	law(v.WireLen >= v.CapLen && v.WireLen >= f.WireLen, "at least what was captured was on the wire")
	law(v.Fragments > 0 || inside(f.Data, v.IP), "IP lies in the frame")
	law(v.Fragments > 0 || inside(f.Data, v.OuterIP()), "OuterIP lies in the frame")
	law(inside(f.Data, v.Fragment), "Fragment lies in the frame")
	law(inside(v.IP, v.L4) && inside(v.L4, v.TCP) && inside(v.L4, v.Payload), "each lies in what is around it")
	law(int(v.IPLen) >= len(v.IP) && len(v.Payload) <= int(v.L4Len), "no more was captured than was there")
	law(v.IPLen >= v.L4Len, "the payload is part of the datagram")
	law(v.Why != Decoded || v.Depth > 0, "what is decoded has an IP header")
	law(v.Depth <= maxDepth, "depth is bounded")
	if v.Depth == 0 {
		law(reflect.DeepEqual(*v, View{Number: f.Number, At: f.At, WireLen: v.WireLen, CapLen: v.CapLen, Frame: f.Data, Link: f.Link, Why: v.Why}), "no IP, nothing else")
		return
	}
	law(v.Depth > 1 || *v.Outer() == v.Key && v.OuterFromB() == v.FromB && len(v.OuterIP()) == len(v.IP), "without a tunnel there is one packet")
	law(!v.Key.aAfterB() && !v.Outer().aAfterB(), "the lower end stands first")
	law((v.TCP != nil) == v.IsTCP(), "TCP is there for TCP")
	if v.IsTCP() {
		law(v.Seg.Len == v.L4Len && v.Seg.At == f.At && v.Seg.Sum == v.L4Sum, "the Segment says what the View says")
	} else {
		law(v.Seg == tcp.Segment{}, "no Segment without TCP")
	}
}

// checkFrame holds the Decoder to its laws for one frame.
func checkFrame(t *testing.T, f *Frame) {
	t.Helper()
	before := bytes.Clone(f.Data)
	fresh, used := new(View), dirtyView()
	NewDecoder(Config{}).Decode(f, fresh)
	NewDecoder(Config{}).Decode(f, used)
	checkView(t, f, fresh)
	if !bytes.Equal(before, f.Data) {
		t.Errorf("the frame was written to: %x", before)
	}
	if used.Depth <= 1 {
		used.outer = outermost{} // nobody can see it
	}
	if !reflect.DeepEqual(fresh, used) {
		t.Errorf("what a View held before shows: link %v, frame %x\nfresh %+v\nused  %+v", f.Link, f.Data, fresh, used)
	}
	walked := &View{Number: f.Number, At: f.At, CapLen: fresh.CapLen, WireLen: fresh.WireLen, Frame: f.Data, Link: f.Link}
	NewDecoder(Config{}).walk(f, walked)
	if !reflect.DeepEqual(fresh, walked) {
		t.Errorf("the short path differs: link %v, frame %x\nshort %+v\nlong  %+v", f.Link, f.Data, fresh, walked)
	}
	checkSwapped(t, f, fresh)
}

// dirtyView is a View of which every field is set.
func dirtyView() *View {
	v := new(View)
	soil(reflect.ValueOf(v).Elem())
	v.outer = outermost{key: v.Key, ip: v.IP, fromB: true}
	return v
}

func soil(v reflect.Value) {
	if !v.CanSet() {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			soil(v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			soil(v.Index(i))
		}
	case reflect.Slice:
		v.SetBytes([]byte("soil"))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64:
		v.SetInt(0x55)
	default:
		v.SetUint(0x55)
	}
}

// checkSwapped decodes the frame again as the other end would have sent it.
func checkSwapped(t *testing.T, f *Frame, v *View) {
	t.Helper()
	if v.Why != Decoded || v.Fragments > 0 || v.Key.Proto != ProtoTCP && v.Key.Proto != ProtoUDP && v.Key.Proto != ProtoSCTP {
		return
	}
	data := bytes.Clone(f.Data)
	at := func(part []byte) int {
		return int(uintptr(unsafe.Pointer(&part[0])) - uintptr(unsafe.Pointer(&f.Data[0])))
	}
	if addresses, n := at(v.IP)+12, 4; v.Key.V6 {
		swap(data[addresses-4:], 16)
	} else {
		swap(data[addresses:], n)
	}
	swap(data[at(v.L4):], 2)
	back := new(View)
	NewDecoder(Config{}).Decode(&Frame{Data: data, WireLen: f.WireLen, Link: f.Link}, back)
	land := v.Key.A == v.Key.B && v.Key.APort == v.Key.BPort
	if back.Key != v.Key || back.FromB == v.FromB && !land {
		t.Errorf("swapped ends: link %v, frame %x\nkey  %+v from B %v\nback %+v from B %v, %v", f.Link, f.Data, v.Key, v.FromB, back.Key, back.FromB, back.Why)
	}
}

// swap exchanges the first n octets of b with the next n.
func swap(b []byte, n int) {
	for i := range n {
		b[i], b[n+i] = b[n+i], b[i]
	}
}

// TestPrefixes cuts every frame at every octet.
func TestPrefixes(t *testing.T) {
	for _, c := range append(frameCases, tunnelCases...) {
		t.Run(c.name, func(t *testing.T) {
			for n := range len(c.frame) + 1 {
				cut := c.frame[:n:n]
				checkFrame(t, &Frame{Data: cut, WireLen: uint32(len(c.frame)), Link: c.link, Number: 7, At: 9})
				checkFrame(t, &Frame{Data: cut, Link: c.link})
			}
		})
	}
}

// FuzzDecode holds the Decoder to the laws of checkFrame. Its seeds are the
// frames of all layers and tunnels.
func FuzzDecode(f *testing.F) {
	for _, c := range append(frameCases, tunnelCases...) {
		f.Add(uint16(c.link), uint32(len(c.frame)), c.frame)
	}
	f.Fuzz(func(t *testing.T, link uint16, wire uint32, data []byte) {
		checkFrame(t, &Frame{Data: data, WireLen: wire, Link: LinkType(link)})
	})
}

// FuzzStream decodes a run of raw IP packets with one Decoder, so that fragments
// meet. The input is cut into frames by two octets of length before each.
func FuzzStream(f *testing.F) {
	var seed []byte
	for _, frame := range fragmented() {
		seed = append(be(seed).u16(uint16(len(frame))), frame...)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, data []byte) {
		d, v := NewDecoder(Config{Fragments: FragmentConfig{MaxOctets: 1 << 16}}), new(View)
		for n := uint64(1); len(data) >= 2; n++ {
			size := min(int(binary.BigEndian.Uint16(data)), len(data)-2)
			frame := Frame{Data: data[2 : 2+size : 2+size], Number: n, At: int64(n) * 1e6, Link: LinkRaw}
			d.Decode(&frame, v)
			checkView(t, &frame, v)
			data = data[2+size:]
		}
	})
}

// TestNoAllocations decodes every frame with a Decoder and a View that are
// there, checksums included.
func TestNoAllocations(t *testing.T) {
	d, v := NewDecoder(Config{}), new(View)
	for _, c := range append(frameCases, tunnelCases...) {
		frame := &Frame{Data: c.frame, WireLen: uint32(len(c.frame)), Link: c.link}
		if n := testing.AllocsPerRun(10, func() { d.Decode(frame, v) }); n != 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
}

func TestSizes(t *testing.T) {
	if n := unsafe.Sizeof(Key{}); n != 48 {
		t.Errorf("a Key has %d octets, not 48", n)
	}
	if n := unsafe.Sizeof(tcp.Segment{}); n > 104 {
		t.Errorf("a Segment has %d octets, more than 104", n)
	}
}
