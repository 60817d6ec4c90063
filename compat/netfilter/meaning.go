package netfilter

// What several causes mean.
const (
	broken  = "The packet is broken: a faulty sender, or a probe."
	damaged = "Damage on the way, or a forged error."
	unseen  = "Connection tracking would not have seen this packet."
)

// meanings say what a person may conclude from a cause.
var meanings = [numCauses]string{
	CauseTruncated:      broken,
	CauseShort:          broken,
	CauseChecksum:       "Damage on the way; or the capture was taken on the sender, whose card fills in checksums after the capture: then say --nf-checksum=false.",
	CauseFlags:          "A port scan or a broken stack: no connection is touched.",
	CauseNew:            "The gateway forgot the connection (silent for longer than its timeout, or closed), never saw its beginning (another path, tracking began later), or this answers what it refused.",
	CauseStrict:         "The connection began before the gateway looked, or the gateway forgot it; a gateway with nf_conntrack_tcp_loose=1 would pick it up.",
	CauseIgnored:        "The gateway does not know whether the other end will take this segment, and waits for the answer. It passes.",
	CauseRefused:        "The gateway's idea of the connection does not allow this segment: it missed segments, the ports are used again too early, or the segment is forged.",
	CauseChallenge:      "The other end may be asking whether the SYN was meant (RFC 5961 §4). It passes, and the entry waits.",
	CauseRST:            "An old RST, or a blind attempt at a reset (RFC 5961 §3): the addressee would not believe it either.",
	CauseOvershoot:      "The gateway missed an ACK that opened the window, or the sender runs a little over it. It passes.",
	CauseSeqOver:        "The gateway missed ACKs that opened the window, or the SYN with the window scale: they took another path, were INVALID themselves, or only the capture lost them; else the segment is broken or forged.",
	CauseSeqUnder:       "An old segment came again. It passes; the entry's timeout stays as it was.",
	CauseAckOver:        "The gateway did not see the data that is acknowledged: it took another path (asymmetric routing), or passed before tracking began, or was INVALID itself; or only the capture lost it, and then a real gateway would not object.",
	CauseAckUnder:       "A very late copy of an ACK, or a forgery. It passes; the entry's timeout stays as it was.",
	CauseUDPLength:      broken,
	CauseICMPType:       "A probe, or an experiment.",
	CauseICMPChecksum:   damaged,
	CauseICMPv6Checksum: damaged,
	CauseTCPShort:       broken,
	CauseSCTPShort:      broken,
	CauseCoverage:       broken,
	CauseNoChecksum:     broken,
	CauseRedirectShort:  broken,
	CauseRedirectBare:   broken,
	CauseRedirectSource: "Redirects are for the link of their sender: a forged one, or one that should not have come here.",
	CauseOuter:          "The error went to a host that it does not concern: forged, or made by something that translates addresses.",
	CauseVersion:        broken,
	CauseNoQuery:        "A message for its link, as those of routers are, or a probe.",
	CauseUnasked:        "The question took another path or came before tracking began, its entry was silent for more than 30 s, or nobody asked.",
	CauseQuote:          "The quote is cut too short or no packet: a faulty sender, or a forged error.",
	CauseUnrelated:      "The connection took another path or its entry is gone, or the error is forged. A gateway that drops it may hide from the sender that its packets are too large (RFC 1191, RFC 8201).",
	CauseHelper:         "The helper could not read the dialogue to its end, and the kernel drops what it cannot follow.",
	CauseFull:           "The table was full of connections that must not be dropped: raise nf_conntrack_max, or look for a flood.",
	CauseNoTuple:        broken,
	CauseNotIP:          unseen,
	CauseIPHeader:       unseen + " The packet is broken, or too little of it was captured.",
	CauseIPChecksum:     unseen + " Damage on the way; or the capture was taken on the sender, whose card fills checksums in: then say --nf-checksum=false.",
	CauseFragment:       unseen + " The verdict on the datagram stands at the fragment that makes it whole.",
	CauseOverlap:        unseen + " Hosts differ in what they make of overlaps: an attempt to get past a filter, or a broken stack.",
	CauseAddress:        unseen + " A faulty sender, or a probe.",
	CauseCut:            "The verdict cannot be told: capture more of each packet (tcpdump -s 0).",
}

// stateMeanings say the same of a packet to which nothing happened.
var stateMeanings = [NumStates]string{
	StateUnseen:      "Connection tracking would not have seen this packet: not IP, a wrong IP header, or a fragment that waits for others; or too little of it was captured to tell.",
	StateNew:         "It begins an entry, or goes on with one that nobody has answered.",
	StateEstablished: "It belongs to an entry that both sides have sent for, whatever the state of TCP.",
	StateRelated:     "It is an error about an entry, or belongs to a connection that another one announced, and nobody has answered.",
	StateInvalid:     "Nothing is known that it belongs to, and it cannot begin anything.",
	StateUntracked:   "The kernel does not track neighbour discovery and multicast listeners.",
}

// Meaning says in a sentence or two what a person may conclude from the verdict.
func (v *Verdict) Meaning() string {
	if v.Why.Cause != CauseNone {
		return meanings[v.Why.Cause]
	}
	return stateMeanings[v.State]
}
