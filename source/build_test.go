package source

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"

	"onpath/packet"
)

// Captures for the tests are put together here, field by field, so that each
// test can write any of them wrong.

// order appends numbers in one byte order.
type order struct{ binary.AppendByteOrder }

var (
	le = order{binary.LittleEndian}
	be = order{binary.BigEndian}
)

func (o order) words(b []byte, words ...uint32) []byte {
	for _, w := range words {
		b = o.AppendUint32(b, w)
	}
	return b
}

// pcapHeader is the header of a classic file.
func (o order) pcapHeader(magic uint32, major, minor uint16, link uint32) []byte {
	b := o.AppendUint32(nil, magic)
	b = o.AppendUint16(o.AppendUint16(b, major), minor)
	return o.words(b, 0, 0, 65535, link)
}

// pcapRecord is a record of a classic file that says of itself caplen and
// wirelen, and holds data.
func (o order) pcapRecord(sec, frac, caplen, wirelen uint32, data []byte) []byte {
	return append(o.words(nil, sec, frac, caplen, wirelen), data...)
}

// whole is a record captured as a whole.
func (o order) whole(sec, frac uint32, data []byte) []byte {
	return o.pcapRecord(sec, frac, uint32(len(data)), uint32(len(data)), data)
}

// block is a pcapng block around body, padded.
func (o order) block(kind uint32, body ...[]byte) []byte {
	b := bytes.Join(body, nil)
	b = append(b, make([]byte, -len(b)&3)...)
	n := uint32(len(b) + 12)
	return o.words(append(o.words(nil, kind, n), b...), n)
}

func (o order) section(options ...[]byte) []byte {
	b := o.words(nil, byteOrderMagic)
	b = o.AppendUint16(o.AppendUint16(b, 1), 0)
	b = o.words(b, 0xffffffff, 0xffffffff)
	return o.block(blockSection, b, bytes.Join(options, nil))
}

func (o order) iface(link uint16, snaplen uint32, options ...[]byte) []byte {
	b := o.AppendUint16(o.AppendUint16(nil, link), 0)
	return o.block(blockInterface, o.words(b, snaplen), bytes.Join(options, nil))
}

// option is an option of a block, padded.
func (o order) option(code uint16, value ...byte) []byte {
	b := o.AppendUint16(o.AppendUint16(nil, code), uint16(len(value)))
	b = append(b, value...)
	return append(b, make([]byte, -len(value)&3)...)
}

func (o order) enhanced(id uint32, ticks uint64, wirelen uint32, data []byte, options ...[]byte) []byte {
	b := o.words(nil, id, uint32(ticks>>32), uint32(ticks), uint32(len(data)), wirelen)
	b = append(b, data...)
	b = append(b, make([]byte, -len(b)&3)...)
	return o.block(blockEnhanced, b, bytes.Join(options, nil))
}

func (o order) simple(wirelen uint32, data []byte) []byte {
	return o.block(blockSimple, o.words(nil, wirelen), data)
}

func (o order) oldPacket(id uint16, ticks uint64, wirelen uint32, data []byte) []byte {
	b := o.AppendUint16(o.AppendUint16(nil, id), 0xffff)
	b = o.words(b, uint32(ticks>>32), uint32(ticks), uint32(len(data)), wirelen)
	return o.block(blockOldPacket, b, data)
}

// payload is n octets that differ from each other and from call to call by seed.
func payload(n, seed int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + seed*31 + 1)
	}
	return b
}

// join puts parts of a file together.
func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// got is a frame with octets of its own.
type got struct {
	at      int64
	link    packet.LinkType
	wirelen uint32
	data    string
}

// drain reads all frames of r.
func drain(t testing.TB, r *Reader) (all []got) {
	t.Helper()
	var f packet.Frame
	for {
		err := r.Next(&f)
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, got{f.At, f.Link, f.WireLen, string(f.Data)})
		if f.Number != uint64(len(all)) {
			t.Fatalf("frame %d has number %d", len(all), f.Number)
		}
	}
}

// read reads all frames of a file.
func read(t testing.TB, file []byte) ([]got, Health) {
	t.Helper()
	r, err := New("test", bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	return drain(t, r), r.Health()
}
