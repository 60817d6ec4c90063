package outcome

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// Facts are what is known of a record when it ends.
type Facts struct {
	Trail    *Trail
	Ends     *[2]conn.Facts // by tcp.Client, tcp.Server
	Packets  [2]uint64      // that passed, by tcp.Client, tcp.Server
	Octets   [2]uint64      // distinct payload octets that passed
	Gaps     uint64         // sequence numbers that were acknowledged and never passed
	Found    anomaly.Set    // what was found
	Sure     anomaly.Set    // of that, what nothing excuses
	Tamper   uint8          // number of the signature of tampering that was found; 0: none
	Silent   int64          // how long nothing has come, ns
	TwoWay   bool           // other connections between the same networks passed in both directions
	Replaced bool           // another incarnation took the ports over
	Offloads bool           // segments passed that a card is to cut, or has joined, or is to sum
	Evicted  bool           // a bound pushed the record out
	Before   uint64         // number of the idle record that it goes on from; 0: none
}

// oneWay reports whether the packets of one end only passed.
func (f *Facts) oneWay() bool { return f.Packets[tcp.Client] == 0 || f.Packets[tcp.Server] == 0 }

// visible returns the end whose packets passed, of a one-way view.
func (f *Facts) visible() tcp.Dir {
	if f.Packets[tcp.Client] == 0 {
		return tcp.Server
	}
	return tcp.Client
}

// joined reports whether the connection was joined after its handshake.
func (f *Facts) joined() bool { return !f.Trail.is(either(bareSyn) | either(synAck)) }

// est reports whether the connection was established.
func (f *Facts) est() bool { return f.Trail.is(established) }

// tried reports whether the client's SYN passed.
func (f *Facts) tried() bool { return f.Trail.has(bareSyn, tcp.Client) }

// answered reports whether the server took part in a handshake.
func (f *Facts) answered() bool { return f.Trail.has(synAck, tcp.Server) }

// wasReset reports whether a RST has closed the connection, of either end.
func (f *Facts) wasReset() bool { return f.Trail.is(either(rst)) }

// firstReset returns whose RST was the first that closed; meaningful with wasReset.
func (f *Facts) firstReset() tcp.Dir {
	if f.Trail.is(resetByServer) {
		return tcp.Server
	}
	return tcp.Client
}

// bothFins reports whether both ends have closed. Of a one-way view the visible end
// tells, unless it waits for its peer still.
func (f *Facts) bothFins() bool {
	if f.oneWay() {
		return f.Trail.has(fin, f.visible()) && !f.waits()
	}
	return f.Trail.both(fin)
}

// waits reports whether the visible end sends its FIN again, as nobody answers.
func (f *Facts) waits() bool { return f.Trail.run >= manyRuns }

// oneFin returns whose FIN passed alone; ok is false for none or both.
func (f *Facts) oneFin() (d tcp.Dir, ok bool) {
	c, s := f.Trail.has(fin, tcp.Client), f.Trail.has(fin, tcp.Server)
	if s {
		d = tcp.Server
	}
	return d, c != s
}

// firstClose returns whose FIN or RST passed first; ok is false if nobody closed. In a
// one-way view the visible end was first if its ACKs went on after its FIN.
func (f *Facts) firstClose() (d tcp.Dir, ok bool) {
	t := f.Trail
	if v := f.visible(); f.oneWay() && f.est() && t.has(fin, v) && !f.wasReset() {
		if t.has(sending, v^1) {
			return v, true
		}
		return v ^ 1, true
	}
	if t.has(closer, tcp.Server) {
		return tcp.Server, true
	}
	return tcp.Client, t.has(closer, tcp.Client)
}

// empty reports whether no payload was sent, as far as either end's numbers show.
func (f *Facts) empty() bool {
	return f.octets(tcp.Client) == 0 && f.octets(tcp.Server) == 0 && f.Gaps == 0
}

// octets returns the payload octets of an end, or of one that does not pass here how
// many its peer acknowledged, SYN and FIN left out.
func (f *Facts) octets(d tcp.Dir) uint64 {
	e, p := &f.Ends[d], &f.Ends[d^1]
	if f.Packets[d] > 0 || !p.HasRcv || !f.est() || f.Trail.is(lineOfReset) && !e.HasISS {
		return f.Octets[d]
	}
	from := f.Trail.line
	if e.HasISS {
		from = e.ISS + 1
	}
	n := p.Rcv.Sub(from)
	if f.Trail.has(fin, d^1) {
		n-- // its FIN, presumably
	}
	return uint64(max(n, 0))
}
