package text

import (
	"encoding/hex"

	"onpath/packet"
	"onpath/tcp"
)

// appendTCP appends a segment. As in tcpdump the sequence number is there only
// where the segment occupies sequence space, or resets.
func appendTCP(line []byte, v *packet.View) []byte {
	s := &v.Seg
	line = append(line, "Flags ["...)
	line = append(s.Flags.Append(line), ']')
	if s.Len > 0 || s.Flags&(tcp.SYN|tcp.FIN|tcp.RST) != 0 {
		line = appendCount(line, ", seq ", uint32(s.Seq))
	}
	if s.Len > 0 {
		line = appendCount(line, ":", uint32(s.Seq.Add(s.Len)))
	}
	if s.Flags.Has(tcp.ACK) {
		line = appendCount(line, ", ack ", uint32(s.Ack))
	}
	line = appendCount(line, ", win ", s.Win)
	if s.Flags.Has(tcp.URG) {
		line = appendCount(line, ", urg ", s.Urg)
	}
	if len(v.TCP) > tcp.MinHeader {
		line = append(line, ", options ["...)
		line = append(appendOptions(line, v.TCP), ']')
	}
	return appendCount(line, ", length ", s.Len)
}

// appendOptions appends the options with commas between.
func appendOptions(line []byte, h tcp.Header) []byte {
	start := len(line)
	o := h.Options()
	for {
		line = appendNOPs(line, o.Rest())
		if !o.Next() {
			break
		}
		line = append(appendOption(line, &o), ',')
	}
	switch rest := o.Rest(); {
	case o.Err() != nil:
		line = append(line, "bad,"...)
	case len(rest) > 0 && rest[0] == byte(tcp.KindEOL):
		line = append(line, "eol,"...)
	}
	if len(line) == start {
		return line
	}
	return line[:len(line)-1]
}

// appendNOPs appends the NOPs at the head of what is to be walked.
func appendNOPs(line, rest []byte) []byte {
	for len(rest) > 0 && rest[0] == byte(tcp.KindNOP) {
		line, rest = append(line, "nop,"...), rest[1:]
	}
	return line
}

func appendOption(line []byte, o *tcp.Options) []byte {
	info, known := o.Kind.Info()
	if !known {
		line = appendCount(line, "unknown-", uint8(o.Kind))
		return appendHex(line, o.Data)
	}
	line = append(line, info.Tcpdump...)
	if mss, ok := o.MSS(); ok {
		return appendCount(line, " ", mss)
	}
	if shift, ok := o.WScale(); ok {
		return appendCount(line, " ", shift)
	}
	if val, ecr, ok := o.Timestamps(); ok {
		return appendCount(appendCount(line, " val ", val), " ecr ", ecr)
	}
	if o.Kind == tcp.KindSACK {
		return appendBlocks(line, o)
	}
	return appendHex(line, o.Data)
}

func appendBlocks(line []byte, o *tcp.Options) []byte {
	blocks, n := o.SACK()
	line = append(appendCount(line, " ", uint8(n)), ' ')
	for _, b := range blocks[:n] {
		line = appendCount(line, "{", uint32(b[0]))
		line = append(appendCount(line, ":", uint32(b[1])), '}')
	}
	return line
}

func appendHex(line, data []byte) []byte {
	if len(data) == 0 {
		return line
	}
	return hex.AppendEncode(append(line, ' '), data)
}
