package checkpoint

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/zstd"
)

// Refusal is why a file is no use: it is damaged, or of another machine, or of a version
// that cannot be understood. Other errors are ErrForeign, and those of reading.
type Refusal struct{ Why string }

func (r *Refusal) Error() string { return r.Why }

// ErrForeign says that a file is not ours to replace.
var ErrForeign = errors.New("it is no state of onpath")

// Begins reports whether a file may be replaced: it is empty, or begins as a state does,
// even if it is cut off within the first octets. Else the error is ErrForeign, or that of
// reading.
func Begins(from io.Reader) error {
	begin, err := bufio.NewReaderSize(from, len(magic)).Peek(len(magic))
	if err != nil && err != io.EOF {
		return err
	}
	return foreign(begin)
}

// foreign tells by its first octets whether a file is none of ours.
func foreign(begin []byte) error {
	if string(begin) != magic[:len(begin)] {
		return ErrForeign
	}
	return nil
}

func refuse(format string, args ...any) error { return &Refusal{fmt.Sprintf(format, args...)} }

// maxBlock bounds a block, packed or not, in octets.
const maxBlock = 16 << 20

// Reader reads a file that was found to be whole.
type Reader struct {
	Version string // of the onpath that wrote it
	Notes   []Note // of the journal, as far as it is whole
	Size    int64  // octets that are whole, the journal included

	from    io.ReadSeeker
	in      *bufio.Reader
	read    int64 // octets
	sum     uint32
	body    []byte
	plain   []byte
	decoder *zstd.Decoder
	moves   []*moves // by the numbers of types in the file
}

// Open reads all of a file to see whether it is whole, and what it holds. Nothing is
// given out before. A *Refusal says why it is no use.
func Open(from io.ReadSeeker, l *Layout) (*Reader, error) {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxBlock))
	if err != nil {
		return nil, err
	}
	r := &Reader{from: from, decoder: decoder}
	if err := r.whole(); err != nil {
		return nil, err
	}
	head, err := r.begin()
	if err != nil {
		return nil, err
	}
	r.Version = head.Version
	if r.moves, err = l.from(head); err != nil {
		return nil, err
	}
	return r, nil
}

// whole checks all blocks, and reads the journal.
func (r *Reader) whole() error {
	if err := r.rewind(); err != nil {
		return err
	}
	for {
		more, err := r.block()
		if err != nil {
			return err
		}
		if !more {
			return r.journal()
		}
	}
}

// begin reads the head.
func (r *Reader) begin() (h Head, err error) {
	if err := r.rewind(); err != nil {
		return h, err
	}
	more, err := r.unpacked()
	if err != nil {
		return h, err
	}
	if !more || json.Unmarshal(r.plain, &h) != nil {
		return h, refuse("its head cannot be read")
	}
	if h.Format != format {
		return h, refuse("its format is %d, and this onpath knows %d only", h.Format, format)
	}
	return h, nil
}

// rewind goes to the first block.
func (r *Reader) rewind() error {
	if _, err := r.from.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if r.in == nil {
		r.in = bufio.NewReaderSize(nil, 1<<20)
	}
	r.in.Reset(r.from)
	r.sum, r.read = 0, 0
	peeked, _ := r.in.Peek(len(magic)) // where it ends before, or cannot be read, fill says so
	if err := foreign(peeked); err != nil {
		return err
	}
	var begin [len(magic) + 4]byte
	if err := r.fill(begin[:]); err != nil {
		return err
	}
	if mark := begin[len(magic):]; binary.NativeEndian.Uint32(mark) != order {
		if binary.LittleEndian.Uint32(mark) == order || binary.BigEndian.Uint32(mark) == order {
			return refuse("a machine with another byte order wrote it")
		}
		return refuse("it is damaged at its beginning")
	}
	return nil
}

// fill reads all of b.
func (r *Reader) fill(b []byte) error {
	n, err := io.ReadFull(r.in, b)
	r.read += int64(n)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return refuse("it is cut off")
	}
	return err
}

// block reads the next block, packed, and checks it. There is none behind the end.
func (r *Reader) block() (more bool, err error) {
	var head [8]byte
	if err := r.fill(head[:]); err != nil {
		return false, err
	}
	size, sum := binary.NativeEndian.Uint32(head[:]), binary.NativeEndian.Uint32(head[4:])
	if size > maxBlock {
		return false, refuse("it is damaged: a block of %d octets", size)
	}
	if uint32(cap(r.body)) < size {
		r.body = make([]byte, max(size, BlockSize))
	}
	r.body = r.body[:size]
	if err := r.fill(r.body); err != nil {
		return false, err
	}
	if r.sum = crc32.Update(r.sum, castagnoli, r.body); r.sum != sum {
		return false, refuse("it is damaged: a block's check is wrong")
	}
	return size > 0, nil
}

// unpacked reads the next block, and unpacks it.
func (r *Reader) unpacked() (more bool, err error) {
	if more, err = r.block(); !more {
		return false, err
	}
	if r.plain, err = r.decoder.DecodeAll(r.body, r.plain[:0]); err != nil {
		return false, refuse("it is damaged: a block cannot be unpacked: %v", err)
	}
	return true, nil
}

// journal reads what is behind the end. The last entry may be cut off, as whoever wrote
// it was killed.
func (r *Reader) journal() error {
	var b [noteSize]byte
	for {
		r.Size = r.read
		if err := r.fill(b[:]); errors.As(err, new(*Refusal)) {
			return nil
		} else if err != nil {
			return err
		}
		n := Note{NoteKind(binary.NativeEndian.Uint32(b[8:])), binary.NativeEndian.Uint64(b[:])}
		if string(n.Append(nil)) != string(b[:]) {
			return nil
		}
		r.Notes = append(r.Notes, n)
	}
}

// Parts gives take all parts, in the order in which they were put; each is a pointer as
// NewLayout was given one, and valid during the call.
func (r *Reader) Parts(take func(part any)) error {
	if _, err := r.begin(); err != nil {
		return err
	}
	for {
		more, err := r.unpacked()
		if !more {
			return err
		}
		if err := r.parts(r.plain, take); err != nil {
			return err
		}
	}
}

// parts gives take the parts of a block.
func (r *Reader) parts(b []byte, take func(part any)) error {
	for len(b) > 0 {
		if len(b) < 2 {
			return refuse("it is damaged: a block ends within a part")
		}
		n := int(binary.NativeEndian.Uint16(b))
		if n >= len(r.moves) || len(b)-2 < int(r.moves[n].size) {
			return refuse("it is damaged: a block ends within a part, or a part is of no type")
		}
		m := r.moves[n]
		if part, ok := m.part(b[2:][:m.size]); ok {
			take(part)
		}
		b = b[2+m.size:]
	}
	return nil
}
