package check

import (
	"fmt"
	"strings"
	"testing"

	"onpath/anomaly"
	"onpath/internal/segtext"
	"onpath/packet"
)

// crowd plays connections between many hosts, one after the other.
type crowd struct {
	t  *testing.T
	in *Inspector
	at int64 // when the next one starts, ns
	n  uint64

	found map[anomaly.ID]int // in the last connection
}

func newCrowd(t *testing.T) *crowd { return &crowd{t: t, in: New(Config{Overlap: -1})} }

// play plays a conversation from one host to a port of another, and ends its record
// four seconds later.
func (w *crowd) play(from, to int, port uint16, text string) {
	w.t.Helper()
	lines, err := segtext.ParseLines(text)
	if err != nil {
		w.t.Fatal(err)
	}
	p := player{t: w.t, in: w.in, decoder: packet.NewDecoder(packet.Config{})}
	for i := range lines {
		data := lines[i].Frame()
		w.n++
		f := packet.Frame{Number: w.n, At: w.at + lines[i].At, Link: packet.LinkEthernet, Data: data, WireLen: uint32(len(data))}
		p.decoder.Decode(&f, &p.v)
		p.v.Key = packet.Key{A: address(from), B: address(to), APort: 40000, BPort: port, Proto: packet.ProtoTCP}
		p.v.Seg.Dir, p.v.Seg.At, p.v.FromB = lines[i].Dir, f.At, lines[i].Dir == 1
		p.watch()
	}
	p.e.Key, p.e.Now = p.v.Key, p.e.At+4e9
	w.found = map[anomaly.ID]int{}
	for _, f := range p.in.Finish(&p.c, &p.e, &p.conn) {
		w.found[f.ID]++
	}
	p.in.Forget(&p.c)
	w.at += 100e6
}

func address(n int) [16]byte {
	return [16]byte{10: 0xff, 11: 0xff, 12: 10, 13: byte(n >> 16), 14: byte(n >> 8), 15: byte(n)}
}

// told returns what was found about a host: the rows, and what they say.
func (w *crowd) told(host int) (all []string) {
	for _, f := range w.in.Strays() {
		if f.From == address(host) && f.ID.Row().Family == anomaly.FamilyHost {
			all = append(all, fmt.Sprintf("%v: %s", f.ID, AppendSentence(nil, f.ID, f.Numbers)))
		}
	}
	return all
}

// Conversations of which crowds are made.
const (
	refusal = `
		0.00 > S 100:100(0) win 1000
		0.01 < R. 0:0(0) ack 101 win 0`
	silence   = "0.00 > S 100:100(0) win 1000"
	halfMade  = silence + "\n0.01 < S. 300:300(0) ack 101 win 1000"
	givenUpIt = halfMade + "\n0.02 > R 101:101(0) win 0"
	noPayload = halfMade + `
		0.02 > . 101:101(0) ack 301 win 1000
		0.03 > F. 101:101(0) ack 301 win 1000
		0.04 < F. 301:301(0) ack 102 win 1000
		0.05 > . 102:102(0) ack 302 win 1000`
	service = halfMade + `
		0.02 > P. 101:151(50) ack 301 win 1000
		0.03 < P. 301:351(50) ack 151 win 1000`
	finProbe   = "0.00 > F 100:100(0) win 1000"
	nullProbe  = "0.00 > none 100:100(0) win 1000"
	ackProbe   = "0.00 > . 100:100(0) ack 1 win 1000\n0.01 < R 1:1(0) win 0"
	ackAlone   = "0.00 > . 100:100(0) ack 1 win 1000"
	rstProbe   = "0.00 > R 100:100(0) win 1000"
	lateSynAck = "0.00 > S. 300:300(0) ack 101 win 1000"
)

// TestScans: what a host does at many places tells what it is; its neighbour does
// nearly the same.
func TestScans(t *testing.T) {
	for _, tt := range []struct {
		name  string
		raise string // "": nothing
		play  func(w *crowd)
	}{
		{"vertical", "host-syn-scan", func(w *crowd) { w.ports(1, 100, refusal) }},
		{"vertical, some ports open", "host-syn-scan", func(w *crowd) { w.ports(1, 60, refusal); w.ports(1, 3, givenUpIt) }},
		{"connect scan, some ports open", "host-syn-scan", func(w *crowd) { w.ports(1, 60, refusal); w.ports(1, 3, noPayload) }},
		{"horizontal", "host-syn-scan", func(w *crowd) { w.each(1, 100, refusal) }},
		{"horizontal, all open and given up", "host-syn-scan", func(w *crowd) { w.each(1, 100, givenUpIt) }},
		{"horizontal, silent, after one answer", "host-syn-scan", func(w *crowd) { w.each(1, 1, refusal); w.each(1, 100, silence) }},
		{"nobody ever answers, as where one direction is captured", "", func(w *crowd) { w.each(1, 100, silence) }},
		{"a crawler", "", func(w *crowd) {
			for i := range 40 {
				w.play(1, 1000+i, 80, refusal)
				w.play(1, 1000+i/3, 443, service)
			}
		}},
		{"a few", "", func(w *crowd) { w.each(1, 12, refusal) }},
		{"health checks", "", func(w *crowd) { w.each(1, 100, noPayload) }},
		{"a slow one", "", func(w *crowd) {
			for i := range 100 {
				w.at += 60e9
				w.play(1, 1000+i, 80, refusal)
			}
		}},
		{"refused again and again", "host-refusal-burst", func(w *crowd) {
			for range 40 {
				w.play(1, 2, 80, refusal)
			}
		}},
		{"refused by a few in turn", "", func(w *crowd) {
			for i := range 40 {
				w.play(1, 2+i%4, 80, refusal)
			}
		}},
		{"FIN scan", "host-fin-scan", func(w *crowd) { w.ports(1, 30, finProbe) }},
		{"null scan", "host-fin-scan", func(w *crowd) { w.ports(1, 30, nullProbe) }},
		{"ACK scan", "host-fin-scan", func(w *crowd) { w.ports(1, 60, ackProbe) }},
		{"three FINs", "", func(w *crowd) { w.ports(1, 3, finProbe) }},
		{"ACKs of connections that were open before", "", func(w *crowd) { w.each(1, 60, ackAlone) }},
		{"RST scan", "host-rst-scan", func(w *crowd) { w.later(); w.ports(1, 60, rstProbe) }},
		{"RSTs as the capture begins", "", func(w *crowd) { w.ports(1, 60, rstProbe) }},
		{"backscatter", "host-backscatter", func(w *crowd) { w.later(); w.each(1, 100, lateSynAck) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newCrowd(t)
			tt.play(w)
			got := w.told(1)
			if tt.raise == "" && len(got) > 0 || tt.raise != "" && (len(got) != 1 || !strings.HasPrefix(got[0], tt.raise+":")) {
				t.Errorf("told: %q", got)
			}
		})
	}
}

// ports plays a conversation of a host with many ports of another, each with many
// hosts.
func (w *crowd) ports(from, n int, text string) {
	for i := range n {
		w.play(from, 2, uint16(1+37*i), text)
	}
}

func (w *crowd) each(from, n int, text string) {
	for i := range n {
		w.play(from, 1000+i, 80, text)
	}
}

// later lets the capture run for a while.
func (w *crowd) later() {
	w.play(7, 8, 80, service)
	w.at += idle + 1e9
}

// TestFloodVictim: half-open attempts in many names at one service; SYNs are none.
func TestFloodVictim(t *testing.T) {
	for _, tt := range []struct {
		name  string
		raise bool
		play  func(w *crowd)
	}{
		{"flood", true, func(w *crowd) { w.ask(400, halfMade) }},
		{"flood that it answers no more", true, func(w *crowd) { w.ask(2, halfMade); w.ask(400, silence) }},
		{"flood of a port that answers nobody", false, func(w *crowd) { w.ask(400, silence) }},
		{"a busy server", false, func(w *crowd) { w.ask(400, service) }},
		{"some are left", false, func(w *crowd) {
			for range 300 {
				w.ask(1, service)
				w.ask(2, halfMade)
			}
		}},
		{"over hours", false, func(w *crowd) {
			for i := range 400 {
				w.at += 10e9
				w.play(1000+i, 1, 80, halfMade)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newCrowd(t)
			tt.play(w)
			if got := w.told(1); (len(got) == 1 && strings.HasPrefix(got[0], "host-syn-flood-victim:")) != tt.raise {
				t.Errorf("told: %q", got)
			}
		})
	}
}

// ask lets many hosts speak with one, at once.
func (w *crowd) ask(n int, text string) {
	for i := range n {
		w.play(1000+i, 1, 80, text)
		w.at -= 90e6
	}
}

// TestHabit: the same rule broken in one connection is an accident, in three a habit.
func TestHabit(t *testing.T) {
	const broken = service + "\n0.04 > F. 151:151(0) ack 351 win 1000\n0.05 > P. 152:202(50) ack 351 win 1000"
	for n, want := range []int{0, 0, 0, 1, 1} {
		w := newCrowd(t)
		for i := range n {
			w.play(1, 2+i, 80, broken)
		}
		if got := w.told(1); len(got) != want {
			t.Errorf("%d connections: %q", n, got)
		}
	}
}

// TestHabitAlone: a host's habit is found and named even if the rows that it breaks are
// not looked for, and those are not told of.
func TestHabitAlone(t *testing.T) {
	var off anomaly.Set
	for _, r := range anomaly.Rows() {
		if r.ID != anomaly.HostStackNonconformant {
			off.Add(r.ID)
		}
	}
	w := newCrowd(t)
	w.in = New(Config{Overlap: -1, Off: off})
	for i := range 3 {
		w.play(1, 2+i, 80, service+"\n0.04 > F. 151:151(0) ack 351 win 1000\n0.05 > P. 152:202(50) ack 351 win 1000")
		if n := len(w.in.Raised()); n != 0 {
			t.Errorf("%d raised of rows that are off", n)
		}
	}
	if got := w.told(1); len(got) != 1 || !strings.Contains(got[0], "breaks data-after-fin in 3 connections") {
		t.Errorf("told: %q", got)
	}
	if w.in.books.total != 0 {
		t.Errorf("%d findings left behind", w.in.books.total)
	}
}

// TestScatteredAnswers: of a host that answers all over what nobody asked, the first
// answers are told one by one, then only their number.
func TestScatteredAnswers(t *testing.T) {
	w := newCrowd(t)
	w.in.capture.note(0)
	w.at = 2 * idle
	told := 0
	for i := range 200 {
		pair := packet.Key{A: address(1000 + i), B: address(1), Proto: packet.ProtoTCP}
		w.in.world.networks.add(&pair)
		w.play(1000+i, 1, 80, "0.00 < S. 300:300(0) ack 101 win 1000")
		told += w.found[anomaly.SynackWithoutSyn]
		w.at += 20e9
	}
	if told < scanPlaces || told > 2*scanPlaces {
		t.Errorf("%d of 200 answers told one by one", told)
	}
	if got := w.told(1); len(got) != 1 || !strings.HasPrefix(got[0], "host-backscatter: 200 SYN,ACKs") {
		t.Errorf("told: %q", got)
	}
}

// TestHostsAreBounded: a flood in made-up names pushes out few hosts a second.
func TestHostsAreBounded(t *testing.T) {
	var hosts hosts
	real := address(1)
	h := hosts.take(&real, false, 1)
	h.failed = 7
	for i := range 100_000 {
		made := address(1000 + i)
		hosts.take(&made, false, 2)
	}
	if h := hosts.find(&real); h == nil || h.failed != 7 {
		t.Error("a host is forgotten within a second")
	}
	if hosts.givenUp != 100_000-maxFresh+1 || len(hosts.all) != hostSets*hostWays {
		t.Errorf("%d given up, %d places", hosts.givenUp, len(hosts.all))
	}
}
