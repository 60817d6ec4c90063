package source

import "io"

// chunkSize is the read buffer of one file. Below it, system calls show in the
// time per frame; mmap gains nothing over it (both measured, 82-octet records).
const chunkSize = 1 << 20

// chunk reads in large pieces and lets a caller look at the octets ahead before
// it takes them.
//
//	buf  ┌──────────────┬───────────────────────┬───────────┐
//	     │ taken ┊ kept │ held                  │ free      │
//	     └──────────────┴───────────────────────┴───────────┘
//	     base           lo                      hi
type chunk struct {
	r      io.Reader
	buf    []byte
	lo, hi int
	keep   int   // octets taken last that can be untaken
	base   int64 // offset in the unpacked file of buf[0]
	err    error // what ended r: io.EOF, or why it could not go on
}

// start begins a file whose first octets, not to be had from r, are head.
func (c *chunk) start(r io.Reader, head, buf []byte) {
	*c = chunk{r: r, buf: buf, hi: copy(buf, head)}
}

// has reports whether n octets are held, after reading as often as it takes. It
// may move what is held: slices of the buffer are void after it.
func (c *chunk) has(n int) bool { return c.hi-c.lo >= n || c.fill(n) }

func (c *chunk) fill(n int) bool {
	for c.hi-c.lo < n && c.err == nil {
		c.room(n)
		c.read()
	}
	return c.hi-c.lo >= n
}

// room makes place to read the rest of n octets. The buffer doubles only when
// what must be kept fills half of it: a length that lies costs no memory, and
// moving costs less than reading even if each octet asks for many ahead.
func (c *chunk) room(n int) {
	if c.lo+n <= len(c.buf) {
		return
	}
	gone := max(0, c.lo-c.keep)
	c.base += int64(gone)
	c.hi = copy(c.buf, c.buf[gone:c.hi])
	c.lo -= gone
	if c.hi > len(c.buf)/2 {
		c.buf = append(c.buf, make([]byte, len(c.buf))...)
	}
}

// read reads once. A reader that returns nothing a hundred times is broken.
func (c *chunk) read() {
	for range 100 {
		n, err := c.r.Read(c.buf[c.hi:])
		c.hi += n
		c.err = err
		if n > 0 || err != nil {
			return
		}
	}
	c.err = io.ErrNoProgress
}

// held returns the octets that can be looked at without reading.
func (c *chunk) held() []byte { return c.buf[c.lo:c.hi] }

// take passes over n octets that are held.
func (c *chunk) take(n int) { c.lo += n }

// untake holds again the last n octets, at most keep.
func (c *chunk) untake(n int) { c.lo -= n }

// drop passes over n octets, reading on where they are not held, and returns
// how many there were.
func (c *chunk) drop(n int64) int64 {
	left := n
	for left > 0 && c.has(1) {
		step := min(left, int64(c.hi-c.lo))
		c.lo += int(step)
		left -= step
	}
	return n - left
}

// offset returns where in the unpacked file the held octets begin.
func (c *chunk) offset() int64 { return c.base + int64(c.lo) }
