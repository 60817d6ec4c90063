package flow

import (
	"fmt"
	"testing"

	"onpath/fingerprint"
	"onpath/internal/segtext"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// shown is what a record says of who made its SYNs, by tcp.Client, tcp.Server.
type shown [2]string

// identified plays a conversation through a Table, and returns what its TCP records
// show, signatures and systems.
func identified(t *testing.T, text string) (all []shown) {
	t.Helper()
	lines, err := segtext.ParseLines(text)
	if err != nil {
		t.Fatal(err)
	}
	table := New(Config{}, func(r *record.Record) {
		var s shown
		for end := range r.Side {
			if id := r.Side[end].Identity; id.Signature != nil {
				s[end] = id.Signature.String()
			}
		}
		all = append(all, s)
	})
	d := packet.NewDecoder(packet.Config{})
	for i := range lines {
		data := lines[i].Frame()
		f := packet.Frame{Number: uint64(i + 1), At: lines[i].At, Link: packet.LinkEthernet, Data: data, WireLen: uint32(len(data))}
		var v packet.View
		d.Decode(&f, &v)
		table.Observe(&v)
	}
	table.Flush()
	return all
}

// Signatures of the conversations below.
const (
	asks    = "4:64+0:0:1460:mss*4,0:mss:df:0"
	answers = "4:64+0:0:1000:mss*5,0:mss:df:0"
	anew    = "4:64+0:0:536:9999,0:mss:df:0"
)

// TestIdentity: the first SYN of each end counts, and the SYN,ACK is compared with the
// SYN; a record that goes on has the signatures of its connection, another incarnation
// its own.
func TestIdentity(t *testing.T) {
	const open = `
		0.00 > S  100:100(0) win 5840 <mss 1460>
		0.10 < S. 300:300(0) ack 101 win 5000 <mss 1000>
		0.20 > .  101:101(0) ack 301 win 5840
`
	for name, c := range map[string]struct {
		text string
		want []shown
	}{
		"both":      {open, []shown{{asks, answers}}},
		"no SYN":    {"0.1 < S. 300:300(0) ack 101 win 5000 <mss 1000>", []shown{{"", answers}}},
		"midstream": {"0.1 > . 300:300(0) ack 101 win 5000", []shown{{"", ""}}},
		"again":     {"0.0 > S 100:100(0) win 5840 <mss 1460>\n1.0 > S 100:100(0) win 9999 <mss 536>", []shown{{asks, ""}}},
		"goes on":   {open + "2000 > . 101:101(0) ack 301 win 5840", []shown{{asks, answers}, {asks, answers}}},
		"another": {open + `
			0.30 > R  101:101(0) win 0
			0.50 > S  9000:9000(0) win 9999 <mss 536>`, []shown{{asks, answers}, {anew, ""}}},
	} {
		got := identified(t, c.text)
		if len(got) != len(c.want) {
			t.Errorf("%s: %d records: %v", name, len(got), got)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: record %d: %v, want %v", name, i+1, got[i], c.want[i])
			}
		}
	}
}

// TestSignaturesAreGivenBack: what is evicted, superseded or flushed gives its
// signatures back, so that more pass than there is room for.
func TestSignaturesAreGivenBack(t *testing.T) {
	table := New(Config{MaxConnections: 100}, func(*record.Record) {})
	v := synView(t)
	for n := range 3 * fingerprint.MaxSignatures {
		v.Key = tcpKey(uint16(n % 500))
		v.Seg.Seq = tcp.Seq(n * 1000003)
		v.TCP[14], v.TCP[15], v.Seg.TTL = byte(n>>8), byte(n), byte(n>>16)
		if table.Observe(v); n == fingerprint.MaxSignatures/2 {
			table.Flush()
		}
	}
	if s := table.Stats(); s.SignaturesGivenUp != 0 {
		t.Errorf("%d signatures found no room", s.SignaturesGivenUp)
	}
}

// synView is a decoded SYN whose octets may be changed.
func synView(t *testing.T) *packet.View {
	t.Helper()
	lines, err := segtext.ParseLines("0.0 > S 100:100(0) win 5840 <mss 1460>")
	if err != nil {
		t.Fatal(err)
	}
	data, v := lines[0].Frame(), new(packet.View)
	packet.NewDecoder(packet.Config{}).Decode(&packet.Frame{Number: 1, Link: packet.LinkEthernet, Data: data, WireLen: uint32(len(data))}, v)
	return v
}

// TestIdentityBesideFlood: lone SYNs with made-up signatures, more than are kept, leave room
// for that of a connection which goes on, and all that find none are counted.
func TestIdentityBesideFlood(t *testing.T) {
	got := ""
	table := New(Config{}, func(r *record.Record) {
		if id := r.Side[tcp.Client].Identity; r.Side[tcp.Server].Packets == 1 && id.Signature != nil {
			got = id.Signature.String()
		}
	})
	lines, err := segtext.ParseLines("0 > S 100:100(0) win 5840 <mss 1460>\n1 < S. 300:300(0) ack 101 win 5000 <mss 1000>\n2 > S 100:100(0) win 1 <mss 1460>")
	if err != nil {
		t.Fatal(err)
	}
	d := packet.NewDecoder(packet.Config{NoChecksums: true})
	observe := func(line segtext.Line, port, window uint16) {
		data := line.Frame()
		var v packet.View
		d.Decode(&packet.Frame{Number: 1, At: line.At, Link: packet.LinkEthernet, Data: data, WireLen: uint32(len(data))}, &v)
		v.Key.APort, v.Seg.Win = port, window
		v.TCP[14], v.TCP[15] = byte(window>>8), byte(window)
		table.Observe(&v)
	}
	const many = 2 * fingerprint.MaxSignatures
	for i := range uint16(many) {
		observe(lines[2], i, 10000+i)
	}
	observe(lines[0], 50000, 5840)
	observe(lines[1], 50000, 5000)
	for i := range uint16(many) {
		observe(lines[2], i, 20000+i)
	}
	table.Flush()
	if s := table.Stats(); s.SignaturesGivenUp == 0 {
		t.Error("nothing is given up")
	}
	if got != asks {
		t.Errorf("%q, want %q", got, asks)
	}
}

// TestIdentityLaps: a lap of the table of signatures takes those of embryos away, as another
// one may stand in the place, and counts them; who comes behind it has one.
func TestIdentityLaps(t *testing.T) {
	had := ""
	table := New(Config{}, func(r *record.Record) {
		if r.Side[tcp.Client].Identity.Signature != nil {
			had += fmt.Sprint(r.Key.APort)
		}
	})
	for _, port := range []uint16{5, 6, 7, 8} {
		v := synView(t)
		v.Key.APort = port
		if table.Observe(v); port == 6 {
			table.who.laps-- // as if one more had been
			table.lap()
		}
	}
	table.Flush()
	if n := table.Stats().SignaturesGivenUp; had != "78" || n != 2 {
		t.Errorf("%s have one, %d are given up", had, n)
	}
}
