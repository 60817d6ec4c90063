package filter

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"onpath/packet"
	"onpath/source"
)

// frame is what a program is asked about.
type frame struct {
	data []byte
	wire uint32
}

// dice makes frames whose headers hold what the filters of the tests ask for, often in
// odd places.
type dice struct{ *rand.Rand }

func newDice(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 9))} }

func pick[T any](d dice, list ...T) T { return list[d.IntN(len(list))] }

// frames returns so many frames of a link type. One of four is cut short.
func (d dice) frames(link packet.LinkType, n int) []frame {
	var list []frame
	for range n {
		b := d.link(link)
		f := frame{b, uint32(len(b))}
		if d.IntN(4) == 0 {
			f.data = b[:d.IntN(len(b)+1)]
		}
		list = append(list, f)
	}
	return list
}

func (d dice) link(link packet.LinkType) []byte {
	switch link {
	case packet.LinkEthernet:
		b := append(d.mac(), d.mac()...)
		return d.typed(b, d.etherType(), 3)
	case packet.LinkNull: // tcpdump knows the numbers of BSD and Darwin, in its host's order
		return d.ip(binary.LittleEndian.AppendUint32(nil, pick[uint32](d, 2, 24, 28, 30)))
	case packet.LinkLoop:
		return d.ip(binary.BigEndian.AppendUint32(nil, pick[uint32](d, 2, 24, 28, 30)))
	case packet.LinkLinuxSLL:
		b := append([]byte{0, byte(d.IntN(5)), 0, 1, 0, 6}, make([]byte, 8)...)
		return d.typed(b, pick(d, d.etherType(), 4), 3)
	case packet.LinkLinuxSLL2:
		t := d.etherType()
		b := binary.BigEndian.AppendUint16(nil, t)
		b = append(b, 0, 0, 0, 0, 0, 1, 0, 1, byte(d.IntN(5)), 6, 0, 0, 0, 0, 0, 0, 0, 0)
		return d.payload(b, t, 3)
	case packet.LinkPPP, packet.LinkPPPSerial, packet.LinkPPPPPPD:
		return d.ppp([]byte{0xff, 3})
	case packet.LinkNetAnalyzer, packet.LinkNetAnalyzerT:
		return append(make([]byte, layouts[link].link), d.link(packet.LinkEthernet)...)
	case packet.LinkFireWire, packet.LinkFDDI, packet.LinkATM, packet.LinkIPoverFC:
		return d.typed(make([]byte, layouts[link].typ), d.etherType(), 3)
	case packet.LinkEnc:
		return d.ip(append(binary.LittleEndian.AppendUint32(nil, pick[uint32](d, 2, 24, 28, 30)), make([]byte, 8)...))
	case packet.LinkPPPEther:
		return d.ppp([]byte{0x11, 0, 0, 5, 0, 40})
	case packet.LinkCHDLC:
		return d.typed([]byte{0x0f, 0}, d.etherType(), 3)
	}
	return d.ip(nil)
}

func (d dice) etherType() uint16 {
	return pick[uint16](d, typeIPv4, typeIPv4, typeIPv4, typeIPv4, typeIPv6, typeIPv6, typeARP, typeRARP, typeVLAN, typeVLAN,
		typeQinQ, typeQinQ9, typeMPLS, typeMPLS, typePPPoES, typePPPoED, 100, 1500, 1501, 0x88cc, 0x9000, 0, 0xfefe, 0x6003, 0x600)
}

func (d dice) typed(b []byte, t uint16, deep int) []byte {
	return d.payload(binary.BigEndian.AppendUint16(b, t), t, deep)
}

// payload appends what belongs behind an ethertype, or for a change something else.
func (d dice) payload(b []byte, t uint16, deep int) []byte {
	if deep == 0 || d.IntN(20) == 0 {
		return d.ip(b)
	}
	switch t {
	case typeIPv4:
		return d.ip4(b)
	case typeIPv6:
		return d.ip6(b)
	case typeARP, typeRARP:
		b = append(b, 0, 1, 8, 0, 6, 4, 0, byte(1+d.IntN(2)))
		b = append(d.address(append(b, d.mac()...)), d.mac()...)
		return d.address(b)
	case typeVLAN, typeQinQ, typeQinQ9:
		b = binary.BigEndian.AppendUint16(b, pick[uint16](d, 5, 6, 0x2005, 100, 4095))
		return d.typed(b, d.etherType(), deep-1)
	case typeMPLS:
		b = binary.BigEndian.AppendUint32(b, pick[uint32](d, 5, 7, 100000)<<12|uint32(d.IntN(2))<<8|64)
		return d.payload(b, pick[uint16](d, typeMPLS, typeIPv4, typeIPv6), deep-1)
	case typePPPoES:
		return d.ppp(append(b, 0x11, 0, 0, pick[byte](d, 5, 6), 0, 40))
	}
	return append(b, pick[byte](d, 100, 0x42, 0xaa, 6, 0xf0, 0xfe), pick[byte](d, 0xaa, 6, 0xf0, 0xfe), 3, 0, 0, 0, 8, 0)
}

func (d dice) ppp(b []byte) []byte {
	switch t := pick[uint16](d, 0x21, 0x57, 0xc021, typeIPv4, pppMPLS, 0x23, 0x25, 0x27, 0x31); t {
	case pppMPLS:
		return d.payload(binary.BigEndian.AppendUint16(b, t), typeMPLS, 2)
	default:
		return d.ip(binary.BigEndian.AppendUint16(b, t))
	}
}

func (d dice) ip(b []byte) []byte {
	if d.IntN(3) == 0 {
		return d.ip6(b)
	}
	return d.ip4(b)
}

func (d dice) ip4(b []byte) []byte {
	ihl := pick(d, 5, 5, 5, 6, 15, 0)
	proto := d.proto()
	b = append(b, byte(0x40|ihl), byte(d.IntN(256)), 0, byte(d.IntN(256)), 0, byte(d.IntN(256)))
	b = append(b, pick[byte](d, 0, 0x40, 0x20, 0), pick[byte](d, 0, 0, 0, 5), 64, proto, 0, 0)
	b = d.address(d.address(b))
	return d.transport(append(b, make([]byte, max(0, 4*ihl-20))...), proto)
}

func (d dice) ip6(b []byte) []byte {
	proto := pick(d, d.proto(), protoFragment, protoICMPv6, 0)
	b = append(b, 0x60, byte(d.IntN(2)), 0, 0, 0, 40, proto, 64)
	b = d.address6(d.address6(b))
	return d.transport(b, pick(d, proto, d.proto()))
}

func (d dice) proto() byte {
	return pick[byte](d, protoTCP, protoTCP, protoTCP, protoUDP, protoUDP, protoSCTP, protoICMP, 2, 9, 47, 50, 51, 89, 103, 112, protoFragment)
}

func (d dice) transport(b []byte, proto byte) []byte {
	b = append(b, pick[byte](d, proto, 0, 8, 128), pick[byte](d, 0, 80, 53), 0, pick[byte](d, 80, 81, 53, 5, 22, 69, 123))
	for range 16 + d.IntN(60) {
		b = append(b, pick[byte](d, 0, 1, 2, 18, byte(d.IntN(256))))
	}
	return b
}

func (d dice) address(b []byte) []byte {
	a := pick(d, [4]byte{10, 1, 2, 3}, [4]byte{10, 0, 0, 5}, [4]byte{192, 168, 1, 1}, [4]byte{224, 0, 0, 1}, [4]byte{255, 255, 255, 255}, [4]byte{0, 0, 0, 0}, [4]byte{1, 2, 3, 4})
	return append(b, a[:]...)
}

func (d dice) address6(b []byte) []byte {
	a := [16]byte{0: 0x20, 1: 1, 2: 0x0d, 3: 0xb8, 4: pick[byte](d, 0, 0x80, 1), 15: pick[byte](d, 1, 2)}
	switch d.IntN(6) {
	case 0:
		a = [16]byte{0: 0xff, 1: 2, 15: 1}
	case 1:
		a = [16]byte{15: 1}
	}
	return append(b, a[:]...)
}

func (d dice) mac() []byte {
	return pick(d, []byte{1, 2, 3, 4, 5, 6}, []byte{0, 2, 3, 4, 5, 6}, []byte{255, 255, 255, 255, 255, 255}, []byte{1, 0, 0x5e, 0, 0, 1})
}

// corpusFolder lies beside the module.
const corpusFolder = "../../shared/corpus/captures"

// corpus returns up to some frames of every capture, by link type; none where there is
// no corpus.
func corpus(t *testing.T, each int) map[packet.LinkType][]frame {
	t.Helper()
	all := map[packet.LinkType][]frame{}
	filepath.WalkDir(corpusFolder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		r, err := source.Open(path)
		if err != nil {
			return nil
		}
		defer r.Close()
		var f packet.Frame
		for range each {
			if r.Next(&f) != nil {
				break
			}
			all[f.Link] = append(all[f.Link], frame{append([]byte(nil), f.Data...), f.WireLen})
		}
		return nil
	})
	return all
}
