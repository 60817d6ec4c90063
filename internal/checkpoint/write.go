package checkpoint

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"reflect"
	"unsafe"

	"github.com/klauspost/compress/zstd"
)

// magic begins a file; order follows it, in the byte order of the machine.
const (
	magic = "onpath state\n"
	order = uint32(1)
)

// Head is what stands at the head of a file.
type Head struct {
	Format  int      `json:"format"`
	Version string   `json:"version"` // of onpath; may be empty
	Kinds   []kind   `json:"kinds"`
	Names   []string `json:"names"` // of anomalies, by their numbers
}

// format is the version of all that Head does not tell.
const format = 1

// BlockSize is how many octets of parts go into a block: as many as are copied while
// packets wait.
const BlockSize = 256 << 10

// Encoder puts parts into a block. The zero Encoder has no Layout: NewEncoder makes one.
type Encoder struct {
	Block  []byte // for Writer.Block; who takes it leaves another one, of length 0
	layout *Layout
}

// NewEncoder returns one for the parts of a Layout.
func NewEncoder(l *Layout) *Encoder {
	return &Encoder{layout: l, Block: make([]byte, 0, BlockSize)}
}

// Full reports whether the block should be taken: another connection may not fit in.
func (e *Encoder) Full() bool { return len(e.Block) > BlockSize*3/4 }

// Put adds a part. It panics if its type is not in the Layout.
func (e *Encoder) Put(part any) {
	v := reflect.ValueOf(part)
	n, known := e.layout.known[v.Type().Elem()]
	if !known {
		panic(fmt.Sprintf("checkpoint: %T is not among the parts", part))
	}
	e.Block = binary.NativeEndian.AppendUint16(e.Block, uint16(n))
	e.Block = append(e.Block, unsafe.Slice((*byte)(v.UnsafePointer()), e.layout.kinds[n].Size)...)
}

// Writer writes blocks. It belongs to one goroutine, which need not be the Encoder's.
type Writer struct {
	to     io.Writer
	sum    uint32
	packer *zstd.Encoder
	packed []byte
	size   int64
}

// castagnoli is the table of CRC-32C, which processors compute themselves.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// NewWriter writes the head of a file. version is that of onpath.
func NewWriter(to io.Writer, l *Layout, version string) (*Writer, error) {
	packer, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false))
	if err != nil {
		return nil, err
	}
	w := &Writer{to: to, packer: packer}
	h := Head{Format: format, Version: version, Names: names()}
	for _, k := range l.kinds {
		h.Kinds = append(h.Kinds, *k)
	}
	head, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	if err := w.put(binary.NativeEndian.AppendUint32([]byte(magic), order)); err != nil {
		return nil, err
	}
	return w, w.Block(head)
}

// Block writes a block, which is not kept.
func (w *Writer) Block(octets []byte) error {
	w.packed = w.packer.EncodeAll(octets, append(w.packed[:0], make([]byte, 8)...))
	body := w.packed[8:]
	w.sum = crc32.Update(w.sum, castagnoli, body)
	binary.NativeEndian.PutUint32(w.packed, uint32(len(body)))
	binary.NativeEndian.PutUint32(w.packed[4:], w.sum)
	return w.put(w.packed)
}

// End writes the end. Behind it may stand Notes.
func (w *Writer) End() error {
	end := binary.NativeEndian.AppendUint32(make([]byte, 4), w.sum)
	return w.put(end)
}

// Size returns how many octets were written.
func (w *Writer) Size() int64 { return w.size }

func (w *Writer) put(octets []byte) error {
	n, err := w.to.Write(octets)
	w.size += int64(n)
	return err
}

// Note is an entry of the journal, which tells what happened since the checkpoint.
type Note struct {
	Kind   NoteKind
	Record uint64
}

// NoteKind is what a Note tells.
type NoteKind uint32

const (
	NoteEnded NoteKind = 1 + iota // this record was written
	NoteBegun                     // numbers up to this one were given to records
)

// noteSize is the size of a Note in a file, octets.
const noteSize = 16

// Append appends the note as it stands in a file.
func (n Note) Append(b []byte) []byte {
	from := len(b)
	b = binary.NativeEndian.AppendUint64(b, n.Record)
	b = binary.NativeEndian.AppendUint32(b, uint32(n.Kind))
	return binary.NativeEndian.AppendUint32(b, crc32.Checksum(b[from:], castagnoli))
}
