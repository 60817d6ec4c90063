package tcpdump

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"onpath/tcp"
)

// options are a printed option list as octets.
type options struct {
	octets []byte
	sacks  []int // where in octets a SACK block begins: its numbers may be relative
	cut    bool  // behind octets stood an option that the text does not tell whole
	scale  uint8 // of the window, if it is one of octets
}

// room is what a header has for options.
const room = 40

// readOptions turns a list as printed into octets, into the memory of o. It stops
// at the first option that it cannot rebuild: what follows counts as not captured.
func (o *options) read(list string) {
	o.octets, o.sacks, o.cut = o.octets[:0], o.sacks[:0], false
	o.scale = 0
	for list != "" && !o.cut {
		var item string
		item, list = cutItem(list)
		item = strings.TrimSpace(item)
		if item == "" || strings.HasPrefix(item, "md5 shared secret not supplied") { // its octets follow a comma
			continue
		}
		octets, sacks := len(o.octets), len(o.sacks)
		if !o.add(item) || len(o.octets) > room {
			o.octets, o.sacks, o.cut = o.octets[:octets], o.sacks[:sacks], true
		}
		if item == "eol" {
			return
		}
	}
}

// cutItem takes an item from a list with commas; those inside brackets do not count.
func cutItem(list string) (item, rest string) {
	depth := 0
	for i := range len(list) {
		switch list[i] {
		case '[', '{', '(':
			depth++
		case ']', '}', ')':
			depth--
		case ',':
			if depth <= 0 {
				return list[:i], list[i+1:]
			}
		}
	}
	return list, ""
}

// add appends one option, and reports whether it could.
func (o *options) add(item string) bool {
	name, value, _ := strings.Cut(item, " ")
	for _, f := range plainOptions {
		if f.name == name {
			return o.plain(f.kind, f.sizes, value)
		}
	}
	switch name {
	case "wscale":
		if !o.plain(tcp.KindWScale, []int{1}, value) {
			return false
		}
		o.scale = o.octets[len(o.octets)-1]
		return true
	case "TS":
		return o.timestamp(value)
	case "timestamp":
		return o.plain(tcp.KindTimestamp, []int{4, 4}, value)
	case "sack":
		return o.sack(strings.TrimPrefix(value, "sack "))
	case "can't": // check -
		octets, err := hex.DecodeString(value[strings.LastIndexByte(value, ' ')+1:])
		return err == nil && o.octetsOf(tcp.KindMD5, octets)
	case "mptcp":
		return o.multipath(value)
	case "tfo":
		return o.fastOpen(tcp.KindTFO, "", value)
	case "exp-tfo":
		return o.fastOpen(tcp.KindExp2, "\xf9\x89", value)
	}
	return o.unnamed(item)
}

// plainOptions are those whose values are numbers of so many octets.
var plainOptions = []struct {
	name  string
	kind  tcp.Kind
	sizes []int
}{
	{"nop", tcp.KindNOP, nil},
	{"eol", tcp.KindEOL, nil},
	{"mss", tcp.KindMSS, []int{2}},
	{"sackOK", tcp.KindSACKOK, []int{}},
	{"echo", 6, []int{4}},
	{"echoreply", 7, []int{4}},
	{"cc", 11, []int{4}},
	{"ccnew", 12, []int{4}},
	{"ccecho", 13, []int{4}},
	{"uto", tcp.KindUTO, []int{2}},
}

// plain appends an option with numbers; sizes is nil for what has no length.
func (o *options) plain(kind tcp.Kind, sizes []int, value string) bool {
	words := strings.Fields(value)
	if len(words) != len(sizes) {
		return false
	}
	if sizes == nil {
		o.octets = append(o.octets, byte(kind))
		return true
	}
	at := len(o.octets)
	o.octets = append(o.octets, byte(kind), 0)
	for i, size := range sizes {
		n, err := strconv.ParseUint(words[i], 0, 8*size)
		if err != nil {
			return false
		}
		for shift := 8 * (size - 1); shift >= 0; shift -= 8 {
			o.octets = append(o.octets, byte(n>>shift))
		}
	}
	o.octets[at+1] = byte(len(o.octets) - at)
	return true
}

func (o *options) timestamp(value string) bool {
	w := strings.Fields(value)
	return len(w) == 4 && w[0] == "val" && w[2] == "ecr" && o.plain(tcp.KindTimestamp, []int{4, 4}, w[1]+" "+w[3])
}

// sack reads N {first:last}{first:last}: how many blocks, then so many.
func (o *options) sack(value string) bool {
	count, blocks, _ := strings.Cut(value, " ")
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 || n > 4 {
		return false
	}
	o.octets = append(o.octets, byte(tcp.KindSACK), byte(2+8*n))
	for range n {
		var block string
		var ok bool
		if block, blocks, ok = strings.Cut(strings.TrimLeft(blocks, " "), "}"); !ok {
			return false
		}
		first, last, _ := strings.Cut(strings.TrimPrefix(block, "{"), ":")
		from, err1 := strconv.ParseUint(first, 10, 32)
		to, err2 := strconv.ParseUint(last, 10, 32)
		if err1 != nil || err2 != nil {
			return false
		}
		o.sacks = append(o.sacks, len(o.octets))
		o.octets = binary.BigEndian.AppendUint32(o.octets, uint32(from))
		o.octets = binary.BigEndian.AppendUint32(o.octets, uint32(to))
	}
	return true
}

// fastOpen reads a cookie or the wish for one (RFC 7413); id is that of the
// experiment.
func (o *options) fastOpen(kind tcp.Kind, id, value string) bool {
	what, cookie, _ := strings.Cut(strings.TrimSpace(value), " ")
	octets, err := hex.DecodeString(cookie)
	if what != "cookie" && what != "cookiereq" || err != nil {
		return false
	}
	return o.octetsOf(kind, append([]byte(id), octets...))
}

// subtypes are those of MPTCP (RFC 8684 §3) as tcpdump calls them; what a reset
// says is not told to those that do not know it.
var subtypes = []string{"capable", "join", "dss", "add-addr", "rem-addr", "prio", "fail", "fast-close"}

// multipath reads LENGTH SUBTYPE and more. Of that, keys, addresses and numbers are
// not rebuilt: zeros stand for them, and for the one algorithm that there is its bit.
func (o *options) multipath(value string) bool {
	words := strings.Fields(value)
	if len(words) < 2 {
		return false
	}
	n, err := strconv.Atoi(words[0])
	subtype := slices.Index(subtypes, words[1])
	if err != nil || n < 4 || n > room || subtype < 0 {
		return false
	}
	content := make([]byte, n-2)
	content[0] = byte(subtype) << 4
	if subtype == 0 {
		content[1] = 1
		if len(words) > 2 && words[2] == "v1" {
			content[0] |= 1
		}
	}
	return o.octetsOf(tcp.KindMPTCP, content)
}

// unnamed reads options by number: unknown-69 0x0102, opt-69:0102.
func (o *options) unnamed(item string) bool {
	rest, ok := strings.CutPrefix(item, "unknown-")
	if !ok {
		rest, ok = strings.CutPrefix(item, "opt-")
	}
	number, value, _ := strings.Cut(strings.Replace(rest, ":", " ", 1), " ")
	kind, err := strconv.ParseUint(number, 10, 8)
	octets, err2 := hex.DecodeString(strings.TrimPrefix(value, "0x"))
	return ok && err == nil && err2 == nil && kind > 1 && o.octetsOf(tcp.Kind(kind), octets)
}

func (o *options) octetsOf(kind tcp.Kind, value []byte) bool {
	if len(value) > room {
		return false
	}
	o.octets = append(append(o.octets, byte(kind), byte(2+len(value))), value...)
	return true
}
