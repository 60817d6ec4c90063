package fingerprint

import "encoding/binary"

// fixedLen are the octets that p0f takes an option of a kind to have, whatever its
// length says; a length that says other makes the list bad.
var fixedLen = [...]int{kindMSS: 4, kindScale: 3, kindSACKOK: 2, kindTimestamp: 10}

// readOptions reads the option list of a segment, as p0f 3.09 does.
func (s *Signature) readOptions(b []byte) {
	l := &s.Layout
	for len(b) > 0 {
		if l.Len == maxOptions {
			s.Quirks |= BadOptions
			return
		}
		kind := b[0]
		l.Kinds[l.Len] = kind
		l.Len++
		switch kind {
		case kindEOL:
			l.Pad = uint8(len(b) - 1)
			s.Quirks |= padding(b[1:])
			return
		case kindNOP:
			b = b[1:]
			continue
		}
		n := s.option(kind, b)
		if n == 0 {
			s.Quirks |= BadOptions
			return
		}
		b = b[n:]
	}
}

// option reads the option of a kind at the beginning of b, and returns its octets, or
// 0 if the list cannot be read on.
func (s *Signature) option(kind uint8, b []byte) int {
	if int(kind) >= len(fixedLen) || fixedLen[kind] == 0 {
		return measured(kind, b)
	}
	n := fixedLen[kind]
	if len(b) < n {
		return 0
	}
	if int(b[1]) != n {
		s.Quirks |= BadOptions
	}
	s.value(kind, b[2:n])
	return n
}

// measured returns the length of an option that says it itself, or 0 if it lies. One
// of kind SACK has at least a block, and at most four.
func measured(kind uint8, b []byte) int {
	least, most := 2, 40
	if kind == kindSACK {
		least, most = 10, 34
	}
	if len(b) < 2 || int(b[1]) < least || int(b[1]) > min(len(b), most) {
		return 0
	}
	return int(b[1])
}

// value takes what an option of fixed length says; the last of its kind counts.
func (s *Signature) value(kind uint8, data []byte) {
	switch kind {
	case kindMSS:
		s.MSS = binary.BigEndian.Uint16(data)
	case kindScale:
		if s.Scale = data[0]; s.Scale > 14 {
			s.Quirks |= WideScale
		}
	case kindTimestamp:
		own, peer := binary.BigEndian.Uint32(data), binary.BigEndian.Uint32(data[4:])
		if s.Stamped = own != 0; !s.Stamped {
			s.Quirks |= ZeroStamp
		}
		if peer != 0 && !s.Answer {
			s.Quirks |= PeerStamp
		}
	}
}

// padding tells what stands behind EOL; p0f 3.09 does not look at the last octet.
func padding(b []byte) Quirks {
	for i, c := range b {
		if c != 0 && i < len(b)-1 {
			return OptionData
		}
	}
	return 0
}
