package outcome

import (
	"onpath/anomaly"
	"onpath/tcp"
)

// probePackets is how many segments a probe and its answers have at most.
const probePackets = 3

// isProbe: what no stack sends out of nowhere. What a live connection may send when
// we join it, an ACK or FIN,ACK of the client, is a probe only if a RST answers.
func isProbe(f *Facts) bool {
	t := f.Trail
	if !f.joined() || f.Packets[0]+f.Packets[1] > probePackets || t.has(spoke, tcp.Server) || f.Packets[tcp.Client] == 0 {
		return false
	}
	switch t.first {
	case opensByNothing, opensByFin:
		return true
	case opensByFinAck, opensByAck:
		return t.has(rstAny, tcp.Server) && f.Before == 0
	}
	return false
}

// isBackscatter: answers to what somebody else sent in the client's name. That its SYN
// would have passed here, other connections show, or the RST with which it answers the
// SYN,ACK.
func isBackscatter(f *Facts) bool {
	t := f.Trail
	if f.est() || t.has(bareSyn, tcp.Client) || t.is(either(spoke)) {
		return false
	}
	if t.has(rstAny, tcp.Client) {
		return t.has(synAck, tcp.Server)
	}
	return f.Packets[tcp.Client] == 0 && (t.has(synAck, tcp.Server) || t.has(rstAny, tcp.Server)) && f.TwoWay
}

func isRejected(f *Facts) bool {
	return f.tried() && f.Packets[tcp.Server] == 0 && f.Trail.icmp != NotRejected
}

func isRefused(f *Facts) bool {
	return f.tried() && !f.answered() && !f.est() && f.Trail.has(rst, tcp.Server)
}

func isAbandoned(f *Facts) bool {
	return f.tried() && f.Packets[tcp.Server] == 0 && !f.est() && f.Trail.has(rstAny, tcp.Client)
}

func isSynFin(f *Facts) bool {
	return f.tried() && !f.answered() && !f.est() && f.Trail.has(fin, tcp.Client)
}

// AttemptTimeout is how long nothing must answer a SYN, ns, and three times the last
// pause between two of them.
const AttemptTimeout = 60e9

// The pause between two SYNs, in Ticks, after which a stack that had got an answer would
// not have sent its SYN again (RFC 6298 §2.1 asks for 1 s).
const (
	synPause = 858 // 900 ms
	tick     = 1 << 20
)

// isNoAnswer: the networks pass both ways, or the client shows by its retries that
// nothing came.
func isNoAnswer(f *Facts) bool {
	t := f.Trail
	if !f.tried() || f.est() || f.Packets[tcp.Server] > 0 || t.is(either(spoke)) {
		return false
	}
	return f.TwoWay && f.timedOut() || f.retries()
}

// timedOut reports whether the client's attempt is over.
func (f *Facts) timedOut() bool {
	return f.Silent >= max(AttemptTimeout, 3*tick*int64(f.Trail.pause))
}

// retries reports whether the client has sent its SYN again after a timeout.
func (f *Facts) retries() bool { return f.Trail.attempts > 1 && f.Trail.pause >= synPause }

func isHalfOpenReset(f *Facts) bool {
	return f.tried() && f.answered() && !f.est() && f.Trail.is(atSynAck) && f.Octets[tcp.Client] == 0 && !f.misfits()
}

func isHalfOpen(f *Facts) bool {
	return f.tried() && f.answered() && !f.est() && !f.Trail.is(either(rstAny)) && !f.Trail.has(spoke, tcp.Client) && !f.misfits()
}

// misfits reports whether the numbers of the handshake do not fit.
func (f *Facts) misfits() bool {
	return f.Trail.is(wrongAck) && !f.est() || f.Found.Has(anomaly.SynackWrongAck) || f.Found.Has(anomaly.HandshakeAckWrongAck)
}

// isFailed: a RST that ends a handshake otherwise than the client's answer to the
// SYN,ACK does not fit either.
func isFailed(f *Facts) bool {
	return f.tried() && !f.est() && (f.misfits() || f.answered() && f.Trail.is(either(rstAny)))
}

// forgeries are the findings which say that a RST is not its sender's.
var forgeries = anomaly.SetOf(anomaly.RstInjectedDataContinues, anomaly.RstInjectedSeqBehind,
	anomaly.RstInjectedSeqIncreasing, anomaly.RstInjectedAckChange)

// isForged: a RST that does not close, as what follows is acknowledged, ends nothing.
func isForged(f *Facts) bool {
	return f.wasReset() && !f.Trail.is(goesOn) && f.forgeries() > 0
}

func (f *Facts) forgeries() (n int) {
	for id := range forgeries.All() {
		if f.Sure.Has(id) {
			n++
		}
	}
	return n
}

// isDenied: the first that closed was the server. If each end closed before the FIN
// of the other one had arrived, nobody was denied anything.
func isDenied(f *Facts) bool {
	d, closes := f.firstClose()
	return f.est() && f.empty() && closes && d == tcp.Server && !f.Trail.is(crossed)
}

func isClosedNoData(f *Facts) bool { return f.est() && f.empty() && f.bothFins() && !f.wasReset() }

func isClosed(f *Facts) bool { return f.est() && f.bothFins() && !f.wasReset() }

func isClosedThenReset(f *Facts) bool {
	return f.est() && f.wasReset() && f.Trail.is(closedBefore)
}

func isHalfClosed(f *Facts) bool {
	d, one := f.oneFin()
	return f.est() && one && !f.wasReset() && finAcked(&f.Ends[d].Standing)
}

func isResetByClient(f *Facts) bool { return f.est() && f.wasReset() && f.firstReset() == tcp.Client }

func isResetByServer(f *Facts) bool { return f.est() && f.wasReset() && f.firstReset() == tcp.Server }

// manyRuns is how many retransmissions nobody must answer.
const manyRuns = 3

func isBlackholed(f *Facts) bool {
	return (f.est() || f.answered()) && f.Trail.run >= manyRuns && !f.oneWay()
}

func isSuperseded(f *Facts) bool { return f.Replaced && !f.joined() }

func isOpen(f *Facts) bool { return f.est() }

func isMidstreamClosed(f *Facts) bool { return f.joined() && f.bothFins() && !f.wasReset() }

func isMidstreamReset(f *Facts) bool { return f.joined() && f.wasReset() }

func isMidstream(f *Facts) bool { return f.joined() }
