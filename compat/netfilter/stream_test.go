package netfilter_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"onpath/compat/netfilter"
	"onpath/packet"
)

// TestStream: UDP that is answered and older than two seconds is a stream. Events
// and timeouts as a gateway with Linux 6.18 had them (conntrack -E).
func TestStream(t *testing.T) {
	var told []string
	tracker := netfilter.New(netfilter.Config{Event: func(ev *netfilter.Event) {
		told = append(told, fmt.Sprint(ev.Kind, ev.Entry.Remaining(ev.At), ev.Entry.Status&(netfilter.SeenReply|netfilter.Assured)))
	}})
	var out netfilter.Verdict
	for _, p := range []struct {
		at    int64 // ms
		reply bool
	}{{0, false}, {500, false}, {501, true}, {1200, false}, {1700, false}, {2300, false}, {2800, false}} {
		b := make([]byte, 29)
		src, dst := 12, 16
		if p.reply {
			src, dst = dst, src
		}
		b[0], b[3], b[9], b[25] = 0x45, 29, 17, 9
		b[src+3], b[dst+3] = 1, 2
		binary.BigEndian.PutUint16(b[14+src/2:], 1234)
		binary.BigEndian.PutUint16(b[14+dst/2:], 99)
		tracker.Observe(&packet.View{At: p.at * 1e6, Depth: 1, IP: b, IPLen: 29}, &out)
	}
	const want = "0 30  / 1 30 SEEN_REPLY / 1 120 SEEN_REPLY,ASSURED"
	if got := strings.Join(told, " / "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
