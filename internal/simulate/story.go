package simulate

import (
	"fmt"
	"strings"

	"onpath/tcp"
)

// Line writes a segment as a line of a conversation, as internal/segtext reads
// it; Fast Open cookies and MPTCP keys are not kept, so they are left out.
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
	if s.IPID != 0 {
		fmt.Fprintf(&b, " id %d", s.IPID)
	}
	if s.TTL != 0 {
		fmt.Fprintf(&b, " ttl %d", s.TTL)
	}
	if list := words(s); list != nil {
		fmt.Fprintf(&b, " <%s>", strings.Join(list, ","))
	}
	return b.String()
}

// optionWords are tcpdump's for options of which conn minds only the presence.
var optionWords = [...]struct {
	set  tcp.OptSet
	word string
}{{tcp.OptTFO, "tfo cookiereq"}, {tcp.OptTFOExp, "exp-tfo cookiereq"}, {tcp.OptMPTCP, "mptcp capable"}}

// words are the options that conn minds.
func words(s *tcp.Segment) (list []string) {
	if s.Opts&tcp.OptWScale != 0 {
		list = append(list, fmt.Sprintf("wscale %d", s.WScale))
	}
	if s.Opts&tcp.OptTimestamp != 0 {
		list = append(list, fmt.Sprintf("TS val %d ecr %d", s.TSval, s.TSecr))
	}
	for _, o := range optionWords {
		if s.Opts&o.set != 0 {
			list = append(list, o.word)
		}
	}
	return list
}
