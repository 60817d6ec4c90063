package evidence

import (
	"encoding/binary"
	"math/bits"

	"onpath/packet"
	"onpath/sink/pcapng"
	"onpath/tcp"
)

// ring keeps the latest frames of all connections in a fixed number of octets. Every
// frame has a position that is never used again: the octets that went in before it.
//
//	0        8        16       24       32       40     44     48   50     52   53   54
//	┌────────┬────────┬────────┬────────┬────────┬──────┬──────┬────┬──────┬────┬────┬────────
//	│ number │   at   │  conn  │ older  │ piece  │ wire │length│link│pieces│kind│text│ octets…
//	└────────┴────────┴────────┴────────┴────────┴──────┴──────┴────┴──────┴────┴────┴────────
//
// Frames are found by their connection through chains: older is 1 + the position of the
// frame before it in its bucket, in which few connections share a place. A chain is over
// where it leads to what was overwritten.
type ring struct {
	size   uint64   // octets that it has room for
	chunks [][]byte // of chunk octets each, made when a frame first gets there
	heads  []uint64 // by bucket: 1 + the position of its latest frame; 0: none yet
	tail   uint64   // position of the oldest frame
	head   uint64   // where the next one goes
	frames uint64   // that went in
	lost   uint64   // that were overwritten, or did not fit
}

// headLen is how many octets stand before those of a frame.
const headLen = 54

// kind says what a frame is to its connection.
type kind uint8

const (
	segment  kind = iota // one of its datagrams
	quote                // an ICMP error about one
	fragment             // a part of one; its connection is told by the last part
)

// kept is a frame as the ring has it.
type kept struct {
	number uint64 // of the frame, from 1 over all captures
	at     int64
	conn   uint64
	older  uint64
	piece  uint64 // what the fragments that it was put together of have as conn; 0: it came whole
	wire   uint32
	length uint32 // octets captured
	origin pcapng.Origin
	pieces uint16 // how many fragments it was put together of
	kind   kind
	from   uint64 // position of its octets
}

// octetsPerBucket is for how many octets of a ring there is a bucket.
const octetsPerBucket = 1 << 10

// chunk is how many octets are allocated at once.
const chunk = 1 << 20

// newRing returns a ring that takes so much memory at most, buckets included.
func newRing(memory int) ring {
	buckets := 1 << min(bits.Len(uint(max(memory, 0)/octetsPerBucket)), 16)
	return ring{size: uint64(max(memory-8*buckets, 0)), heads: make([]uint64, buckets)}
}

// add keeps a frame, overwriting the oldest ones. A frame that does not fit is lost.
func (r *ring) add(f *packet.Frame, k kept) {
	r.frames++
	need := uint64(headLen + len(f.Data))
	if need > r.size {
		r.lost++
		return
	}
	for r.head+need-r.tail > r.size {
		r.drop()
	}
	bucket := &r.heads[r.bucket(k.conn)]
	k.number, k.at, k.wire, k.origin, k.older = f.Number, f.At, f.WireLen, pcapng.OriginOf(f), *bucket
	*bucket = r.head + 1
	var b [headLen]byte
	k.put(&b, len(f.Data))
	r.write(r.head, b[:])
	r.write(r.head+headLen, f.Data)
	r.head += need
}

func (r *ring) bucket(conn uint64) uint64 { return conn & uint64(len(r.heads)-1) }

// drop gives the oldest frame up.
func (r *ring) drop() {
	var b [4]byte
	r.read(r.tail+lengthAt, b[:])
	r.tail += headLen + uint64(binary.LittleEndian.Uint32(b[:]))
	r.lost++
}

// write copies b to a position.
func (r *ring) write(to uint64, b []byte) {
	for len(b) > 0 {
		n := copy(r.from(to), b)
		to, b = to+uint64(n), b[n:]
	}
}

// read copies what stands at a position to b.
func (r *ring) read(from uint64, b []byte) {
	for len(b) > 0 {
		n := copy(b, r.from(from))
		from, b = from+uint64(n), b[n:]
	}
}

// from returns the octets from a position on, to the end of their chunk.
func (r *ring) from(position uint64) []byte {
	at := position % r.size
	i := int(at / chunk)
	if i == len(r.chunks) {
		r.chunks = append(r.chunks, make([]byte, min(chunk, r.size-at)))
	}
	return r.chunks[i][at%chunk:]
}

// Where the fields of a frame's head stand.
const (
	numberAt = 8 * iota
	timeAt
	connAt
	olderAt
	pieceAt
	wireAt
	lengthAt = wireAt + 4
	linkAt   = lengthAt + 4
	piecesAt = linkAt + 2
	kindAt   = piecesAt + 2
	textAt   = kindAt + 1
)

func (k *kept) put(b *[headLen]byte, length int) {
	le := binary.LittleEndian
	le.PutUint64(b[numberAt:], k.number)
	le.PutUint64(b[timeAt:], uint64(k.at))
	le.PutUint64(b[connAt:], k.conn)
	le.PutUint64(b[olderAt:], k.older)
	le.PutUint64(b[pieceAt:], k.piece)
	le.PutUint32(b[wireAt:], k.wire)
	le.PutUint32(b[lengthAt:], uint32(length))
	le.PutUint16(b[linkAt:], uint16(k.origin.Link))
	le.PutUint16(b[piecesAt:], k.pieces)
	b[kindAt] = uint8(k.kind)
	b[textAt] = textByte(&k.origin)
}

// Bits of the octet that says what a frame is which was built from a printed line; the
// others are what that told of its checksum.
const (
	isText = 1 << iota
	toldTTL
	toldID
	sumShift = iota
)

func textByte(o *pcapng.Origin) (b uint8) {
	for _, bit := range [...]struct {
		is  bool
		bit uint8
	}{{o.Built, isText}, {o.Told.TTL, toldTTL}, {o.Told.ID, toldID}} {
		if bit.is {
			b |= bit.bit
		}
	}
	return b | uint8(o.Told.Sum)<<sumShift
}

func textFrom(b uint8) packet.Text {
	return packet.Text{TTL: b&toldTTL != 0, ID: b&toldID != 0, Sum: tcp.Sum(b >> sumShift)}
}

// at returns the frame at a position.
func (r *ring) at(position uint64) (k kept) {
	var b [headLen]byte
	r.read(position, b[:])
	le := binary.LittleEndian
	return kept{
		number: le.Uint64(b[numberAt:]), at: int64(le.Uint64(b[timeAt:])), conn: le.Uint64(b[connAt:]),
		older: le.Uint64(b[olderAt:]), piece: le.Uint64(b[pieceAt:]), wire: le.Uint32(b[wireAt:]),
		length: le.Uint32(b[lengthAt:]), origin: pcapng.Origin{
			Link: packet.LinkType(le.Uint16(b[linkAt:])), Built: b[textAt]&isText != 0, Told: textFrom(b[textAt]),
		},
		pieces: le.Uint16(b[piecesAt:]), kind: kind(b[kindAt]), from: position + headLen,
	}
}

// count returns how many frames of a connection are kept.
func (r *ring) count(conn uint64) (n int) {
	for next := r.heads[r.bucket(conn)]; next > r.tail; {
		k := r.at(next - 1)
		if k.conn == conn {
			n++
		}
		next = k.older
	}
	return n
}

// of appends the kept frames of a connection, the latest first: of those that stand
// before a position the newest, at most n.
func (r *ring) of(list []kept, conn, before uint64, n int) []kept {
	for next := r.heads[r.bucket(conn)]; next > r.tail && n > 0; {
		k := r.at(next - 1)
		if k.conn == conn && next-1 < before {
			list, n = append(list, k), n-1
		}
		next = k.older
	}
	return list
}
