package tcpdump

import "encoding/binary"

// Kinds of IPv4 options (IANA "IP Option Numbers").
const (
	optionEOL       = 0
	optionNOP       = 1
	optionRR        = 7
	optionTimestamp = 68
	optionSecurity  = 130
	optionLSRR      = 131
	optionSSRR      = 137
	optionAlert     = 148
)

// option4Names are the options that tcpdump names.
var option4Names = map[uint8]string{
	optionEOL: "EOL", optionNOP: "NOP", optionRR: "RR", optionTimestamp: "timestamp",
	optionSecurity: "security", optionLSRR: "LSRR", optionSSRR: "SSRR", optionAlert: "RA",
}

// optionList is what is left of a list of IPv4 options.
type optionList struct{ b []byte }

// next takes an option from the list: its octets behind kind and length. ok is
// false at the end, and where the length lies.
func (o *optionList) next() (kind uint8, body []byte, ok bool) {
	if len(o.b) == 0 {
		return 0, nil, false
	}
	kind = o.b[0]
	if kind == optionEOL || kind == optionNOP {
		o.b = o.b[1:]
		return kind, nil, true
	}
	if len(o.b) < 2 || o.b[1] < 2 || int(o.b[1]) > len(o.b) {
		return kind, nil, false
	}
	n := o.b[1]
	body, o.b = o.b[2:n], o.b[n:]
	return kind, body, true
}

// options4 prints a list of IPv4 options.
func (w *walk) options4(list []byte) {
	for o, first := (optionList{list}), true; len(o.b) > 0; first = false {
		if !first {
			w.put(",")
		}
		kind, body, ok := o.next()
		w.option4Name(kind)
		if !ok {
			w.badOption4(o.b)
			return
		}
		w.option4(kind, body)
		if kind == optionEOL {
			return
		}
	}
}

func (w *walk) option4Name(kind uint8) {
	if name := option4Names[kind]; name != "" {
		w.put(name)
		return
	}
	w.num("unknown ", uint64(kind))
}

// badOption4 prints a length that lies.
func (w *walk) badOption4(rest []byte) {
	if len(rest) < 2 {
		return
	}
	w.num(" [bad length ", uint64(rest[1]))
	w.put("]")
}

// option4 prints what an option holds.
func (w *walk) option4(kind uint8, body []byte) {
	switch kind {
	case optionRR, optionLSRR, optionSSRR:
		w.route(body)
	case optionAlert:
		if len(body) == 2 && binary.BigEndian.Uint16(body) != 0 {
			w.num(" value ", uint64(binary.BigEndian.Uint16(body)))
		}
	}
}

// route prints the addresses of a route: a pointer to the next, counted from the
// option's kind as 1, and the addresses. Behind one that was passed stands a comma.
func (w *walk) route(body []byte) {
	if len(body) == 0 {
		return
	}
	pointer := int(body[0])
	for at := 1; at+4 <= len(body); at += 4 {
		w.put(" ")
		addr := mapped(body[at : at+4])
		w.out = appendIPv4(w.out, addr[12:])
		if pointer > at+3 {
			w.put(",")
		}
	}
}
