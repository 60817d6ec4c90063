package packet

import "bytes"

// blockSize is the memory that one block takes. Three hold the payload of a full
// Ethernet frame with 96 % of use.
const blockSize = 512

// block holds octets. A piece, a run of octets of a datagram, is a list of
// blocks; the first of them says which run. One pool serves the octets and the
// pieces, so one bound holds for both.
type block struct {
	octets     [blockSize - 16]byte
	start, end uint16 // octets of the datagram's payload on the wire, from start to before end
	captured   uint16 // of these, octets stored here and in the blocks behind
	more       uint32 // next block of the piece, 0: none
	next       uint32 // first block of the datagram's next piece, 0: none
}

// blocksFor returns the blocks that n octets take: a piece without captured
// octets takes one, too.
func blocksFor(n int) int {
	const room = len(block{}.octets)
	return max(1, (n+room-1)/room)
}

// blockPool hands out blocks. It grows up to its limit as they are needed.
type blockPool struct {
	blocks []block // 0 stands for none
	free   uint32  // list of unused ones, by more
	used   int
	limit  int // blocks at most
}

func (p *blockPool) at(i uint32) *block { return &p.blocks[i] }

func (p *blockPool) start(piece uint32) int { return int(p.blocks[piece].start) }

// end returns the octet after piece's last, 0 for no piece.
func (p *blockPool) end(piece uint32) int {
	if piece == 0 {
		return 0
	}
	return int(p.blocks[piece].end)
}

func (p *blockPool) span(piece uint32, start, end int) {
	p.blocks[piece].start, p.blocks[piece].end = uint16(start), uint16(end)
}

// left returns how many blocks can be taken.
func (p *blockPool) left() int { return p.limit - p.used }

// take returns an empty block; the caller has seen to it that one is left.
func (p *blockPool) take() uint32 {
	p.used++
	if i := p.free; i != 0 {
		p.free = p.blocks[i].more
		p.blocks[i].more, p.blocks[i].next = 0, 0
		return i
	}
	if len(p.blocks) == cap(p.blocks) {
		p.grow()
	}
	p.blocks = p.blocks[:len(p.blocks)+1]
	return uint32(len(p.blocks) - 1)
}

// grow doubles the memory, up to the limit and the block that stands for none.
func (p *blockPool) grow() {
	larger := make([]block, max(1, len(p.blocks)), min(max(64, 2*cap(p.blocks)), p.limit+1))
	copy(larger, p.blocks)
	p.blocks = larger
}

// put stores b as a piece.
func (p *blockPool) put(b []byte) (piece uint32) {
	piece = p.take()
	p.blocks[piece].captured = uint16(len(b))
	for last := piece; ; {
		b = b[copy(p.blocks[last].octets[:], b):]
		if len(b) == 0 {
			return piece
		}
		next := p.take()
		p.blocks[last].more = next
		last = next
	}
}

// release frees a piece.
func (p *blockPool) release(piece uint32) {
	for i := piece; i != 0; {
		more := p.blocks[i].more
		p.blocks[i].more, p.free = p.free, i
		p.used--
		i = more
	}
}

// appendTo appends the stored octets of piece to dst.
func (p *blockPool) appendTo(dst []byte, piece uint32) []byte {
	left := int(p.blocks[piece].captured)
	for i := piece; left > 0; i = p.blocks[i].more {
		n := min(left, len(p.blocks[i].octets))
		dst = append(dst, p.blocks[i].octets[:n]...)
		left -= n
	}
	return dst
}

// agree reports whether b and the stored octets of piece from skip on are the
// same, as far as there are both.
func (p *blockPool) agree(piece uint32, skip int, b []byte) bool {
	left := int(p.blocks[piece].captured)
	for i := piece; left > 0 && len(b) > 0; i = p.blocks[i].more {
		octets := p.blocks[i].octets[:min(left, len(p.blocks[i].octets))]
		left -= len(octets)
		n := min(skip, len(octets))
		skip, octets = skip-n, octets[n:]
		n = min(len(b), len(octets))
		if !bytes.Equal(b[:n], octets[:n]) {
			return false
		}
		b = b[n:]
	}
	return true
}
