package measure

import "onpath/tcp"

// Exchange is how long the server took to answer: from the last octet of a
// request, which is what the client sends, to the first octet of the response,
// both as they first pass here. It holds the way from here to the server and back.
// Octets of the client that come while a response passes belong to the next
// request. The zero Exchange has seen none.
type Exchange struct {
	Response Spread
	First    int64 // ns, the first response; 0 without any

	opened int64   // when the handshake ended
	octet  [2]span // from opened to the first octet of an end
	asked  int64   // when the last octet of the request passed
	seen   [2]bool // the first octet of an end passed, or was missed
	open   bool    // a request waits for its response
	known  bool    // opened is known
}

// begin says when the handshake ended.
func (x *Exchange) begin(at int64) { x.opened, x.known = at, true }

// FirstOctet returns the ns from the end of the handshake to the first payload
// octet of an end. ok is false if either did not pass here.
func (x *Exchange) FirstOctet(d tcp.Dir) (ns int64, ok bool) {
	return x.octet[d].offset(), x.octet[d] != 0
}

// octets notes new octets of an end.
func (x *Exchange) octets(d tcp.Dir, at int64) {
	if !x.seen[d] {
		x.seen[d] = true
		if x.known {
			x.octet[d] = spanOf(at - x.opened)
		}
	}
	if d == tcp.Client {
		x.asked, x.open = at, true
		return
	}
	if x.open {
		x.answer(at - x.asked)
	}
}

// answer notes the first octet of a response.
func (x *Exchange) answer(took int64) {
	x.open = false
	if took < 0 { // the clock stepped back
		return
	}
	if x.Response.N == 0 {
		x.First = took
	}
	x.Response.Add(took)
}

// Missed says that octets of an end passed that were not given, or did not pass here:
// when a request ended, or what answered it, is not known.
func (x *Exchange) Missed(d tcp.Dir) { x.open, x.seen[d] = false, true }
