package netfilter

import (
	"net/netip"
	"testing"
	"time"
)

// tuple makes a Tuple of two addresses and what stands for ports.
func tuple(proto uint8, src, dst string, sport, dport uint16) Tuple {
	from, to := netip.MustParseAddr(src), netip.MustParseAddr(dst)
	return Tuple{Src: from.As16(), Dst: to.As16(), SrcPort: sport, DstPort: dport, Proto: proto, V6: from.Is6()}
}

const seconds = int64(time.Second)

// TestEntryLines holds entries to what conntrack -L of conntrack-tools 1.4.7 printed
// of such entries on Linux 6.18.44.
func TestEntryLines(t *testing.T) {
	for _, c := range []struct {
		e    Entry
		left int64 // ns
		want string
	}{
		{Entry{Orig: tuple(protoTCP, "10.0.0.1", "10.0.0.2", 57465, 8080), TCP: Established, Status: SeenReply | Assured, Helper: "ftp"}, 431998*seconds - 1,
			"tcp      6 431997 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=57465 dport=8080 src=10.0.0.2 dst=10.0.0.1 sport=8080 dport=57465 [ASSURED] mark=0 helper=ftp use=1"},
		{Entry{Orig: tuple(protoTCP, "2001:db8::1", "2001:db8::2", 48483, 8080), TCP: TimeWait, Status: SeenReply | Assured}, -seconds,
			"tcp      6 0 TIME_WAIT src=2001:db8::1 dst=2001:db8::2 sport=48483 dport=8080 src=2001:db8::2 dst=2001:db8::1 sport=8080 dport=48483 [ASSURED] mark=0 use=1"},
		{Entry{Orig: tuple(protoUDPLite, "10.0.0.1", "10.0.0.2", 42670, 54)}, seconds,
			"udplite  136 1 src=10.0.0.1 dst=10.0.0.2 sport=42670 dport=54 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=54 dport=42670 mark=0 use=1"},
		{Entry{Orig: tuple(protoICMP, "10.0.0.1", "10.0.0.9", 99, 13<<8), Status: SeenReply}, seconds,
			"icmp     1 1 src=10.0.0.1 dst=10.0.0.9 type=13 code=0 id=99 src=10.0.0.9 dst=10.0.0.1 type=14 code=0 id=99 mark=0 use=1"},
		{Entry{Orig: tuple(protoICMPv6, "2001:db8::1", "2001:db8::2", 77, 128<<8), Status: SeenReply}, 29 * seconds,
			"icmpv6   58 29 src=2001:db8::1 dst=2001:db8::2 type=128 code=0 id=77 src=2001:db8::2 dst=2001:db8::1 type=129 code=0 id=77 mark=0 use=1"},
		{Entry{Orig: tuple(protoGRE, "10.0.0.1", "10.0.0.2", 0, 0)}, 29 * seconds,
			"gre      47 29 src=10.0.0.1 dst=10.0.0.2 srckey=0x0 dstkey=0x0 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 srckey=0x0 dstkey=0x0 mark=0 use=1"},
		{Entry{Orig: tuple(99, "10.0.0.1", "10.0.0.2", 0, 0)}, 599 * seconds,
			"unknown  99 599 src=10.0.0.1 dst=10.0.0.2 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 mark=0 use=1"},
	} {
		c.e.Expires = 7*seconds + c.left
		if got := string(c.e.Append(nil, 7*seconds)); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// TestEventLines does the same for conntrack -E -o timestamp,id.
func TestEventLines(t *testing.T) {
	web := tuple(protoTCP, "10.0.0.1", "10.0.0.2", 37001, 8080)
	for _, c := range []struct {
		kind EventKind
		e    Entry
		left int64 // s
		want string
	}{
		{EventNew, Entry{ID: 631568413, Orig: web, TCP: SynSent, Helper: "ftp"}, 120,
			"[1795269608.005178]\t    [NEW] tcp      6 120 SYN_SENT src=10.0.0.1 dst=10.0.0.2 sport=37001 dport=8080 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=8080 dport=37001 helper=ftp id=631568413"},
		{EventUpdate, Entry{ID: 7, Orig: web, TCP: Established, Status: SeenReply | Assured}, 432000,
			"[1795269608.005178]\t [UPDATE] tcp      6 432000 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=37001 dport=8080 src=10.0.0.2 dst=10.0.0.1 sport=8080 dport=37001 [ASSURED] id=7"},
		{EventDestroy, Entry{ID: 7, Orig: web, TCP: TimeWait, Status: SeenReply | Assured}, 0,
			"[1795269608.005178]\t[DESTROY] tcp      6 TIME_WAIT src=10.0.0.1 dst=10.0.0.2 sport=37001 dport=8080 src=10.0.0.2 dst=10.0.0.1 sport=8080 dport=37001 [ASSURED] id=7"},
		{EventDestroy, Entry{ID: 8, Orig: web, TCP: Close}, 120,
			"[1795269608.005178]\t[DESTROY] tcp      6 120 CLOSE src=10.0.0.1 dst=10.0.0.2 sport=37001 dport=8080 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=8080 dport=37001 id=8"},
		{EventDestroy, Entry{ID: 9, Orig: tuple(protoUDP, "10.0.0.1", "10.0.0.2", 39564, 54)}, 0,
			"[1795269608.005178]\t[DESTROY] udp      17 src=10.0.0.1 dst=10.0.0.2 sport=39564 dport=54 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=54 dport=39564 id=9"},
	} {
		at := 1795269608*seconds + 5178999
		c.e.Expires = at + c.left*seconds
		if got := string((&Event{Kind: c.kind, At: at, Entry: &c.e, State: true}).Append(nil)); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestStampBefore1970(t *testing.T) {
	if got := string(appendStamp(nil, -1)); got != "[-1.999999]" {
		t.Error(got)
	}
}

func TestLinesDoNotAllocate(t *testing.T) {
	e := Entry{Orig: tuple(protoICMP, "10.0.0.1", "10.0.0.2", 1, 8<<8)}
	ev, line := Event{Kind: EventNew, At: 1, Entry: &e}, make([]byte, 0, 400)
	if n := testing.AllocsPerRun(100, func() { line = e.Append(ev.Append(line[:0]), 5) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestWindows(t *testing.T) {
	e := Entry{Sides: [2]Side{{End: 1001, MaxEnd: 4294967295, MaxWin: 64240, Scale: 7}, {}}}
	if got, want := string(e.AppendWindows(nil)), "original_end=1001,original_max_end=4294967295,original_max_win=64240,original_scale=7"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	e.Sides[Reply] = Side{End: 1, MaxEnd: 2, MaxWin: 3, MaxAck: 4, Flags: FlagMaxAck}
	if got, want := string(e.AppendWindows(nil)), "original_end=1001,original_max_end=4294967295,original_max_win=64240,original_scale=7,reply_end=1,reply_max_end=2,reply_max_win=3,reply_max_ack=4,reply_scale=0"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// An update that is not about the state of TCP does not tell it (measured).
func TestEventWithoutState(t *testing.T) {
	e := Entry{ID: 9, Orig: tuple(protoTCP, "10.1.0.1", "10.2.0.1", 5000, 6000), TCP: Established, Status: SeenReply, Expires: 300 * second}
	want := "[0.000000]\t [UPDATE] tcp      6 300 src=10.1.0.1 dst=10.2.0.1 sport=5000 dport=6000 src=10.2.0.1 dst=10.1.0.1 sport=6000 dport=5000 id=9"
	if got := string((&Event{Kind: EventUpdate, Entry: &e}).Append(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
