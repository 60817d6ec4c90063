package check

import (
	"onpath/anomaly"
	"onpath/tcp"
)

// rule is how a row of the catalogue is decided. One that can hold of a usual first SYN
// stands in usually, too; none can of what usual judges. Whether its gates are open is
// asked after holds, as that is seldom true.
type rule struct {
	id    anomaly.ID
	when  trigger
	holds func(*Scene) (Evidence, bool)
	says  string // the inequality in a sentence, in the language of newWording
}

// MaxNumbers is how many numbers an inequality has at most.
const MaxNumbers = 6

// Evidence is why a rule holds.
type Evidence struct {
	Cause   anomaly.Cause
	ByPeer  bool         // the addressee of the segment is accused, not its sender
	Accused uint64       // number of the accused frame; 0: that of the segment
	Settles anomaly.Gate // gates that the evidence itself makes needless
	Other   uint64       // number of another frame that is accused as well; 0: none
	Numbers [MaxNumbers]int64
}

// because returns Evidence with an explanation and the numbers of the rule's
// sentence.
func because(c anomaly.Cause, numbers ...int64) (e Evidence) {
	e.Cause = c
	copy(e.Numbers[:], numbers)
	return e
}

// num is a sequence number as a number of Evidence.
func num(s tcp.Seq) int64 { return int64(uint32(s)) }

// no is the answer of a rule that does not hold.
func no() (Evidence, bool) { return Evidence{}, false }

// families are the tables of rules, one for each file.
var families = [][]rule{headerRules, optionRules, flagsRules, extensionsRules, captureRules, lifecycleRules, strayRules,
	validityRules, windowRules, retransmissionRules, performanceRules,
	handshakeRules, synackRules, negotiationRules, teardownRules, resetRules, icmpRules,
	timestampsRules, sackRules, ecnRules, accurateRules, injectionRules, tamperRules, hostRules, isnRules}

// excused are the rows that something always excuses, and the strongest cause that
// their rules give: RFC 9293 §3.8.6 and RFC 2018 §8 let an end do it, it reacts to what
// nothing shows, it answers a SYN or repeats its own which was not seen, or the network does it, too.
var excused = map[anomaly.ID]anomaly.Cause{
	anomaly.WsUnsolicited:              anomaly.CauseEndpoint,
	anomaly.SackpermUnsolicited:        anomaly.CauseEndpoint,
	anomaly.TsUnsolicited:              anomaly.CauseEndpoint,
	anomaly.EcnUnsolicited:             anomaly.CauseEndpoint,
	anomaly.WindowShrunk:               anomaly.CauseEndpoint,
	anomaly.SackReneging:               anomaly.CauseEndpoint,
	anomaly.CwrWithoutEce:              anomaly.CausePath,
	anomaly.HandshakeAckWrongDirection: anomaly.CauseCapture,
	anomaly.RstAfterSynThenSynack:      anomaly.CausePath,
	anomaly.EctOnSyn:                   anomaly.CausePath,
	anomaly.EctWithoutNegotiation:      anomaly.CausePath,
}

// Strongest returns the greatest severity that a finding of a row can have.
func Strongest(id anomaly.ID) anomaly.Severity { return id.Severity().Given(excused[id]) }

// byID finds the rule that decides a row; nil where none does.
var byID = func() []*rule {
	all := make([]*rule, len(anomaly.Rows())+1)
	for _, family := range families {
		for i := range family {
			all[family[i].id] = &family[i]
		}
	}
	return all
}()

// Asked returns the rows that some rule decides.
func Asked() (s anomaly.Set) {
	for id, r := range byID {
		if r != nil {
			s.Add(anomaly.ID(id))
		}
	}
	return s
}
