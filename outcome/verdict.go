package outcome

import (
	"math/bits"
	"strconv"

	"onpath/tcp"
)

// Verdict is what is said of a record. The zero Verdict says nothing: it is no TCP.
type Verdict struct {
	Class        Class
	Confidence   Confidence
	Flags        Flags
	Attempts     uint16  // SYNs of the client in this record, copies not counted
	Closer       tcp.Dir // who closed or reset first; meaningful with HasCloser
	HasCloser    bool
	HasDelay     bool
	Delay        uint32 // from the handshake to the server's FIN or RST, µs; meaningful with HasDelay, of Denied alone
	Passed       Passed
	LacksLastAck bool // both ends have sent FINs, and one was not acknowledged
	Rejection    Rejection
	Gaps         uint64 // number of the flag gap
	Before       uint64 // of idle-split
	Tamper       uint8  // of tamper
}

// Flags is a set of the words that tell more of an outcome, by their place in the
// table.
type Flags uint64

// Of returns the verdict on a record that ends.
func Of(f *Facts) Verdict {
	t := f.Trail
	v := Verdict{Class: classOf(f), Attempts: t.attempts, Passed: t.passed, Gaps: f.Gaps, Before: f.Before, Tamper: f.Tamper}
	v.Confidence = confidenceIn(v.Class, f)
	v.Closer, v.HasCloser = closerOf(f, v.Class)
	v.LacksLastAck = isLastAckMissing(f, v.Class)
	if v.Class == RejectedICMP {
		v.Rejection = t.icmp
	}
	if v.Class == Denied && !f.oneWay() && t.at != forever {
		v.Delay, v.HasDelay = t.delay, true
	}
	v.Flags = flagsOf(f, v.Class)
	return v
}

// nobodyCloses are classes in which what passed of FINs and RSTs is no close.
var nobodyCloses = [NumClasses]bool{Probe: true, Backscatter: true, SynFinProbe: true, NoAnswer: true, ResetForged: true}

// closerOf returns who closed first; ok is false if nobody did, or if both did at
// once.
func closerOf(f *Facts, c Class) (d tcp.Dir, ok bool) {
	if nobodyCloses[c] || f.Trail.is(crossed) {
		return 0, false
	}
	return f.firstClose()
}

// AppendFlags appends the names of the flags, separated by commas, with their
// numbers: "retried(3),gap(1448)".
func (v *Verdict) AppendFlags(dst []byte) []byte {
	for rest, n := v.Flags, 0; rest != 0; rest, n = rest&(rest-1), n+1 {
		if n > 0 {
			dst = append(dst, ',')
		}
		f := &flags[bits.TrailingZeros64(uint64(rest))]
		dst = append(dst, f.name...)
		if f.number != nil {
			dst = strconv.AppendUint(append(append(dst, '('), f.before...), f.number(v), 10)
			dst = append(dst, ')')
		}
	}
	return dst
}

// ArgusState returns the state that argus prints of such a connection; "" for None.
func (v *Verdict) ArgusState() string {
	switch {
	case v.Class == RejectedICMP:
		return rejections[v.Rejection].argus
	case v.Class == Open && v.Passed == PassedSyn:
		return "REQ"
	case (v.Class == Backscatter || v.Class == Open) && v.Passed == PassedSynAck:
		return "ACC"
	case v.Class == HandshakeFailed && v.Passed&PassedRst == 0:
		return "CON"
	case rows[v.Class].argus != "" || v.Class == None:
		return rows[v.Class].argus
	case v.Passed&PassedRst != 0:
		return "RST"
	case v.LacksLastAck:
		return "FIN"
	}
	return "CLO"
}
