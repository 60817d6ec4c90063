package flow

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unsafe"

	"onpath/compat/tcpstates"
	"onpath/internal/segtext"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

func TestEntryIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(entry{}); n > 608 { // 640 with its share of the index
		t.Errorf("an entry takes %d octets", n)
	}
}

// tcpKey is a connection from 10.0.0.1:client to 10.0.0.2:80.
func tcpKey(client uint16) packet.Key {
	k := packet.Key{APort: client, BPort: 80, Proto: packet.ProtoTCP}
	k.A, k.B = [16]byte{10: 0xff, 11: 0xff, 12: 10, 15: 1}, [16]byte{10: 0xff, 11: 0xff, 12: 10, 15: 2}
	return k
}

// views turns a conversation into what the decoder would have made of it.
func views(t testing.TB, client uint16, text string) (vs []*packet.View) {
	t.Helper()
	segs, err := segtext.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range segs {
		vs = append(vs, &packet.View{
			Seg: s, Key: tcpKey(client), At: s.At, FromB: s.Dir == tcp.Server, IPLen: 40 + s.Len, L4Len: s.Len, Depth: 1,
		})
	}
	return vs
}

// ledger collects one line a record.
type ledger struct{ strings.Builder }

func (l *ledger) take(r *record.Record) {
	fmt.Fprintf(l, "%d %s %s", r.Conn, r.Opening, r.Ending)
	if r.Continues != 0 {
		fmt.Fprintf(l, " continues %d", r.Continues)
	}
	for _, s := range r.Side {
		fmt.Fprintf(l, " [%d %d+%d %v]", s.Packets, s.Octets, s.Repeated, s.State)
	}
	l.WriteString(" " + string(r.History.Append(nil)) + "\n")
}

// records runs a conversation through a Table.
func records(t testing.TB, c Config, vs ...*packet.View) string {
	var l ledger
	table := New(c, l.take)
	for _, v := range vs {
		table.Observe(v)
	}
	table.Flush()
	return l.String()
}

const (
	open3 = `
0.00 > S  100:100(0)
0.01 < S. 300:300(0) ack 101
0.02 > .  101:101(0) ack 301
`
	closed4 = open3 + `
0.03 > F. 101:101(0) ack 301
0.04 < F. 301:301(0) ack 102
0.05 > .  102:102(0) ack 302
`
)

func TestRecords(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"closed": {closed4,
			"1 syn fin [4 0+0 TIME-WAIT] [2 0+0 CLOSED] ShAFf\n"},
		"open at the end": {open3 + "0.1 > P. 101:111(10) ack 301\n0.2 > P. 101:111(10) ack 301",
			"1 syn capture-end [4 10+10 ESTABLISHED] [1 0+0 ESTABLISHED] ShADT\n"},
		"refused three times with one ISS": {`
			0.0 > S  100:100(0)
			0.1 < R. 0:0(0) ack 101 win 0
			3.0 > S  100:100(0)
			3.1 < R. 0:0(0) ack 101 win 0
			9.0 > S  100:100(0)
			9.1 < R. 0:0(0) ack 101 win 0`,
			"1 syn rst [3 0+0 CLOSED] [3 0+0 CLOSED] SrY\n"},
		"refused three times with three": {`
			0.0 > S  100:100(0)
			0.1 < R. 0:0(0) ack 101 win 0
			3.0 > S  5000100:5000100(0)
			3.1 < R. 0:0(0) ack 5000101 win 0
			9.0 > S  9000100:9000100(0)
			9.1 < R. 0:0(0) ack 9000101 win 0`,
			"1 syn rst [1 0+0 CLOSED] [1 0+0 CLOSED] Sr\n" +
				"2 syn rst [1 0+0 CLOSED] [1 0+0 CLOSED] Sr\n" +
				"3 syn rst [1 0+0 CLOSED] [1 0+0 CLOSED] Sr\n"},
		"a SYN after the tombstone of a refusal": {`
			0.0  > S  100:100(0)
			0.1  < R. 0:0(0) ack 101 win 0
			60.2 > S  100:100(0)`,
			"1 syn rst [1 0+0 CLOSED] [1 0+0 CLOSED] Sr\n" +
				"2 syn capture-end [1 0+0 SYN-SENT] [0 0+0 SYN-RECEIVED] S\n"},
		"a late packet within the tombstone of a close": {closed4 + "120.0 < F. 301:301(0) ack 102",
			"1 syn fin [4 0+0 TIME-WAIT] [3 0+0 CLOSED] ShAFf\n"},
		"a late packet after it": {closed4 + "120.1 < F. 301:301(0) ack 102",
			"1 syn fin [4 0+0 TIME-WAIT] [2 0+0 CLOSED] ShAFf\n" +
				"2 midstream capture-end [0 0+0 ESTABLISHED] [1 0+0 FIN-WAIT-1] ^f\n"},
		"ports that are used again, before and behind a router": {closed4 + `
			0.1      > S 7000000:7000000(0) ttl 64
			0.100003 > S 7000000:7000000(0) ttl 63`,
			"1 syn fin [4 0+0 TIME-WAIT] [2 0+0 CLOSED] ShAFf\n" +
				"2 syn capture-end [2 0+0 SYN-SENT] [0 0+0 SYN-RECEIVED] S\n"},
		"three strikes": {`
			0  > S 100:100(0)
			6  > S 100:100(0)
			30 > S 100:100(0)
			151 > S 100:100(0)`,
			"1 syn attempt-timeout [3 0+0 SYN-SENT] [0 0+0 SYN-RECEIVED] SY\n" +
				"2 syn capture-end continues 1 [1 0+0 SYN-SENT] [0 0+0 SYN-RECEIVED] SY\n"},
		"idle, then it goes on": {open3 + "1000 > P. 101:111(10) ack 301\n1001 < . 301:301(0) ack 111",
			"1 syn idle-timeout [2 0+0 ESTABLISHED] [1 0+0 ESTABLISHED] ShA\n" +
				"2 midstream capture-end continues 1 [1 10+0 ESTABLISHED] [1 0+0 ESTABLISHED] Da\n"},
		"idle, then a new SYN": {open3 + "1000 > S 7000000:7000000(0)",
			"1 syn idle-timeout [2 0+0 ESTABLISHED] [1 0+0 ESTABLISHED] ShA\n" +
				"2 syn capture-end [1 0+0 SYN-SENT] [0 0+0 ESTABLISHED] S\n"},
		"idle, a forged SYN, and it goes on": {open3 + `
			1000 > S  7000000:7000000(0)
			1001 > P. 101:111(10) ack 301`,
			"1 syn idle-timeout [2 0+0 ESTABLISHED] [1 0+0 ESTABLISHED] ShA\n" +
				"2 syn capture-end [1 0+0 SYN-SENT] [0 0+0 ESTABLISHED] S\n" +
				"3 midstream superseded continues 1 [1 10+0 ESTABLISHED] [0 0+0 ESTABLISHED] D\n"},
		"closed and idle at the end of the capture": {open3 + "0.1 > F. 101:101(0) ack 301\n0.2 < . 301:301(0) ack 102",
			"1 syn capture-end [3 0+0 FIN-WAIT-2] [2 0+0 CLOSE-WAIT] ShAFa\n"},
		"ports used again after a close, a late segment of the older one": {closed4 + `
			1.00 > S  6000000:6000000(0)
			1.01 < S. 9000000:9000000(0) ack 6000001
			1.02 < F. 301:301(0) ack 102
			1.03 > .  6000001:6000001(0) ack 9000001`,
			"1 syn fin [4 0+0 TIME-WAIT] [3 0+0 CLOSED] ShAFf\n" +
				"2 syn capture-end [2 0+0 ESTABLISHED] [1 0+0 ESTABLISHED] ShA\n"},
		"the server opens the next one": {closed4 + `
			1.00 < S  6000000:6000000(0)
			1.01 > S. 9000000:9000000(0) ack 6000001
			1.02 < .  6000001:6000001(0) ack 9000001`,
			"1 syn fin [4 0+0 TIME-WAIT] [2 0+0 CLOSED] ShAFf\n" +
				"2 syn capture-end [2 0+0 ESTABLISHED] [1 0+0 ESTABLISHED] ShA\n"},
		"figure 9: half-open, then anew": {open3 + `
			0.10 > P. 101:111(10) ack 301
			0.20 < .  301:301(0) ack 111
			1.00 > S  5000000:5000000(0)
			1.01 < .  301:301(0) ack 111
			1.02 > R  111:111(0)
			2.00 > S  5000000:5000000(0)
			2.01 < S. 8000000:8000000(0) ack 5000001
			2.02 > .  5000001:5000001(0) ack 8000001
			80.0 > P. 5000001:5000011(10) ack 8000001`,
			"1 syn rst [5 10+0 SYN-SENT] [3 0+0 CLOSED] ShADaR\n" +
				"2 syn capture-end [3 10+0 ESTABLISHED] [1 0+0 ESTABLISHED] ShAD\n"},
		"a reset, then anew with a distant ISN": {open3 + `
			0.10 > R  101:101(0)
			0.20 > S  3000000000:3000000000(0)
			0.21 < S. 8000000:8000000(0) ack 3000000001
			0.22 > .  3000000001:3000000001(0) ack 8000001
			0.30 < P. 8000001:8000011(10) ack 3000000001
			0.31 > .  3000000001:3000000001(0) ack 8000011
			80.0 > P. 3000000001:3000000011(10) ack 8000011`,
			"1 syn rst [3 0+0 CLOSED] [1 0+0 CLOSED] ShAR\n" +
				"2 syn capture-end [4 10+0 ESTABLISHED] [2 10+0 ESTABLISHED] ShAdD\n"},
		"refused, then accepted": {`
			0.0 > S  100:100(0)
			0.1 < R. 0:0(0) ack 101 win 0
			1.0 > S  100:100(0)
			1.1 < S. 300:300(0) ack 101
			1.2 > .  101:101(0) ack 301
			1.3 < P. 301:311(10) ack 101
			1.4 > .  101:101(0) ack 311
			90.0 > P. 101:111(10) ack 311`,
			"1 syn capture-end [5 10+0 ESTABLISHED] [3 10+0 ESTABLISHED] SrYhAdD\n"},
		"a candidate is chosen": {open3 + `
			300.00 > S  7000000:7000000(0)
			300.01 < S. 8000000:8000000(0) ack 7000001
			300.02 > .  7000001:7000001(0) ack 8000001`,
			"1 syn superseded [3 0+0 ESTABLISHED] [1 0+0 ESTABLISHED] ShA\n" +
				"2 syn capture-end [1 0+0 ESTABLISHED] [1 0+0 ESTABLISHED] ^hA\n"},
		"a SYN,ACK first": {"0.0 < S. 300:300(0) ack 101\n0.1 > . 101:101(0) ack 301",
			"1 synack capture-end [1 0+0 ESTABLISHED] [1 0+0 ESTABLISHED] ^hA\n"},
		"time steps back": {open3 + "-5000 > P. 101:111(10) ack 301\n0.1 < . 301:301(0) ack 111",
			"1 syn capture-end [3 10+0 ESTABLISHED] [2 0+0 ESTABLISHED] ShADa\n"},
		"a gap, then the same octets again": {open3 + `
			0.1 < . 301:301(0) ack 201
			0.2 > P. 101:201(100) ack 301
			0.3 > P. 101:201(100) ack 301`,
			"1 syn capture-end [4 100+100 ESTABLISHED] [2 0+0 ESTABLISHED] ShAaGDT\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := records(t, Config{}, views(t, 40000, tt.text)...); got != tt.want {
				t.Errorf("got:\n%swant:\n%s", got, tt.want)
			}
		})
	}
}

// A record is written when its time has come, not only at the end.
func TestWrittenInTime(t *testing.T) {
	var l ledger
	table := New(Config{}, l.take)
	for _, v := range views(t, 40000, closed4) {
		table.Observe(v)
	}
	table.Observe(views(t, 40001, "100 > S 1:1(0)")[0])
	if l.Len() != 0 {
		t.Fatalf("written too early: %s", l.String())
	}
	table.Observe(views(t, 40001, "125 > S 1:1(0)")[0])
	table.Observe(views(t, 40001, "245 > S 1:1(0)")[0])
	if !strings.HasPrefix(l.String(), "1 syn fin") {
		t.Errorf("got %q", l.String())
	}
	if s := table.Stats(); s.Live != 1 || s.Peak != 2 || s.Ended[record.EndFin] != 1 {
		t.Errorf("%+v", s)
	}
}

func TestLingerNone(t *testing.T) {
	got := records(t, Config{Linger: &Linger{}}, views(t, 40000, closed4+"0.20 < F. 301:301(0) ack 102")...)
	want := "1 syn fin [4 0+0 TIME-WAIT] [2 0+0 CLOSED] ShAFf\n2 midstream fin continues 1 [0 0+0 TIME-WAIT] [1 0+0 CLOSED] ^f\n"
	if got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

// TestEvictionOrder: the cap takes closed and half-open entries before any
// established one, and counts them by kind.
func TestEvictionOrder(t *testing.T) {
	var l ledger
	table := New(Config{MaxConnections: 4, MaxHalfOpen: 4}, l.take)
	feed := func(client uint16, text string) {
		for _, v := range views(t, client, text) {
			table.Observe(v)
		}
	}
	feed(1, open3)
	feed(2, "0.1 > S 1:1(0)")
	feed(3, closed4)
	feed(4, open3)
	feed(5, "1 > S 1:1(0)") // pushes 3 out
	feed(6, "1 > S 1:1(0)") // pushes 2 out
	for port := range uint16(100) {
		feed(1000+port, "2 > S 1:1(0)")
	}
	feed(1, "3 > P. 101:111(10) ack 301")
	feed(4, "3 > P. 101:111(10) ack 301")
	if s := table.Stats(); s.Evicted != (Evicted{Closed: 1, HalfOpen: 101}) || s.Live != 4 || s.Peak != 4 {
		t.Errorf("%+v", s)
	} else if s.Held != (Held{Open: 2, HalfOpen: 2}) {
		t.Errorf("held %+v", s.Held)
	}
	if !strings.HasPrefix(l.String(), "3 syn fin") || !strings.Contains(l.String(), "\n2 syn evicted [1 0+0 SYN-SENT]") {
		t.Errorf("got %s", l.String())
	}
}

// TestMaxHalfOpen: one more half-open connection pushes out the oldest of them, and nothing
// else; what is established is none of them.
func TestMaxHalfOpen(t *testing.T) {
	var l ledger
	table := New(Config{MaxConnections: 100, MaxHalfOpen: 3}, l.take)
	feed := func(client uint16, text string) {
		for _, v := range views(t, client, text) {
			table.Observe(v)
		}
	}
	feed(1, open3)
	feed(2, "0.1 > S 100:100(0)\n0.1 < S. 300:300(0) ack 101")
	for client := range uint16(4) {
		feed(3+client, "1 > S 1:1(0)")
	}
	feed(5, "3 < S. 300:300(0) ack 2\n3.1 > . 2:2(0) ack 301")
	feed(7, "4 > S 1:1(0)")
	if s := table.Stats(); s.Evicted != (Evicted{HalfOpenBeyond: 2}) || s.Held != (Held{Open: 2, HalfOpen: 3}) {
		t.Errorf("%+v, held %+v", s.Evicted, s.Held)
	}
	want := "2 syn evicted [1 0+0 ESTABLISHED] [1 0+0 SYN-RECEIVED] Sh\n3 syn evicted [1 0+0 SYN-SENT] [0 0+0 SYN-RECEIVED] S\n"
	if l.String() != want {
		t.Errorf("got\n%swant\n%s", l.String(), want)
	}
}

// A table of one entry still follows ports that are used again.
func TestSupersedeWithoutRoom(t *testing.T) {
	got := records(t, Config{MaxConnections: 1}, views(t, 40000, closed4+`
		1.00 < S  6000000:6000000(0)
		1.01 > S. 9000000:9000000(0) ack 6000001`)...)
	want := "1 syn fin [4 0+0 TIME-WAIT] [2 0+0 CLOSED] ShAFf\n2 syn capture-end [1 0+0 ESTABLISHED] [1 0+0 SYN-RECEIVED] Sh\n"
	if got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

func TestDatagrams(t *testing.T) {
	dns := func(at float64, client uint16, fromB bool) *packet.View {
		k := tcpKey(client)
		k.Proto, k.BPort = packet.ProtoUDP, 53
		return &packet.View{Key: k, At: int64(at * 1e9), FromB: fromB, IPLen: 60, L4Len: 32}
	}
	got := records(t, Config{}, dns(0, 4000, false), dns(0.1, 4000, true), dns(5, 5000, true), dns(121, 4000, false), dns(130, 4000, false))
	want := "1  idle-timeout [1 32+0 CLOSED] [1 32+0 CLOSED] Dd\n" +
		"2  idle-timeout [0 0+0 CLOSED] [1 32+0 CLOSED] ^d\n" +
		"3  capture-end [2 64+0 CLOSED] [0 0+0 CLOSED] D\n"
	if got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

// What other systems would have said is of the record alone: it begins with it,
// and knows nothing of the one that it continues.
func TestOtherEyes(t *testing.T) {
	for name, tt := range map[string]struct {
		text, want string
	}{
		"closed":                       {closed4, "0x00 0x00 syn 2 18 connected\n"},
		"refused, and again 1 s later": {"0.0 > S 100:100(0)\n0.1 < R. 0:0(0) ack 101\n1.0 > S 100:100(0)\n1.1 < R. 0:0(0) ack 101", "0x03 0x43 syn 2 0\n"},
		"idle, then the server goes on": {open3 + "1000 < P. 301:311(10) ack 101\n1001 > . 101:101(0) ack 311",
			"0x02 0x02 syn 2 18 connected\n0x03 0x03 syn 0 0\n"},
		"used again": {closed4 + "1 < S 9000000:9000000(0)", "0x00 0x00 syn 2 18 connected\n0x03 0x00 syn 2 0\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			table := New(Config{}, func(r *record.Record) {
				fwd, _ := r.TCPChain.SynFlags(false)
				rev, _ := r.TCPChain.SynFlags(true)
				fmt.Fprintf(&got, "%v %v syn %d %d", r.Side[0].TCPStates, r.Side[1].TCPStates, fwd, rev)
				if r.TCPChain.Connected() {
					got.WriteString(" connected")
				}
				got.WriteString("\n")
			})
			for _, v := range views(t, 40000, tt.text) {
				table.Observe(v)
			}
			table.Flush()
			if got.String() != tt.want {
				t.Errorf("got:\n%swant:\n%s", got.String(), tt.want)
			}
		})
	}
}

// The timeouts of a Config are the Pair's too.
func TestTimeoutsReachTheOtherEyes(t *testing.T) {
	vs := views(t, 40000, closed4+"3 > . 102:102(0) ack 302")
	for closed, want := range map[time.Duration]tcpstates.Flags{0: tcpstates.AfterClose, time.Second: tcpstates.Establishment} {
		table := New(Config{Timeouts: Timeouts{Closed: closed}}, func(*record.Record) {})
		var p record.Packet
		for _, v := range vs {
			p = table.Observe(v)
		}
		if p.TCPStates != want {
			t.Errorf("closed after %v: %v, want %v", closed, p.TCPStates, want)
		}
	}
}

// No output depends on the seed of the hash.
func TestSeedChangesNothing(t *testing.T) {
	var vs []*packet.View
	for port := range uint16(500) {
		vs = append(vs, views(t, port+1, closed4)...)
	}
	c := Config{MaxConnections: 100}
	a := records(t, c, vs...)
	c.Seed = packet.Seed{1, 2, 3, 4}
	if b := records(t, c, vs...); a != b {
		t.Error("records differ under another seed")
	}
}

func TestObserveDoesNotAllocate(t *testing.T) {
	table := New(Config{}, func(*record.Record) {})
	vs := views(t, 40000, closed4)
	vs = append(vs, &packet.View{Key: packet.Key{Proto: packet.ProtoUDP, APort: 53, BPort: 9}}, &packet.View{Why: packet.L4Cut})
	for _, v := range vs {
		table.Observe(v)
	}
	if n := testing.AllocsPerRun(200, func() {
		for _, v := range vs {
			table.Observe(v)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestTimeThatJumps: neither a leap forward nor one back crashes, stops the
// table from forgetting, or makes it forget what is alive.
func TestTimeThatJumps(t *testing.T) {
	table := New(Config{}, func(*record.Record) {})
	for i := range uint16(2000) {
		at := int64(i) * 1e9
		if i%500 == 499 {
			at = [...]int64{1<<63 - 1, -1 << 63, 0, 4e18}[i/500]
		}
		v := views(t, i%1000, "0 > S 100:100(0)")[0]
		v.At, v.Seg.At = at, at
		table.Observe(v)
	}
	if s := table.Stats(); s.Live > 1000 || s.Begun < 1000 {
		t.Errorf("%+v", s)
	}
	table.Flush()
	if s := table.Stats(); s.Live != 0 {
		t.Errorf("%+v", s)
	}
}

// TestEntryNeedsSevenLines: what a segment that goes on needs of an entry stands in seven lines
// of the cache, wherever it begins, and all of them are asked for; and so are the others for
// what does more.
func TestEntryNeedsSevenLines(t *testing.T) {
	var e entry
	begin, behind := unsafe.Offsetof(e.conn), unsafe.Offsetof(e.inquiry)
	from, to := begin+needsFrom, begin+needsTo
	for _, entry := range []uintptr{0, 32} {
		if lines := (entry+to-1)/64 - (entry+from)/64 + 1; lines > 7 {
			t.Errorf("octets %d to %d stand in %d lines", from, to, lines)
		}
	}
	if begin != firstRest || to != behind+restFrom || behind+restTo < unsafe.Offsetof(e.place)+unsafe.Sizeof(e.place) {
		t.Errorf("conn begins at %d, inquiry at %d, and place ends at %d", begin, behind, unsafe.Offsetof(e.place)+unsafe.Sizeof(e.place))
	}
	for name, at := range map[string]uintptr{
		"key": unsafe.Offsetof(e.key), "last": unsafe.Offsetof(e.last), "class": unsafe.Offsetof(e.class),
		"handshake": unsafe.Offsetof(e.handshake), "side": unsafe.Offsetof(e.side), "states": unsafe.Offsetof(e.states),
	} {
		if at < from || at >= to {
			t.Errorf("%s stands at %d", name, at)
		}
	}
	if side := unsafe.Offsetof(e.side) + unsafe.Sizeof(e.side); side > unsafe.Offsetof(e.key)+104 || unsafe.Sizeof(e.history) != 36 {
		t.Errorf("what datagrams need of it ends at %d, and %d", side, unsafe.Sizeof(e.history))
	}
}
