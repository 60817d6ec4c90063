package genload

import (
	"encoding/binary"
	"io"
)

// The magic numbers of classic pcap with µs and ns
// (https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html §4).
const (
	magicMicro = 0xa1b2c3d4
	magicNano  = 0xa1b23c4d
)

// chunk is how many octets are collected before they are written.
const chunk = 256 << 10

// capture writes classic pcap, little-endian, LINKTYPE_ETHERNET.
type capture struct {
	w     io.Writer
	buf   []byte // records not written yet; the frame being built is its tail
	start int    // where the current record begins in buf
	unit  int64  // ns of one unit of the fraction: 1 or 1000
	err   error  // the first that w returned
}

func newCapture(w io.Writer, nanos bool) *capture {
	c := &capture{w: w, unit: 1000, buf: make([]byte, 0, chunk+1<<17)}
	magic := uint32(magicMicro)
	if nanos {
		magic, c.unit = magicNano, 1
	}
	le := binary.LittleEndian
	c.buf = le.AppendUint32(c.buf, magic)
	c.buf = le.AppendUint32(c.buf, 2|4<<16) // version 2.4
	c.buf = le.AppendUint64(c.buf, 0)       // zone and accuracy, unused
	c.buf = le.AppendUint32(c.buf, 1<<18)   // snap length
	c.buf = le.AppendUint32(c.buf, 1)       // LINKTYPE_ETHERNET
	return c
}

// begin starts a record; what is appended to buf until end is its frame.
func (c *capture) begin() {
	c.start = len(c.buf)
	c.buf = append(c.buf, make([]byte, 16)...)
}

// end pads the frame to minimum octets, fills in the record's header and
// returns the frame's length.
func (c *capture) end(at int64, minimum int) int {
	n := len(c.buf) - c.start - 16
	for ; n < minimum; n++ {
		c.buf = append(c.buf, 0)
	}
	le, h := binary.LittleEndian, c.buf[c.start:]
	le.PutUint32(h, uint32(at/1e9))
	le.PutUint32(h[4:], uint32(at%1e9/c.unit))
	le.PutUint32(h[8:], uint32(n))
	le.PutUint32(h[12:], uint32(n))
	if len(c.buf) >= chunk {
		c.flush()
	}
	return n
}

func (c *capture) flush() {
	if c.err == nil {
		_, c.err = c.w.Write(c.buf)
	}
	c.buf = c.buf[:0]
}
