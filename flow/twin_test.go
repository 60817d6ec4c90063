package flow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onpath/anomaly"
	"onpath/check"
	"onpath/compat/netfilter"
	"onpath/conn"
	"onpath/internal/genload"
	"onpath/internal/segtext"
	"onpath/packet"
	"onpath/record"
	"onpath/sink/jsonl"
	"onpath/source"
)

// twin is a Table with or without embryos, and all that is seen of it.
type twin struct {
	table   *Table
	out     bytes.Buffer
	records *jsonl.Writer[record.Record]
	packets *jsonl.Writer[record.Packet]
}

// twins are two Tables, of which the second makes an entry of each SYN.
func twins(c Config, firewall bool) (both [2]*twin) {
	for i := range both {
		w := &twin{}
		if firewall {
			c.Netfilter = netfilter.New(netfilter.Config{})
		}
		w.records = jsonl.New(&w.out, record.Columns())
		w.packets = jsonl.New(&w.out, record.PacketColumns())
		w.table = New(c, func(r *record.Record) {
			fmt.Fprintln(&w.out, r.Findings)
			w.owns()
			w.records.Write(r)
			w.records.End()
		})
		w.table.whole, w.table.each = i == 1, i == 1
		both[i] = w
	}
	return both
}

// see shows w a packet, one by one or in batches, and keeps what is known of it.
func (w *twin) see(views []packet.View, batch bool) {
	if batch {
		w.table.ObserveEach(views, func(i int) {
			fmt.Fprintln(&w.out, i)
			w.owns()
		})
		return
	}
	for i := range views {
		p := w.table.Observe(&views[i])
		w.packets.Write(&p)
		w.packets.End()
		if p.Live != nil {
			fmt.Fprintf(&w.out, "%v %v\n", withoutCalm(p.Live), p.Raised)
		}
	}
}

// owns keeps whose the packet or record is.
func (w *twin) owns() {
	o := w.table.Owner()
	fmt.Fprintln(&w.out, o.Conn, o.Key, o.ClientIsB, o.Packets, o.Raised, o.Sacked)
	if o.Before != nil {
		fmt.Fprintln(&w.out, withoutCalm(o.Before))
	}
	if o.Case != nil {
		fmt.Fprintln(&w.out, *o.Case)
	}
}

// withoutCalm returns c without what a Table keeps there for itself.
func withoutCalm(c *conn.Conn) conn.Conn {
	now := *c
	now.Calm = 0
	return now
}

// stats are the counts of w, but for its memory.
func (w *twin) stats() Stats {
	s := w.table.Stats()
	s.Octets = 0
	return s
}

// ends compares the twins, and what is left of them.
func ends(t *testing.T, both [2]*twin, what string) {
	t.Helper()
	for _, w := range both {
		fmt.Fprintf(&w.out, "%+v\n", w.stats())
		open := map[uint64]string{}
		w.table.Walk(0, int(w.table.Slots()), func(o Open) bool {
			severity, n := o.Worst()
			stacks, _ := o.Stacks()
			var row bytes.Buffer
			line := jsonl.New(&row, record.Columns())
			line.Write(o.Record())
			line.End()
			open[o.Conn()] = fmt.Sprint(o.Start(), o.IPOctets(), o.Retransmissions(), o.RTT(), severity, n, stacks, row.String())
			return true
		})
		fmt.Fprintln(&w.out, open)
		w.table.Flush()
		fmt.Fprintf(&w.out, "%+v\n%v\n", w.stats(), w.table.Strays())
	}
	same(t, both, what)
}

// same compares what was seen by now, and forgets it.
func same(t *testing.T, both [2]*twin, what string) {
	t.Helper()
	a, b := both[0].out.Bytes(), both[1].out.Bytes()
	if !bytes.Equal(a, b) {
		x, y := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
		for i := range min(len(x), len(y)) {
			if !bytes.Equal(x[i], y[i]) {
				t.Fatalf("%s, line %d:\nwith embryos    %s\nwithout embryos %s", what, i+1, x[i], y[i])
			}
		}
		t.Fatalf("%s: %d and %d lines", what, len(x), len(y))
	}
	both[0].out.Reset()
	both[1].out.Reset()
}

// twinsOver plays a capture to twins, and returns how many embryos it made.
func twinsOver(t *testing.T, in *source.Reader, c Config, batch, firewall bool, what string) (made uint32) {
	t.Helper()
	both := twins(c, firewall)
	decoder := packet.NewDecoder(packet.Config{})
	var f packet.Frame
	v := make([]packet.View, 1)
	for err := error(nil); ; {
		if err = in.Next(&f); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return 0
		}
		decoder.Decode(&f, &v[0])
		for _, w := range both {
			w.see(v, batch)
		}
		if both[0].out.Len() > 1<<20 {
			same(t, both, what)
		}
	}
	made = both[0].table.slab.embryos.used
	ends(t, both, what)
	return made
}

// configs are those under which twins are compared.
var configs = []struct {
	name            string
	config          Config
	batch, firewall bool
}{
	{"packets", Config{}, false, false},
	{"batches", Config{}, true, false},
	{"rules that are off, and few half-open", Config{
		Rules: check.Config{Off: anomaly.SetOf(anomaly.TrackerEvicted, anomaly.EventSyn), Least: anomaly.Performance}, MaxHalfOpen: 2,
	}, true, false},
	{"small", Config{MaxConnections: 5, Timeouts: Timeouts{New: 3 * time.Second}, Linger: &Linger{time.Second, time.Second}}, false, true},
}

// TestTwinsOnCorpus: over all captures of others the packets, records, findings, looks and
// counts are the same octets with embryos and without, each under one of the configs.
func TestTwinsOnCorpus(t *testing.T) {
	const corpus = "../../shared/corpus/captures"
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no captures at " + corpus)
	}
	var made, n uint32
	err := filepath.WalkDir(corpus, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		in, err := source.Open(path)
		if err != nil {
			return nil
		}
		defer in.Close()
		n++
		c := configs[n%uint32(len(configs))]
		made += twinsOver(t, in, c.config, c.batch, c.firewall, path+", "+c.name)
		return nil
	})
	if err != nil || made == 0 {
		t.Errorf("%d embryos, %v", made, err)
	}
}

// TestTwinsOnLoads: the same over captures made by dice, among them a flood.
func TestTwinsOnLoads(t *testing.T) {
	for _, name := range []string{"mix", "small", "flood"} {
		load, _ := genload.Find(name)
		path := filepath.Join(t.TempDir(), name)
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := genload.Write(f, load.Scale(0.0004), genload.Options{Seed: 7}); err != nil {
			t.Fatal(err)
		}
		f.Close()
		for _, c := range configs {
			in, err := source.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			if twinsOver(t, in, c.config, c.batch, c.firewall, name+", "+c.name) == 0 {
				t.Errorf("%s, %s: no embryos", name, c.name)
			}
			in.Close()
		}
	}
}

// TestTwinsOnDice: the same over conversations that no stack would have, of each third
// before 1970, and of clocks that are set.
func TestTwinsOnDice(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		moved := []time.Duration{0, -time.Hour, 1 << 60}[seed%3]
		c := configs[seed%uint64(len(configs))]
		both := twins(c.config, c.firewall)
		decoder := packet.NewDecoder(packet.Config{})
		var made []packet.View
		for i, line := range dialogue(t, r, 60) {
			data := line.Frame()
			if r.IntN(20) == 0 {
				moved += []time.Duration{-620 * time.Second, -time.Second, 700 * time.Second}[r.IntN(3)]
			}
			f := packet.Frame{Number: uint64(i + 1), At: line.At + int64(moved), Link: packet.LinkEthernet, Data: data, WireLen: uint32(len(data))}
			v := make([]packet.View, 1)
			decoder.Decode(&f, &v[0])
			if v[0].Key.Proto == packet.ProtoTCP {
				v[0].Key.APort += uint16(r.IntN(4))
			}
			made = append(made[:0], v...)
			for _, w := range both {
				w.see(made, c.batch)
			}
			same(t, both, fmt.Sprintf("seed %d, packet %d", seed, i+1))
		}
		ends(t, both, fmt.Sprint("seed ", seed))
	}
}

// dialogue throws lines: many SYNs, often twice, and what may follow them.
func dialogue(t *testing.T, r *rand.Rand, n int) []segtext.Line {
	t.Helper()
	kinds := []string{
		"> S %d:%d(0) win 1000", "> S %d:%d(0) win 64240 <mss 1460,sackOK,TS val 7 ecr 0,nop,wscale 7>", "> S %d:%d(0) win 1000 <mss 1460>",
		"> SE %d:%d(0) win 1000", "< S. 300:300(0) ack %d win 1000", "> . %d:%d(0) ack 301 win 1000", "> S %d:%d(0) win 1000 icmp 3.1",
		"< R. 0:0(0) ack %d win 0", "> R %d:%d(0) win 0", "> P. %d:%d(0) ack 301 win 1000", "< S %d:%d(0) win 500 <mss 536>",
	}
	var text strings.Builder
	at, last := 0.0, ""
	for range n {
		at += []float64{0, 0.0001, 0.01, 0.4, 1, 3, 200}[r.IntN(7)]
		if last == "" || r.IntN(4) > 0 {
			last = kinds[r.IntN(len(kinds))]
			seq := []int{100, 100, 101, 50_000_000, 1<<32 - 1}[r.IntN(5)]
			for strings.Contains(last, "%d") {
				last = strings.Replace(last, "%d", fmt.Sprint(seq), 1)
			}
		}
		fmt.Fprintf(&text, "%.4f %s\n", at, last)
	}
	lines, err := segtext.ParseLines(text.String())
	if err != nil {
		t.Fatal(err)
	}
	return lines
}
