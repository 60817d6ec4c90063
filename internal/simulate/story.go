package simulate

import (
	"fmt"
	"strings"

	"onpath/tcp"
)

// Line writes a segment as a line of a conversation, as internal/segtext reads
// it. What cannot be said there (Fast Open and MPTCP options, IP-ID) is left out.
func Line(s *tcp.Segment) string {
	sign := ">"
	if s.Dir != tcp.Client {
		sign = "<"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%.3f %s %-2s %d:%d(%d)", float64(s.At)/1e9, sign, s.Flags, uint32(s.Seq), uint32(s.Seq)+s.Len, s.Len)
	if s.Flags.Has(tcp.ACK) {
		fmt.Fprintf(&b, " ack %d", uint32(s.Ack))
	}
	fmt.Fprintf(&b, " win %d", s.Win)
	if s.Flags.Has(tcp.URG) {
		fmt.Fprintf(&b, " urg %d", s.Urg)
	}
	var options []string
	if s.Opts&tcp.OptWScale != 0 {
		options = append(options, fmt.Sprintf("wscale %d", s.WScale))
	}
	if s.Opts&tcp.OptTimestamp != 0 {
		options = append(options, fmt.Sprintf("TS val %d ecr %d", s.TSval, s.TSecr))
	}
	if options != nil {
		fmt.Fprintf(&b, " <%s>", strings.Join(options, ","))
	}
	return b.String()
}
