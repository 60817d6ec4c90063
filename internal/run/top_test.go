package run

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"onpath/flow"
	"onpath/packet"
	"onpath/record"
	"onpath/sink/top"
)

// crowd is a table of n connections; the i-th, from 0, has sent one datagram of i+100
// octets at i µs.
func crowd(n int) *flow.Table {
	t := flow.New(flow.Config{}, func(*record.Record) {})
	for i := range n {
		t.Observe(datagram(i, int64(i)*1e3, uint32(i)+100))
	}
	return t
}

// datagram is a packet of UDP of the i-th connection of a crowd, from the end with the
// lower port: the server.
func datagram(i int, at int64, octets uint32) *packet.View {
	k := packet.Key{APort: 7, BPort: 53, Proto: packet.ProtoUDP}
	k.A = [16]byte{10: 0xff, 11: 0xff, 12: 10, 13: byte(i >> 16), 14: byte(i >> 8), 15: byte(i)}
	k.B = [16]byte{10: 0xff, 11: 0xff, 12: 192, 14: 2, 15: 53}
	return &packet.View{At: at, Key: k, IPLen: octets, Depth: 1}
}

func conns(rows []top.Row) (list []uint64) {
	for _, r := range rows {
		list = append(list, r.Conn)
	}
	return list
}

// TestBoardFindsTheFirst: with more connections than one look goes through, some looks
// find those with the most, in order; and no look shows one twice.
func TestBoardFindsTheFirst(t *testing.T) {
	const n = 3*perLook + 100
	table, now := crowd(n), int64(n*1e3)
	var b board
	for i := 0; !b.whole; i++ {
		rows := b.look(table, &top.Query{Rows: 5}, now)
		seen := conns(rows)
		slices.Sort(seen)
		if len(rows) != 5 || len(slices.Compact(seen)) != 5 {
			t.Fatalf("look %d: %v", i, conns(rows))
		}
		if i > 4 {
			t.Fatalf("%d looks have not gone through %d connections", i, n)
		}
	}
	if got := conns(b.look(table, &top.Query{Rows: 5}, now)); !slices.Equal(got, []uint64{n, n - 1, n - 2, n - 3, n - 4}) {
		t.Errorf("by rate: %v", got)
	}
	for !b.whole || b.query.Order != top.ByAge {
		b.look(table, &top.Query{Rows: 5, Order: top.ByAge}, now)
	}
	if got := conns(b.look(table, &top.Query{Rows: 5, Order: top.ByAge}, now)); !slices.Equal(got, []uint64{1, 2, 3, 4, 5}) {
		t.Errorf("by age: %v", got)
	}
}

// TestBoardRates: what a connection sends is seen as a rate, and passes when it stops.
func TestBoardRates(t *testing.T) {
	table := crowd(2)
	var b board
	rate := func(now int64) float64 { return b.look(table, &top.Query{Rows: 1}, now)[0].Rate[1] }
	rate(1e9)
	for ms := int64(1250); ms <= 30e3; ms += 250 {
		table.Observe(datagram(1, ms*1e6, 2500))
		rate(ms * 1e6)
	}
	if r := rate(30e9); r < 9990 || r > 10010 {
		t.Errorf("2,500 octets each 250 ms are %v octets a second", r)
	}
	before := rate(30e9 + 50e6)
	if r := rate(32e9); r > before*0.4 || r < before*0.35 {
		t.Errorf("two seconds of silence leave %v of %v", r, before)
	}
	if r := rate(20e9); r < 0 || r > before { // the clock was set back
		t.Errorf("a clock that is set back makes %v", r)
	}
}

// TestBoardFilters: what does not match is not shown, though it comes first.
func TestBoardFilters(t *testing.T) {
	table := crowd(300)
	var b board
	rows := b.look(table, &top.Query{Rows: 5, Filter: "10.0.0.8:7 UDP"}, 1e9)
	if len(rows) != 1 || rows[0].Conn != 9 || rows[0].Server != "10.0.0.8:7" || rows[0].State[0] != "udp" {
		t.Errorf("%+v", rows)
	}
}

// TestBoardLosesWhatEnds: a connection that is open on the screen is found by its number,
// and no other one in its place.
func TestBoardLosesWhatEnds(t *testing.T) {
	table := crowd(3)
	var b board
	b.look(table, &top.Query{Rows: 5}, 1e9)
	if o, ok := b.find(table, 2); !ok || o.Conn() != 2 {
		t.Fatal("connection 2 is not found")
	}
	table.Flush()
	for i := range 3 {
		table.Observe(datagram(i+10, 2e9, 100))
	}
	for range 2 {
		if o, ok := b.find(table, 2); ok {
			t.Errorf("connection %d is found for 2", o.Conn())
		}
	}
}

// TestRecentIsARing: the last packets of a connection, the latest first, as long as the
// ring holds them; and no more than are shown.
func TestRecentIsARing(t *testing.T) {
	r := newRecent()
	keep := func(conn, number uint64) {
		r.keep(&packet.Frame{Number: number, Data: make([]byte, 2*recentOctets)}, &record.Packet{Conn: conn, View: &packet.View{}})
	}
	for i := range uint64(100) {
		keep(7, i)
	}
	list := r.of(7)
	if len(list) != recentLines || r.heard[list[0]].frame.Number != 50 || r.heard[list[recentLines-1]].frame.Number != 99 {
		t.Errorf("%d packets, from %d", len(list), r.heard[list[0]].frame.Number)
	}
	for i := range uint64(recentPackets - 1) {
		keep(8, i)
	}
	if list := r.of(7); len(list) != 1 || r.heard[list[0]].frame.Number != 99 {
		t.Errorf("%d packets are left of 7", len(list))
	}
	keep(8, 0)
	if list := r.of(7); len(list) != 0 {
		t.Errorf("%d packets are left of 7, and the ring is full of 8", len(list))
	}
	if len(r.lines(7)) != 0 {
		t.Errorf("there are lines of nothing: %q", r.lines(7))
	}
}

// TestScreenTellsOfTown reads a capture as top does, and opens each connection.
func TestScreenTellsOfTown(t *testing.T) {
	s := replay(t, "../../testdata/town.pcap")
	shot := s.shot(&top.Query{Rows: 10})
	if len(shot.Rows) != 6 || !shot.Ended || shot.Packets != 37 || shot.Undecoded != 1 || shot.Partly {
		t.Fatalf("%+v", shot)
	}
	for _, r := range shot.Rows {
		d := s.shot(&top.Query{Rows: 10, Conn: r.Conn}).Detail
		if d == nil || len(d.Packets) == 0 || (len(d.Stacks) == 0) != (d.State[0] == "udp" || d.State[0] == "icmp") {
			t.Errorf("connection %d: %+v", r.Conn, d)
			continue
		}
		if (len(d.Findings) > 0) != (r.Worst != "") {
			t.Errorf("connection %d: worst %q, findings %q", r.Conn, r.Worst, d.Findings)
		}
	}
	d := s.shot(&top.Query{Rows: 1, Conn: 2}).Detail
	for _, want := range []string{"retransmission-fast (performance), of the server, once, explained by: path", "    | duplicate-ack", "FSM state: | 10 TIME-WAIT    | 0 CLOSED"} {
		if !strings.Contains(strings.Join(slices.Concat(d.Findings, d.Packets, d.Stacks), "\n"), want) {
			t.Errorf("nothing says %q:\n%s", want, strings.Join(d.Packets, "\n"))
		}
	}
	if d := s.shot(&top.Query{Rows: 1, Conn: 99}).Detail; d != nil {
		t.Errorf("connection 99: %+v", d)
	}
}

// replay reads a capture to its end, and leaves the screen.
func replay(t testing.TB, path string) *screen {
	j, err := newJob[record.Packet](Config{Files: []string{path}, Quiet: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.in.Close)
	j.table = flow.New(j.config.Flow, j.ended)
	s := newScreen(j, 0)
	j.gate <- struct{}{}
	close(s.over)
	s.watch()
	<-j.gate
	return s
}

// TestAskWaitsItsTurn: whoever asks while packets are read gets an answer that no packet
// changes meanwhile.
func TestAskWaitsItsTurn(t *testing.T) {
	j, err := newJob[record.Packet](Config{Files: []string{load(t, "mix", 0.01)}, Quiet: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer j.in.Close()
	j.table = flow.New(j.config.Flow, j.ended)
	s := newScreen(j, 0)
	done := make(chan struct{})
	j.gate <- struct{}{}
	go func() {
		s.watch()
		close(done)
	}()
	var last uint64
	for ended := false; !ended; {
		shot := s.ask(top.Query{Rows: 50})
		if shot.Packets < last {
			t.Fatalf("%d packets, and before %d", shot.Packets, last)
		}
		last, ended = shot.Packets, shot.Ended
	}
	close(s.over)
	<-done
	if last == 0 || last != j.tally.packets {
		t.Errorf("%d packets were seen of %d", last, j.tally.packets)
	}
}

// TestPace: the capture's time is the wall's times the speed, and stands while it is held.
func TestPace(t *testing.T) {
	p := pace{speed: 10}
	slept := time.Duration(0)
	rest := func(d time.Duration) { // a clock that obeys
		slept += d
		p.since = p.since.Add(-d)
	}
	p.wait(1e9, rest)
	if slept != 0 {
		t.Errorf("slept %v before the first packet", slept)
	}
	p.wait(2e9, rest)
	if slept < 90*time.Millisecond || slept > 100*time.Millisecond {
		t.Errorf("slept %v for a second at tenfold speed", slept)
	}
	slept = 0
	p.wait(1e9, rest) // back
	if slept != 0 {
		t.Errorf("slept %v for a step back", slept)
	}
	p.held.Store(true)
	naps := 0
	p.wait(3e9, func(d time.Duration) {
		if naps++; naps == 5 {
			p.held.Store(false)
			p.speed = 0
		}
		p.since = p.since.Add(-time.Hour)
	})
	if naps != 5 || p.at != 3e9 {
		t.Errorf("held for %d naps, at %d", naps, p.at)
	}
}

// BenchmarkLook is what a screen of 48 rows costs the packets, by connections.
func BenchmarkLook(b *testing.B) {
	for _, n := range []int{1000, 1<<20 - 1} {
		table := crowd(n)
		for o := range top.NumOrders {
			b.Run(fmt.Sprintf("%d/%v", n, o), func(b *testing.B) {
				var board board
				for i := 0; b.Loop(); i++ {
					fmt.Fprint(io.Discard, len(board.look(table, &top.Query{Rows: 48, Order: o}, 1e9+int64(i)*250e6)))
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N), "µs/look")
			})
		}
	}
}

// BenchmarkLookFiltered is the same while rows are searched for a word.
func BenchmarkLookFiltered(b *testing.B) {
	table := crowd(1<<17 - 1)
	var board board
	for i := 0; b.Loop(); i++ {
		board.look(table, &top.Query{Rows: 48, Filter: "nowhere"}, 1e9+int64(i)*250e6)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N), "µs/look")
}
