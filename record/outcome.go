package record

import (
	"onpath/measure"
	"onpath/outcome"
	"onpath/packet"
	"onpath/tcp"
)

// ends are the values of a column that names an end.
var ends = [...]string{tcp.Client: "client", tcp.Server: "server"}

func appendCloser(dst []byte, r *Record) []byte {
	if !r.Outcome.HasCloser {
		return dst
	}
	return append(dst, ends[r.Outcome.Closer]...)
}

func appendAttempts(dst []byte, r *Record) []byte {
	if !r.IsTCP() {
		return dst
	}
	return appendUint(dst, uint64(r.Outcome.Attempts))
}

func appendDenyDelay(dst []byte, r *Record) []byte {
	if !r.Outcome.HasDelay {
		return dst
	}
	return AppendSeconds(dst, int64(r.Outcome.Delay)*1000)
}

// appendConnState: of what is neither TCP nor UDP, Zeek knows no state.
func appendConnState(dst []byte, r *Record) []byte {
	c, s := &r.Side[tcp.Client], &r.Side[tcp.Server]
	switch r.Key.Proto {
	case packet.ProtoTCP:
		return append(dst, r.History.ConnState(c.Octets|s.Octets == 0)...)
	case packet.ProtoUDP:
		return append(dst, measure.ConnStateUDP(c.Packets, s.Packets)...)
	}
	return append(dst, "OTH"...)
}

func appendCompleteness(dst []byte, r *Record) []byte {
	if !r.IsTCP() {
		return dst
	}
	return appendUint(dst, uint64(r.Outcome.Passed))
}

func appendCompletenessLetters(dst []byte, r *Record) []byte {
	if !r.IsTCP() {
		return dst
	}
	return r.Outcome.Passed.AppendLetters(dst)
}

// Values returns the values of a column of a Record that has few, and what each means;
// nil for any other column.
func Values(column string) (words []outcome.Word) {
	switch column {
	case "outcome":
		return outcome.ClassWords()
	case "outcome_flags":
		return outcome.FlagWords()
	case "history", "zeek_history":
		for letter, doc := range measure.Letters() {
			words = append(words, outcome.Word{Name: letter, Doc: doc})
		}
	}
	return words
}
