package flood

import (
	"encoding/binary"
	"io"
	"time"
)

// Write writes the next n frames as a classic pcap of nanoseconds, a frame every gap.
func (f *Flood) Write(w io.Writer, n uint64, gap time.Duration) error {
	const start = int64(1_000_000_000e9)
	le := binary.LittleEndian
	b := le.AppendUint32(nil, 0xa1b23c4d)
	b = le.AppendUint32(b, 2|4<<16)
	b = le.AppendUint64(b, 0)
	b = le.AppendUint32(le.AppendUint32(b, 1<<18), 1)
	for i := range n {
		frame, at := f.Next(), start+int64(i)*int64(gap)
		b = le.AppendUint32(le.AppendUint32(b, uint32(at/1e9)), uint32(at%1e9))
		b = le.AppendUint32(le.AppendUint32(b, uint32(len(frame))), uint32(len(frame)))
		if b = append(b, frame...); len(b) < 1<<18 && i < n-1 {
			continue
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
		b = b[:0]
	}
	return nil
}
