package outcome

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// Confidence says how sure a verdict is. The zero Confidence is None's.
type Confidence uint8

const (
	NoConfidence Confidence = iota
	Low                     // a one-way or late view, or a guess
	Medium                  // another explanation is unlikely, and possible
	High                    // both ends' segments show it
)

var confidences = [...]string{"", "low", "medium", "high"}

// String returns the value of the column confidence; "" for none.
func (c Confidence) String() string { return confidences[c] }

func always(c Confidence) func(*Facts) Confidence { return func(*Facts) Confidence { return c } }

// confidenceIn returns how sure it is that f is of class c.
func confidenceIn(c Class, f *Facts) Confidence {
	sure := rows[c].sure(f)
	switch {
	case (f.oneWay() || f.joined()) && !excused[c]:
		return min(sure, Low)
	case f.Gaps > 0, f.Evicted:
		return min(sure, Medium)
	}
	return sure
}

// excused are classes in which one end sends nothing, or no SYN passes, by what they
// are; their own rules say how sure they are.
var excused = [NumClasses]bool{
	Probe: true, Backscatter: true, RejectedICMP: true, AttemptAbandoned: true, SynFinProbe: true, NoAnswer: true, Superseded: true,
}

// oneOf returns High if all of its conditions hold, Medium if some do, else Low.
func oneOf(conditions ...bool) Confidence {
	n := 0
	for _, c := range conditions {
		if c {
			n++
		}
	}
	switch n {
	case len(conditions):
		return High
	case 0:
		return Low
	}
	return Medium
}

func sureOfProbe(f *Facts) Confidence {
	switch f.Trail.first {
	case opensByNothing, opensByFin:
		return High
	}
	return Low // a connection may have been cut off before we came
}

// threeStrikes is how many SYNs without answer convince a client.
const threeStrikes = 3

func sureOfSilence(f *Facts) Confidence {
	return oneOf(f.TwoWay, f.timedOut() || f.Trail.attempts >= threeStrikes && f.retries())
}

func sureOfHalfOpen(f *Facts) Confidence {
	if f.timedOut() {
		return High
	}
	return Medium
}

// sureOfReset: a RST that came otherwise than its sender's segments is doubtful.
func sureOfReset(f *Facts) Confidence {
	strange := f.Found.Has(anomaly.RstTtlDiffers) || f.Found.Has(anomaly.RstIpidDiffers) ||
		f.Found.Has(anomaly.RstAfterSynThenSynack)
	if f.wasReset() && strange {
		return Medium
	}
	return High
}

func sureOfForgery(f *Facts) Confidence {
	if f.forgeries() > 1 {
		return High
	}
	return Medium
}

func sureOfClose(f *Facts) Confidence {
	if f.lacksLastAck() {
		return Medium
	}
	return High
}

// lacksLastAck reports whether a FIN was not acknowledged.
func (f *Facts) lacksLastAck() bool {
	return f.Trail.both(fin) && !(finAcked(&f.Ends[tcp.Client].Standing) && finAcked(&f.Ends[tcp.Server].Standing))
}

// sureRuns is how many retransmissions leave no doubt.
const sureRuns = 5

func sureOfBlackhole(f *Facts) Confidence {
	return oneOf(true, f.Trail.run >= sureRuns || f.Silent >= 2*tick*int64(f.Trail.pause))
}

// sureOfOpen: that of a connection which was never established is only what is left;
// and an end without a TCB has sent a RST that does not fit.
func sureOfOpen(f *Facts) Confidence {
	switch {
	case !f.est():
		return Low
	case f.gone(tcp.Client) || f.gone(tcp.Server):
		return Medium
	}
	return High
}

// gone reports whether an end can have no TCB any more.
func (f *Facts) gone(d tcp.Dir) bool {
	return f.Ends[d].Possible&^conn.Of(conn.Closed, conn.Listen) == 0
}

// patience is how long a server may take to look up who has come before it refuses
// him: three name servers, asked twice for 5 s (resolv.conf(5)). One that waits longer
// may have lost its patience with a client that says nothing.
const patience = 30e6 // µs

func sureOfDenial(f *Facts) Confidence {
	if f.Trail.delay > patience {
		return min(Medium, sureOfReset(f))
	}
	return sureOfReset(f)
}
