package source

import (
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// wide are the marks with which a text in 16-bit units begins, as Windows' shells write
// what they redirect (Unicode Standard §23.8, byte order mark).
var wide = []struct {
	mark  string
	order binary.ByteOrder
}{
	{"\xff\xfe", binary.LittleEndian},
	{"\xfe\xff", binary.BigEndian},
}

// unitsOf returns the order of the 16-bit units that a text begins with, and the octets
// of its mark; nil if it has octets. Without a mark, half of the first one tells.
func unitsOf(head []byte) (order binary.ByteOrder, mark int) {
	for _, w := range wide {
		if bytes.HasPrefix(head, []byte(w.mark)) {
			return w.order, len(w.mark)
		}
	}
	switch {
	case len(head) < 4:
		return nil, 0
	case isText(head[:1]) && head[1] == 0 && isText(head[2:3]) && head[3] == 0:
		return binary.LittleEndian, 0
	case isText(head[1:2]) && head[0] == 0 && isText(head[3:4]) && head[2] == 0:
		return binary.BigEndian, 0
	}
	return nil, 0
}

// narrow makes f yield octets of UTF-8 if what it holds begins a text in 16-bit units.
func (f *file) narrow() {
	head := f.held()
	order, mark := unitsOf(head)
	if order == nil {
		return
	}
	again := io.MultiReader(bytes.NewReader(bytes.Clone(head[mark:])), f.r)
	f.start(&units{r: again, order: order}, nil, f.buf)
	f.has(1)
}

// units reads UTF-16 as UTF-8. What is no character becomes U+FFFD.
type units struct {
	r     io.Reader
	order binary.ByteOrder
	in    [4096]byte
	n     int    // octets of in that are held
	out   []byte // made of them, not yet read
	first uint16 // half of a pair whose other half has not come
	err   error
}

func (u *units) Read(b []byte) (int, error) {
	for len(u.out) == 0 && u.err == nil {
		u.more()
	}
	n := copy(b, u.out)
	u.out = u.out[n:]
	if len(u.out) > 0 {
		return n, nil
	}
	return n, u.err
}

// more reads once, and makes UTF-8 of all whole units.
func (u *units) more() {
	n, err := u.r.Read(u.in[u.n:])
	u.n, u.err, u.out = u.n+n, err, u.out[:0]
	at := 0
	for ; at+1 < u.n; at += 2 {
		u.unit(u.order.Uint16(u.in[at:]))
	}
	u.n = copy(u.in[:], u.in[at:u.n])
}

// unit takes one unit: a character, or half of one.
func (u *units) unit(c uint16) {
	r, first := rune(c), u.first
	u.first = 0
	switch {
	case first != 0:
		r = utf16.DecodeRune(rune(first), r)
	case utf16.IsSurrogate(r):
		u.first = c
		return
	}
	u.out = utf8.AppendRune(u.out, r)
}
