package evidence

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"onpath/anomaly"
	"onpath/check"
	"onpath/packet"
	"onpath/record"
)

// A dump has the packets of the finding's connection alone: those before, and up to 64
// after, for ten seconds.
func TestWhatBelongsToADump(t *testing.T) {
	after := func(n int, every float64) (text string) {
		for i := range n {
			text += fmt.Sprintf("\n%f > . 102:102(0) ack 301 win 1000", 0.04+float64(i)*every)
		}
		return text
	}
	for name, test := range map[string]struct {
		after string
		last  uint64
	}{
		"until the end": {after(5, 0.001), 10},
		"64 packets":    {after(100, 0.001), 5 + 64},
		"10 seconds":    {after(20, 1), 5 + 10},
	} {
		p := newTap(t, Config{Memory: 1 << 20})
		p.play(40001, opening)
		p.play(40002, `0.00 > S 500:500(0) win 1000`)
		p.play(40001, strange)
		p.play(40001, test.after)
		dumps := p.end()
		if len(dumps) != 1 || !slices.Contains(dumps[0].ids(), anomaly.XmasFlagsSegment) {
			t.Errorf("%s: %d dumps", name, len(dumps))
			continue
		}
		d := dumps[0]
		want := []uint64{1, 2, 3}
		for n := uint64(5); n <= test.last; n++ {
			want = append(want, n)
		}
		if got := d.numbers(); !slices.Equal(got, want) || d.Gone != 0 {
			t.Errorf("%s: frames %v, %d gone", name, got, d.Gone)
		}
		if f := &d.Findings[0]; f.Ends[0].Port != 40001 || f.Ends[0].SndNxt != 101 || f.Ends[1].RcvNxt != 101 || f.Frame != 5 {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// Findings that are milder are none; without a word the border is suspicious.
func TestSeverity(t *testing.T) {
	for _, test := range []struct {
		least anomaly.Severity
		dumps int
	}{{0, 1}, {anomaly.Suspicious, 1}, {anomaly.Violation, 0}, {anomaly.Informational, 2}} {
		p := newTap(t, Config{Memory: 1 << 20, Least: test.least})
		p.play(40001, opening+strange)
		p.play(40002, opening+"\n0.03 > R 101:101(0) win 0")
		if n := len(p.end()); n != test.dumps {
			t.Errorf("%v: %d dumps", test.least, n)
		}
	}
}

// What the same connection raises while a dump waits belongs to it; later, the tenth and
// hundredth time of a kind and a new kind begin another, up to 8.
func TestDumpsOfAConnection(t *testing.T) {
	p := newTap(t, Config{Memory: 1 << 20})
	p.play(40001, opening)
	for i := range 10_000 {
		p.play(40001, fmt.Sprintf("%d > FPU. 101:101(0) ack 301 win 1000", 1+11*i))
	}
	dumps := p.end()
	begun := map[anomaly.ID][]uint64{}
	for _, d := range dumps {
		f := d.Findings[0]
		begun[f.ID] = append(begun[f.ID], f.Count)
	}
	want := map[anomaly.ID][]uint64{anomaly.XmasFlagsSegment: {1, 10, 100, 1000}, anomaly.RtoBackoffMissing: {1, 10, 100, 1000}}
	if !reflect.DeepEqual(begun, want) || p.keeper.Stats().Bounded == 0 {
		t.Errorf("begun by %v, %d bounded", begun, p.keeper.Stats().Bounded)
	}
	p = newTap(t, Config{Memory: 1 << 20})
	p.play(40001, opening)
	for i := range 100 {
		p.play(40001, fmt.Sprintf("%f > FPU. 101:101(0) ack 301 win 1000", 1+float64(i)/1e3))
	}
	dumps = p.end()
	if len(dumps) != 2 || len(dumps[0].Findings) != maxFindings || dumps[0].More < 40 {
		t.Errorf("%d dumps, the first with %d findings and %d more", len(dumps), len(dumps[0].Findings), dumps[0].More)
	}
}

// A connection whose packets fill the memory does not fill the disk with them.
func TestShareOfAConnection(t *testing.T) {
	const memory = 20_000
	p := newTap(t, Config{Memory: memory})
	p.play(40001, opening)
	for i := range 2000 {
		p.play(40001, fmt.Sprintf("%d > FPU. 101:101(0) ack 301 win 1000", 1+11*i))
	}
	octets := int64(0)
	for _, d := range p.end() {
		octets += d.octets()
	}
	if octets < memory/2 || octets > 2*memory || p.keeper.Stats().Bounded == 0 {
		t.Errorf("%d octets, %+v", octets, p.keeper.Stats())
	}
}

// What belongs to none has its share each hour.
func TestStraysOfTwoHours(t *testing.T) {
	p := newTap(t, Config{Memory: 1 << 20})
	line := parsed(t, "0.03 > P. 101:111(10) ack 301 win 1000")
	data := line.Frame()
	data[34+12] = 2 << 4 // data offset
	for hour := range int64(3) {
		for i := range int64(20) {
			data[26+3] = byte(hour*50 + i) // another host
			p.pass(hour*afresh+i*20e9, data)
		}
	}
	if n := len(p.end()); n != 3*MaxDumps {
		t.Errorf("%d dumps", n)
	}
}

// ICMP errors belong to the connection whose segment they quote.
func TestQuotes(t *testing.T) {
	p := newTap(t, Config{Memory: 1 << 20})
	p.play(40001, `
		0.00 > S 100:100(0) win 1000
		0.01 > S 100:100(0) win 1000 icmp 11.0
		0.02 > S 500:500(0) win 1000 icmp 3.1`)
	p.play(40002, `0.03 > S 100:100(0) win 1000 icmp 11.0`)
	p.play(40001, "0.04 > SF 100:100(0) win 1000")
	dumps := p.end()
	if len(dumps) != 1 {
		t.Fatalf("%d dumps", len(dumps))
	}
	if d := dumps[0]; !slices.Equal(d.numbers(), []uint64{1, 2, 3, 5}) || d.Gone != 0 || d.Owner.Key.Proto != packet.ProtoTCP {
		t.Errorf("frames %v, %d gone, of %v", d.numbers(), d.Gone, d.Owner)
	}
}

// Fragments belong to the connection of their datagram, those of others do not.
func TestFragments(t *testing.T) {
	p := newTap(t, Config{Memory: 1 << 20})
	p.play(40001, opening)
	pieces := func(data []byte, id byte) (parts [][]byte) {
		for at := 34; at < len(data); at += 16 {
			end := min(at+16, len(data))
			b := append(slices.Clone(data[:34]), data[at:end]...)
			b[16], b[17], b[18], b[19] = 0, byte(len(b)-14), id, id
			b[20], b[21] = 0, byte((at-34)/8)
			if end < len(data) {
				b[20] = 0x20
			}
			parts = append(parts, b)
		}
		return parts
	}
	line := parsed(t, "0.03 > FPU. 101:101(0) ack 301 win 1000")
	parts, others := pieces(withPort(&line, 40001), 7), pieces(withPort(&line, 40001), 8)
	p.pass(30e6, others[0])
	for _, part := range parts {
		p.pass(31e6, part)
	}
	dumps := p.end()
	if len(dumps) != 1 {
		t.Fatalf("%d dumps", len(dumps))
	}
	if d := dumps[0]; !slices.Equal(d.numbers(), []uint64{1, 2, 3, 5, 6}) || d.Gone != 0 {
		t.Errorf("frames %v of %d parts, %d gone", d.numbers(), len(parts), d.Gone)
	}
}

// What raises something and belongs to no connection is dumped together, without stacks.
func TestStrays(t *testing.T) {
	p := newTap(t, Config{Memory: 1 << 20})
	p.play(40001, opening)
	line := parsed(t, "0.03 > P. 101:111(10) ack 301 win 1000")
	data := line.Frame()
	data[34+12] = 2 << 4 // data offset
	p.pass(40e6, data)
	p.pass(41e6, data)
	dumps := p.end()
	if len(dumps) != 1 || !slices.Equal(dumps[0].numbers(), []uint64{4, 5}) || dumps[0].Owner.Conn != 0 || dumps[0].Findings[0].Known {
		t.Fatalf("%+v", dumps)
	}
	if says := dumps[0].Findings[0].says(); says != "a data offset of 2 words; the header alone takes 5" {
		t.Error(says)
	}
}

// What the end of a record raises is dumped with its packets.
func TestFindingsOfTheEnd(t *testing.T) {
	p := newTap(t, Config{Memory: 1 << 20})
	p.play(40001, opening+`
		0.03 > F. 101:101(0) ack 301 win 1000
		0.04 < .  301:301(0) ack 102 win 1000`)
	p.play(40002, `300.00 > S 100:100(0) win 1000`)
	dumps := p.end()
	if len(dumps) == 0 {
		t.Fatal("none")
	}
	i := slices.IndexFunc(dumps, func(d *Dump) bool { return slices.Contains(d.ids(), anomaly.HalfClosedStale) })
	if i < 0 {
		t.Fatalf("%v", dumps[0].ids())
	}
	d := dumps[i]
	f := &d.Findings[slices.Index(d.ids(), anomaly.HalfClosedStale)]
	if f.Frame != 0 || !f.Known || !slices.Equal(d.numbers(), []uint64{1, 2, 3, 4, 5}) || len(d.comments()) == 0 {
		t.Errorf("%+v, frames %v, comments %v", f, d.numbers(), d.comments())
	}
}

// Without enough memory the oldest packets give way, and the dump says how many; what
// belongs to a dump that waits stays.
func TestTinyMemory(t *testing.T) {
	for _, memory := range []int{-1, 0, 1, 100, 500, 2000, 10_000} {
		p := newTap(t, Config{Memory: memory})
		p.play(40001, opening+strange)
		for i := range 100 {
			p.play(40002+uint16(i), "0.04 > S 500:500(0) win 1000")
		}
		p.play(40001, "0.05 > . 102:102(0) ack 301 win 1000")
		dumps := p.end()
		if len(dumps) != 1 {
			t.Fatalf("%d octets: %d dumps", memory, len(dumps))
		}
		d, s := dumps[0], p.keeper.Stats()
		if d.Gone+uint64(len(d.frames)) != d.Owner.Packets || s.Frames != 105 || s.Lost > s.Frames {
			t.Errorf("%d octets: %d gone, %d there, of %d; %+v", memory, d.Gone, len(d.frames), d.Owner.Packets, s)
		}
		if size := int(p.keeper.ring.size) + 8*len(p.keeper.ring.heads); memory > 16 && size > memory {
			t.Errorf("%d octets: takes %d", memory, size)
		}
		if memory >= 2000 && d.Number(4) == 0 {
			t.Errorf("%d octets: the packet that shows it is gone", memory)
		}
		if says := d.comments()[0]; d.Gone > 1 && len(d.frames) > 0 && !strings.HasPrefix(says[0], fmt.Sprintf("onpath: %d earlier packets were", d.Gone)) {
			t.Errorf("%d octets: %v", memory, says)
		}
	}
}

// Many connections at once: at most 256 dumps wait, and none is forgotten.
func TestManyAtOnce(t *testing.T) {
	const conns = 2000
	p := newTap(t, Config{Memory: 16 << 20})
	for port := range uint16(conns) {
		p.play(10_000+port, opening)
	}
	for port := range uint16(conns) {
		line := parsed(t, strings.Replace(strings.TrimSpace(strange), "0.03", fmt.Sprint(1+float64(port)/100), 1))
		p.pass(line.At, withPort(&line, 10_000+port))
		if n := len(p.keeper.open); n > maxUnfinished {
			t.Fatalf("%d wait", n)
		}
	}
	seen := map[uint64]bool{}
	for _, d := range p.end() {
		seen[d.Owner.Conn] = len(d.frames) == 4
	}
	for conn, whole := range seen {
		if conn == 0 || !whole {
			t.Errorf("connection %d has another dump than expected", conn)
		}
	}
	if len(seen) != conns {
		t.Errorf("%d connections have a dump", len(seen))
	}
	if len(p.keeper.open)+len(p.keeper.queue)+len(p.keeper.shares) != 0 {
		t.Errorf("%d, %d, %d are left", len(p.keeper.open), len(p.keeper.queue), len(p.keeper.shares))
	}
}

// Records that end at once leave nothing behind, however many there are in ten seconds.
func TestRecordsThatEndAtOnce(t *testing.T) {
	p := newTap(t, Config{Memory: 1 << 20})
	o := record.Owner{Raised: []check.Raised{{ID: anomaly.XmasFlagsSegment, Severity: anomaly.Suspicious, Count: 1}}}
	for o.Conn = 1; o.Conn < 10_000; o.Conn++ {
		p.keeper.raise(&o, check.Moment{Frame: o.Conn})
		if o.Conn%100 != 0 { // few wait
			p.keeper.Close(0, record.Owner{Conn: o.Conn})
		}
		if n := len(p.keeper.queue); n > 2*maxUnfinished {
			t.Fatalf("%d in the queue", n)
		}
	}
	if n := len(p.end()); n != 9999 {
		t.Errorf("%d dumps", n)
	}
}

// A clock that steps neither crashes nor keeps dumps for ever.
func TestClockSteps(t *testing.T) {
	p := newTap(t, Config{Memory: 1 << 20})
	for i, at := range []string{"1000000", "5", "900000000", "0"} {
		for _, line := range strings.Split(strings.TrimSpace(opening+strange), "\n") {
			p.play(40001+uint16(i), strings.Replace(strings.TrimSpace(line), "0.", at+".", 1))
		}
	}
	if n := len(p.end()); n != 4 {
		t.Errorf("%d dumps", n)
	}
}

// With nothing found a frame costs a copy, no allocation.
func TestObserveDoesNotAllocate(t *testing.T) {
	p := newTap(t, Config{Memory: 1 << 16})
	p.play(40001, opening)
	line := parsed(t, "0.03 > . 101:101(0) ack 301 win 1000")
	data := withPort(&line, 40001)
	f := packet.Frame{Number: 9, At: 40e6, Link: packet.LinkEthernet, Data: data, WireLen: uint32(len(data))}
	each := func(int) { p.keeper.Observe(&f, &p.view[0], p.table.Owner()) }
	if n := testing.AllocsPerRun(1000, func() {
		p.decoder.Decode(&f, &p.view[0])
		p.table.ObserveEach(p.view[:], each)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
