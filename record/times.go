package record

import (
	"slices"

	"onpath/measure"
	"onpath/tcp"
)

// Where the columns of times come from.
const (
	srcHandshake = "RFC 6298 §3, RFC 7323 §4"
	srcKarn      = "RFC 6298 §3"
	srcSRTT      = "RFC 6298 §2"
	srcStamps    = "RFC 7323 §4"
	srcResponse  = "tcpdump article: response times"
)

// timesGroups tell how long a connection made its ends wait.
var timesGroups = slices.Concat([]Group[Record]{{Columns: handshakeColumns}},
	pathGroups("client", "server", tcp.Client), pathGroups("server", "client", tcp.Server),
	[]Group[Record]{{State: noExchange, Columns: exchangeColumns}, {State: noSilence, Columns: silenceColumns}})

// handshakeColumns are those of the opening.
var handshakeColumns = []Column[Record]{
	{"rtt_handshake", Duration, "s", "round trip of the whole path: rtt_handshake_server and rtt_handshake_client together; null if either is", srcHandshake,
		func(dst []byte, r *Record) []byte { return appendKnown(dst, r.Handshake.Total()) }},
	{"rtt_handshake_client", Duration, "s", "from here to the client and back: from the SYN,ACK to the client's ACK; null if not seen, ambiguous, or the ACK waited for octets", srcHandshake,
		func(dst []byte, r *Record) []byte { return appendKnown(dst, r.Handshake.Client()) }},
	{"rtt_handshake_server", Duration, "s", "from here to the server and back: from the SYN to the SYN,ACK; null if not seen, or if a SYN was sent again and timestamps do not tell which one was answered", srcHandshake,
		func(dst []byte, r *Record) []byte { return appendKnown(dst, r.Handshake.Server()) }},
}

// exchangeColumns are those of requests and responses.
var exchangeColumns = []Column[Record]{
	{"first_octet_client", Duration, "s", "from the client's ACK of the handshake to its first payload octet; null if either did not pass", srcResponse,
		func(dst []byte, r *Record) []byte { return r.appendFirstOctet(dst, tcp.Client) }},
	{"first_octet_server", Duration, "s", "from the client's ACK of the handshake to the server's first payload octet", srcResponse,
		func(dst []byte, r *Record) []byte { return r.appendFirstOctet(dst, tcp.Server) }},
	{"responses", Uint, "", "how often the server began to send after the client had; null if nothing was timed", srcResponse,
		appendResponses},
	{"response_first", Duration, "s", "from the last octet of the client's first request to the first octet of the response, seen here: the way from here to the server and back is in it", srcResponse,
		func(dst []byte, r *Record) []byte {
			return r.appendResponse(dst, func(x *measure.Exchange) int64 { return x.First })
		}},
	{"response_min", Duration, "s", "the shortest of all", srcResponse,
		func(dst []byte, r *Record) []byte {
			return r.appendResponse(dst, func(x *measure.Exchange) int64 { return x.Response.Min() })
		}},
	{"response_mean", Duration, "s", "the mean of all", srcResponse,
		func(dst []byte, r *Record) []byte {
			return r.appendResponse(dst, func(x *measure.Exchange) int64 { return x.Response.Mean() })
		}},
	{"response_max", Duration, "s", "the longest of all", srcResponse,
		func(dst []byte, r *Record) []byte {
			return r.appendResponse(dst, func(x *measure.Exchange) int64 { return x.Response.Max() })
		}},
}

// silenceColumns are those of the longest silence.
var silenceColumns = []Column[Record]{
	{"silence_longest", Duration, "s", "the longest time between new octets, FINs, or ACKs of more: what is sent again, keep-alives, probes and their answers do not end it; from the handshake on, and only if something ended it", srcOnpath,
		func(dst []byte, r *Record) []byte {
			return r.appendSilence(dst, func(dst []byte, q *measure.Silence) []byte { return AppendSeconds(dst, q.Longest) })
		}},
	{"silence_start", Time, "", "when it began", srcOnpath,
		func(dst []byte, r *Record) []byte {
			return r.appendSilence(dst, func(dst []byte, q *measure.Silence) []byte { return AppendTime(dst, q.Start) })
		}},
	{"silence_cause", String, "", "what it waited for: sender (an application), receiver-window (closed or full), network (octets that had to be sent again), round-trip (the ACK of octets under way, or a RST in its place)", srcOnpath,
		func(dst []byte, r *Record) []byte {
			return r.appendSilence(dst, func(dst []byte, q *measure.Silence) []byte { return append(dst, q.Cause.String()...) })
		}},
	{"silence_by", String, "", "whom: client or server, the end whose octets, window, octets again, or ACK it waited for", srcOnpath,
		func(dst []byte, r *Record) []byte {
			return r.appendSilence(dst, func(dst []byte, q *measure.Silence) []byte { return append(dst, q.By.String()...) })
		}},
}

// pathGroups are those of the path between us and an end, to which peer sends.
func pathGroups(end, peer string, d tcp.Dir) []Group[Record] {
	return []Group[Record]{
		{State: noSamples(d), Columns: sampleColumns(end, peer, d)},
		{Columns: smoothedColumns(end, d)},
	}
}

// sampleColumns are those of the single round trips.
func sampleColumns(end, peer string, d tcp.Dir) []Column[Record] {
	column := func(name string, t Type, unit, doc, source string, append func([]byte, *measure.Path) []byte) Column[Record] {
		return Column[Record]{name, t, unit, doc, source, func(dst []byte, r *Record) []byte { return r.appendPath(dst, d, append) }}
	}
	return []Column[Record]{
		column("rtt_"+end+"_samples", Uint, "", "round trips from here to the "+end+" and back that were measured: from a segment of the "+peer+" to the first ACK that covers it; null if nothing was timed", srcKarn,
			func(dst []byte, p *measure.Path) []byte { return appendUint(dst, uint64(p.RTT.N)) }),
		column("rtt_"+end+"_stamped", Uint, "", "of these, by the echo of a timestamp, where octets had been sent again", srcStamps,
			func(dst []byte, p *measure.Path) []byte { return appendUint(dst, uint64(p.Stamped)) }),
		column("rtt_"+end+"_min", Duration, "s", "the shortest of them; the "+end+"'s delay of ACKs is in all but the shortest, as a rule", srcKarn,
			func(dst []byte, p *measure.Path) []byte { return appendSample(dst, p, p.RTT.Min()) }),
		column("rtt_"+end+"_mean", Duration, "s", "the mean of them", srcKarn,
			func(dst []byte, p *measure.Path) []byte { return appendSample(dst, p, p.RTT.Mean()) }),
		column("rtt_"+end+"_p95", Duration, "s", "what 95 of 100 of them do not exceed, wrong by an eighth at most", srcKarn,
			func(dst []byte, p *measure.Path) []byte { return appendSample(dst, p, p.P95()) }),
		column("rtt_"+end+"_max", Duration, "s", "the longest of them", srcKarn,
			func(dst []byte, p *measure.Path) []byte { return appendSample(dst, p, p.RTT.Max()) }),
	}
}

// smoothedColumns are what endpoints make of them.
func smoothedColumns(end string, d tcp.Dir) []Column[Record] {
	return []Column[Record]{
		{"srtt_" + end, Duration, "s", "smoothed round trip from here to the " + end + " and back after the last packet: SRTT, which begins with the handshake's; null without a sample", srcSRTT,
			func(dst []byte, r *Record) []byte { srtt, _ := r.Smoothed(d); return appendKnown(dst, srtt) }},
		{"rttvar_" + end, Duration, "s", "how much it varies: RTTVAR", srcSRTT,
			func(dst []byte, r *Record) []byte { _, rttvar := r.Smoothed(d); return appendKnown(dst, rttvar) }},
	}
}

// Smoothed returns SRTT and RTTVAR of the path between us and an end; 0: not known.
func (r *Record) Smoothed(end tcp.Dir) (srtt, rttvar int64) {
	if r.Times != nil {
		return r.Times.Path[end].SRTT, r.Times.Path[end].RTTVar
	}
	first := r.Handshake.Client()
	if end == tcp.Server {
		first = r.Handshake.Server()
	}
	return first, first / 2
}

// appendKnown appends a duration, or nothing for 0.
func appendKnown(dst []byte, ns int64) []byte {
	if ns == 0 {
		return dst
	}
	return AppendSeconds(dst, ns)
}

// appendSample appends a duration if there are samples.
func appendSample(dst []byte, p *measure.Path, ns int64) []byte {
	if p.RTT.N == 0 {
		return dst
	}
	return AppendSeconds(dst, ns)
}

func (r *Record) appendPath(dst []byte, end tcp.Dir, append func([]byte, *measure.Path) []byte) []byte {
	if r.Times == nil {
		return dst
	}
	return append(dst, &r.Times.Path[end])
}

func appendResponses(dst []byte, r *Record) []byte {
	if r.Times == nil {
		return dst
	}
	return appendUint(dst, uint64(r.Times.Response.N))
}

func (r *Record) appendResponse(dst []byte, of func(*measure.Exchange) int64) []byte {
	if r.Times == nil || r.Times.Response.N == 0 {
		return dst
	}
	return AppendSeconds(dst, of(&r.Times.Exchange))
}

func (r *Record) appendFirstOctet(dst []byte, end tcp.Dir) []byte {
	if r.Times == nil {
		return dst
	}
	ns, ok := r.Times.FirstOctet(end)
	if !ok {
		return dst
	}
	return AppendSeconds(dst, ns)
}

func (r *Record) appendSilence(dst []byte, append func([]byte, *measure.Silence) []byte) []byte {
	if r.Times == nil || r.Times.Cause == measure.NoCause {
		return dst
	}
	return append(dst, &r.Times.Silence)
}
