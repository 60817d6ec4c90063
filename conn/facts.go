package conn

import "onpath/tcp"

// Facts are what is known of one end, for rules that accuse: an interval's end
// here is the one that speaks for the accused. Numbers are meaningful only with
// the field that says so.
type Facts struct {
	Standing
	Possible Set

	SynSeen bool // its own SYN passed, so its options are known
	HasIRS  bool // IRS is known: the ISN of the peer that it lives with
	Lossy   bool // something towards it was not seen
	MPTCP   bool // its SYN carried an MPTCP option, so windows are those of all subflows
	Resets  bool // a RST of its own passed
	SynData bool // its SYN carried data, or asked for Fast Open
	Answers bool // its SYN carried an ACK
	HasTS   bool // TSMax is known
	KnowsTS bool // TSRecent is known
	HasEcho bool // Echo is known
	Scaled  bool // window scaling is on: both SYNs passed, and offered it
	Offers  bool // its SYN offered a window shift, which is Shift
	ScaleOK bool // the shift of the windows that it sends is known
	HasAt   bool // At is known
	Crowded bool // one more hole in its stream makes the oldest one forgotten

	IRS      tcp.Seq
	Real     tcp.Seq // Top, shown by its own segments
	Edge     tcp.Seq // the highest ACK + window that it granted
	First    tcp.Seq // lowest SEQ that it may still send
	Limit    tcp.Seq // where the end of its segments may lie at most: L of the beliefs, probe and FIN included
	Slack    uint32  // how far beyond Limit, or an ACK beyond Edge, windows that were not captured may reach, octets
	MaxWin   uint32  // its largest window, octets
	RcvWnd   uint32  // its latest window, octets
	SndWnd   uint32  // its peer's window as it took it, octets
	TSMax    uint32  // the highest TSval it sent
	TSRecent uint32  // the TSval that it must echo next, presumed (RFC 7323 §4.3)
	Echo     uint32  // TSecr of its segment that acknowledged the most
	Shift    uint8
	At       uint32 // when its last segment passed, in Ticks

	TTL       uint8  // with which its segments come here
	TTLRun    uint8  // how many in a row, at most 16
	IPID      uint16 // highest identification of its datagrams, IPv4
	IPIDCount bool   // its identifications were seen to count, for this connection alone
	DupAcks   uint8  // ACKs in a row that repeat its highest one and carry nothing else, at most 2
	Holes     uint8  // spans of its octets that passed beyond a hole, at most 255
	NumSacked uint8  // how many spans of its octets its peer told to have: Tracker.Sacked, Step.Sacked have them
}

// Standing are those Facts that tell how a connection opens and closes.
type Standing struct {
	On      bool // a position of its stream is known
	Seen    bool // a segment of its own passed, in this incarnation
	HasISS  bool // ISS is known
	HasRcv  bool // Rcv, Facts.Edge are known: it sent an ACK
	HasUna  bool // Una is known
	HasFin  bool // Fin is known
	HasReal bool // Facts.Real is known

	ISS    tcp.Seq
	Contig tcp.Seq // all of its stream before it passed or was acknowledged
	Nxt    tcp.Seq // SND.NXT
	Top    tcp.Seq // SND.MAX: the highest number of its stream shown by either end
	Fin    tcp.Seq // SEQ of its FIN
	Una    tcp.Seq // SND.UNA: the highest acceptable ACK that passed towards it
	Rcv    tcp.Seq // the highest ACK it sent
}

// Stand sets all of *f to what is known of the end that sends in direction d.
func (c *Conn) Stand(f *Standing, d tcp.Dir) { f.stand(&c.side[d]) }

func (f *Standing) stand(e *end) {
	f.On, f.Seen, f.HasISS, f.HasRcv = e.has(on), e.has(seen), e.has(hasISS), e.has(hasRcv)
	f.HasUna, f.HasFin, f.HasReal = e.has(hasUna), e.has(hasFin), e.has(hasReal)
	f.ISS, f.Contig, f.Nxt, f.Top, f.Fin, f.Una, f.Rcv = e.iss, e.contig, e.nxt, e.top, e.fin, e.una, e.rcv
}

// Facts returns what is known of the end that sends in direction d.
func (c *Conn) Facts(d tcp.Dir) (f Facts) {
	c.Learn(&f, d)
	return f
}

// Learn is Facts, but sets all of *f where it stands: what was just written field by
// field is slow to copy.
func (c *Conn) Learn(f *Facts, d tcp.Dir) {
	e, p := &c.side[d], &c.side[d^1]
	f.stand(e)
	f.knowledge(e, p)
	f.numbers(e, p)
	f.evidence(e, &c.seen[d])
	f.Possible = c.Possible(d)
}

func (f *Facts) knowledge(e, p *end) {
	f.SynSeen, f.HasIRS, f.Lossy, f.MPTCP = e.has(synSeen), e.has(hasIRS), e.has(lossy), e.has(mptcp)
	f.Resets, f.SynData, f.Answers = e.has(rstAny), e.has(synData), e.has(answered)
	f.HasTS, f.KnowsTS = e.has(hasTS), e.has(knowsTS)
	f.Scaled, f.Offers = scaled(e, p), e.has(hasShift)
	f.ScaleOK = f.Scaled || e.scale(p) == 0
}

func (f *Facts) numbers(e, p *end) {
	f.IRS, f.Real, f.Edge = e.irs, e.real, e.edge
	f.First, f.Limit, f.Slack = e.first(p), e.right(p), slack(e, p)
	f.MaxWin, f.RcvWnd, f.SndWnd = e.wmax, e.win, e.wnd
	f.TSMax, f.TSRecent, f.Shift = e.tsMax, e.tsRecent, e.shift
}

func (f *Facts) evidence(e *end, ev *evidence) {
	f.TTL, f.TTLRun = e.ttl, e.ttlRun
	f.IPID, f.IPIDCount, f.DupAcks = ev.id, ev.steps >= exact, ev.dups&dupCount
	f.Holes = uint8(min(e.sent.n, 255))
	f.Echo, f.HasEcho = ev.echo, ev.dups&hasEcho != 0
	f.At, f.HasAt = uint32(ev.at), ev.dups&hasAt != 0
	f.Crowded = e.sent.n >= blockSpans
	f.NumSacked = e.nSacked
}

// Ticks returns a time, in ns, in the unit of Facts.At: 2²⁰ ns (1.05 ms), modulo
// 2³² (52 days).
func Ticks(ns int64) uint32 { return uint32(millisOf(ns)) }

// LastAt returns when the last segment of the end that sends in direction d passed, in
// Ticks, if it is known.
func (c *Conn) LastAt(d tcp.Dir) (at uint32, known bool) {
	ev := &c.seen[d]
	return uint32(ev.at), ev.dups&hasAt != 0
}
