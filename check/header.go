package check

import (
	"onpath/anomaly"
	"onpath/tcp"
)

// headerRules look at the fields and options of a single segment.
var headerRules = []rule{
	{anomaly.ReservedBitsSet, onHeader, reservedBits, "reserved bits {bits} are set, which a sender leaves 0"},
	{anomaly.MssZero, onSyn | onSynAck, mssZero, "the SYN offers a maximum segment size of {mss}"},
}

func reservedBits(s *Scene) (Evidence, bool) {
	if s.View.TCP == nil {
		return no()
	}
	r := s.View.TCP.Reserved()
	return because(anomaly.CauseNone, int64(r)), r != 0
}

func mssZero(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseNone, 0), s.Seg.Opts&tcp.OptMSS != 0 && s.Seg.MSS == 0
}
