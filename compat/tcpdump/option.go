package tcpdump

import "onpath/tcp"

// list is the way through the TCP options.
type list struct {
	*walk
	flags tcp.Flags
	b     []byte  // captured octets from here on, payload included
	left  int     // octets of the list from here on
	sack  tcp.Seq // what blocks are relative to
	first bool    // nothing was printed yet
	proto string  // in whose name tcpdump says that the captured octets end
}

// option is how a kind is printed.
type option struct {
	name string
	// need is how many octets are read behind kind and length, whatever the length
	// says; asSaid: those that it says.
	need int
	// inTurn is true where octets are read as they are printed, not all before.
	inTurn bool
	print  func(l *list, data []byte, n int) ending // n octets, of which data was captured
}

const asSaid = -1

// ending is how an option ended.
type ending uint8

const (
	whole ending = iota
	bad          // it cannot be what it says it is
	short        // the captured octets end
)

// known are the kinds that tcpdump knows.
var known = [256]*option{
	tcp.KindEOL:       {name: "eol"},
	tcp.KindNOP:       {name: "nop"},
	tcp.KindMSS:       {"mss", 2, false, (*list).number16},
	tcp.KindWScale:    {"wscale", 1, false, (*list).number8},
	tcp.KindSACKOK:    {name: "sackOK"},
	tcp.KindSACK:      {"sack", asSaid, true, (*list).blocks},
	6:                 {"echo", 4, false, (*list).number32}, // RFC 1072 §3
	7:                 {"echoreply", 4, false, (*list).number32},
	tcp.KindTimestamp: {"TS", 8, false, (*list).timestamps},
	11:                {"cc", 4, false, (*list).number32}, // RFC 1644 §2
	12:                {"ccnew", 4, false, (*list).number32},
	13:                {"", 4, false, (*list).number32}, // CC.ECHO has no name there
	tcp.KindMD5:       {"md5", 16, false, (*list).md5},
	20:                {"scps", 2, false, (*list).scps}, // CCSDS 714.0-B-2 §3.2.3
	tcp.KindUTO:       {"uto", 2, false, (*list).userTimeout},
	tcp.KindAO:        {"tcp-ao", asSaid, true, (*list).authentication},
	tcp.KindMPTCP:     {"mptcp", asSaid, false, (*list).mptcp},
	tcp.KindTFO:       {"tfo", asSaid, false, (*list).fastOpen},
	tcp.KindExp2:      {"exp", asSaid, false, (*list).experiment},
}

var unknown = option{"unknown-", asSaid, true, (*list).octets}

// options prints the options of a header of n octets, and
// reports whether the line goes on behind them.
func (w *walk) options(flags tcp.Flags, n int, sack tcp.Seq) bool {
	l := &w.list // not on the stack, which the calls through the table would make it leave
	*l = list{walk: w, flags: flags, b: w.b[tcp.MinHeader:], left: n - tcp.MinHeader, sack: sack, first: true, proto: "tcp"}
	for l.left > 0 {
		if !l.first {
			w.out = append(w.out, ',')
		}
		if len(l.b) == 0 {
			return !l.cut(l.proto)
		}
		kind := tcp.Kind(l.b[0])
		if !l.option(kind) {
			return false
		}
		l.first = false
		if kind == tcp.KindEOL {
			break
		}
	}
	return true
}

// option prints the option here, and reports whether the line goes on behind it.
func (l *list) option(kind tcp.Kind) bool {
	o := known[kind]
	if o == nil {
		o = &unknown
	}
	if kind == tcp.KindEOL || kind == tcp.KindNOP {
		l.put(o.name)
		l.b, l.left = l.b[1:], l.left-1
		return true
	}
	if len(l.b) < 2 {
		return !l.cut(l.proto)
	}
	length := int(l.b[1])
	if length < 2 || length > l.left {
		return l.end(bad)
	}
	l.name(o, kind)
	l.b, l.left = l.b[2:], l.left-2
	return l.end(l.body(o, length-2)) && l.told(o, length)
}

func (l *list) name(o *option, kind tcp.Kind) {
	l.put(o.name)
	if o == &unknown {
		l.num("", uint64(kind))
	}
}

// body prints what is behind kind and length, of which said octets ought to be there,
// and moves over what was read. tcpdump reads what the kind needs: of a length that
// is another one it tells, but it goes on behind what it has read.
func (l *list) body(o *option, said int) ending {
	n := o.need
	if n == asSaid {
		n = said
	}
	data := l.b[:min(n, len(l.b))]
	switch {
	case n > l.left:
		return bad
	case !o.inTurn && len(data) < n:
		return short
	}
	if o.print != nil {
		if e := o.print(l, data, n); e != whole {
			return e
		}
	}
	l.b, l.left = l.b[len(data):], l.left-n
	return whole
}

// told prints a length that is not the kind's.
func (l *list) told(o *option, length int) bool {
	if o.need != asSaid && o.need+2 != length {
		l.num("[len ", uint64(length))
		l.put("]")
	}
	return true
}

// end prints how an option ended, and reports whether the line goes on. tcpdump
// closes the bracket behind what is bad, and a classic one behind what was cut,
// unless it is the first option.
func (l *list) end(e ending) bool {
	switch e {
	case bad:
		l.put("[bad opt]")
		if !l.first {
			l.put("]")
		}
	case short:
		l.cut(l.proto)
		if !l.first {
			l.put(">")
		}
	}
	return e == whole
}
