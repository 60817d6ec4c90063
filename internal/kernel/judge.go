package kernel

import (
	"onpath/compat/netfilter"
	"onpath/packet"
)

// Judge has a new Tracker look at d, and calls each with its verdict on packet i,
// and how many expectations wait behind it. It ends when each returns false.
func Judge(c netfilter.Config, d Dialogue, each func(i int, v *netfilter.Verdict, waiting int) bool) {
	decoder := packet.NewDecoder(packet.Config{})
	tracker := netfilter.New(c)
	var view packet.View
	var verdict netfilter.Verdict
	for i, p := range d {
		decoder.Decode(&packet.Frame{Data: p.IP, At: p.Time(), Number: uint64(i + 1), WireLen: uint32(len(p.IP)), Link: packet.LinkRaw}, &view)
		tracker.Observe(&view, &verdict)
		if !each(i, &verdict, tracker.Stats().Expectations) {
			return
		}
	}
}
