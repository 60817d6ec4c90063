package tcpdump

import (
	"encoding/binary"

	"onpath/packet"
)

// radioFields are the sizes of radiotap's fields by their bit, which each is aligned
// to but for the channel and the hopping (https://www.radiotap.org).
var radioFields = [...]struct{ size, align int }{
	{8, 8}, {1, 1}, {1, 1}, {4, 2}, {2, 1}, {1, 1}, {1, 1}, {2, 2}, {2, 2}, {2, 2}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {2, 2},
}

// Bits of a word of fields that name none.
const (
	radioNamespace = 1 << 29 // the fields of the next word are radiotap's again
	radioMore      = 1 << 31 // another word follows
)

// radiotap prints what the radio said, and the IP datagram that packet found behind
// it. Of the 802.11 header nothing is printed.
func (w *walk) radiotap(v *packet.View) bool {
	le := binary.LittleEndian
	if len(w.b) < 8 || v.Depth == 0 {
		return false
	}
	n, words := int(le.Uint16(w.b[2:])), 1
	for 4+4*words <= len(w.b) && le.Uint32(w.b[4*words:])&radioMore != 0 {
		words++
	}
	at := 4 + 4*words
	if n > len(w.b) || at > n {
		return false
	}
	ok := true
	for i := 0; i < words && ok; i++ {
		at, ok = w.radioWord(le.Uint32(w.b[4+4*i:]), w.b[:n], at)
	}
	return ok && w.decoded(v)
}

// radioWord prints the fields that a word names, which stand at an offset of header
// or behind it, and returns where the next ones do; ok is false if they are not known
// or not there.
func (w *walk) radioWord(present uint32, header []byte, at int) (next int, ok bool) {
	if present&^(radioNamespace|radioMore)>>len(radioFields) != 0 {
		return at, false
	}
	for bit, f := range radioFields {
		if present>>bit&1 == 0 {
			continue
		}
		at = (at + f.align - 1) / f.align * f.align
		if at+f.size > len(header) {
			return at, false
		}
		w.radio(bit, header[at:at+f.size])
		at += f.size
	}
	return at, true
}

// radioFlags are the names of the flags.
var radioFlags = [...]struct {
	bit  byte
	name string
}{{1, "cfp "}, {2, "short preamble "}, {4, "wep "}, {8, "fragmented "}, {0x40, "bad-fcs "}}

// radioWords stand behind the numbers of fields.
var radioWords = [...]string{
	0: "us tsft ", 5: "dBm signal ", 6: "dBm noise ", 7: " sq ", 8: " tx power ", 9: "dB tx attenuation ",
	10: "dBm tx power ", 12: "dB signal ", 13: "dB noise ",
}

// radio prints a field.
func (w *walk) radio(bit int, b []byte) {
	switch bit {
	case 1:
		for _, f := range radioFlags {
			if b[0]&f.bit != 0 {
				w.put(f.name)
			}
		}
	case 2:
		w.radioRate(b[0])
	case 3:
		w.radioChannel(binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:]))
	case 4:
		w.num("fhset ", uint64(b[0]))
		w.num(" fhpat ", uint64(b[1]))
		w.put(" ")
	case 11:
		w.num("antenna ", uint64(b[0]))
		w.put(" ")
	case 14: // flags of the receiver, which tcpdump passes over
	default:
		w.radioNumber(bit, b)
		w.put(radioWords[bit])
	}
}

// radioNumber prints the number of a field that is nothing but one.
func (w *walk) radioNumber(bit int, b []byte) {
	switch le := binary.LittleEndian; {
	case bit == 8 || bit == 9:
		w.num("-", uint64(le.Uint16(b)))
	case bit == 5 || bit == 6 || bit == 10:
		w.signed(int8(b[0]))
	case len(b) == 8:
		w.num("", le.Uint64(b))
	case len(b) == 2:
		w.num("", uint64(le.Uint16(b)))
	default:
		w.num("", uint64(b[0]))
	}
}

// signed prints a number that may be negative.
func (w *walk) signed(n int8) {
	if n < 0 {
		w.num("-", uint64(-int(n)))
		return
	}
	w.num("", uint64(n))
}

// radioRate prints a rate, in units of 500 kb/s; from 128 to 143 tcpdump takes it for
// an index.
func (w *walk) radioRate(rate byte) {
	if rate >= 0x80 && rate <= 0x8f {
		w.num("MCS ", uint64(rate&15))
		w.put(" ")
		return
	}
	w.num("", uint64(rate/2))
	w.num(".", uint64(rate%2*5))
	w.put(" Mb/s ")
}

// Flags of a channel.
const (
	channelCCK  = 0x20
	channelOFDM = 0x40
	channel2GHz = 0x80
	channel5GHz = 0x100
	channelDyn  = 0x400
)

// radioChannel prints a frequency and the standard that its flags tell of.
func (w *walk) radioChannel(frequency, flags uint16) {
	w.num("", uint64(frequency))
	w.put(" MHz ")
	has := func(bits uint16) bool { return flags&bits == bits }
	switch {
	case has(channel5GHz | channelOFDM):
		w.put("11a ")
	case has(channel2GHz|channelOFDM) || has(channel2GHz|channelDyn):
		w.put("11g ")
	case has(channel2GHz | channelCCK):
		w.put("11b ")
	}
}
