package fingerprint

import "encoding/binary"

// fixedLen are the octets that p0f takes an option of a kind to have, whatever its
// length says; a length that says other makes the list bad. 0: the option says it.
var fixedLen = [256]uint8{kindMSS: 4, kindScale: 3, kindSACKOK: 2, kindTimestamp: 10}

// readOptions reads the option list of a segment, as p0f 3.09 does.
func (s *Signature) readOptions(b []byte) {
	l, count := &s.Layout, 0
	for len(b) > 0 {
		if count == maxOptions {
			s.Quirks |= BadOptions
			break
		}
		kind := b[0]
		l.Kinds[count] = kind
		count++
		if kind == kindNOP {
			b = b[1:]
			continue
		}
		if kind == kindEOL {
			l.Pad = uint8(len(b) - 1)
			s.Quirks |= padding(b[1:])
			break
		}
		n := int(fixedLen[kind])
		if n == 0 {
			n = measured(kind, b)
		}
		if n == 0 || n > len(b) {
			s.Quirks |= BadOptions
			break
		}
		s.value(kind, b[:n])
		b = b[n:]
	}
	l.Len = uint8(count)
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

// value takes what an option says, if it is of a kind with a fixed length; the last of
// its kind counts.
func (s *Signature) value(kind uint8, b []byte) {
	if fixedLen[kind] != 0 && int(b[1]) != len(b) {
		s.Quirks |= BadOptions
	}
	switch kind {
	case kindMSS:
		s.MSS = binary.BigEndian.Uint16(b[2:])
	case kindScale:
		if s.Scale = b[2]; s.Scale > 14 {
			s.Quirks |= WideScale
		}
	case kindTimestamp:
		own, peer := binary.BigEndian.Uint32(b[2:]), binary.BigEndian.Uint32(b[6:])
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
