package flow

import (
	"fmt"
	"testing"

	"onpath/internal/segtext"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// found plays a conversation as frames through a Table, and returns what was found
// in each record: "ID of the end".
func found(t *testing.T, text string) (records [][]string) {
	t.Helper()
	table := New(Config{}, func(r *record.Record) {
		if !r.IsTCP() {
			return
		}
		var all []string
		for _, f := range r.Findings {
			all = append(all, f.ID.String()+" of the "+f.Dir.String())
		}
		records = append(records, all)
	})
	played(t, table, text, func(*record.Packet) {})
	table.Flush()
	return records
}

// played plays a conversation as frames through a Table, and asks about each.
func played(t *testing.T, table *Table, text string, each func(*record.Packet)) {
	t.Helper()
	lines, err := segtext.ParseLines(text)
	if err != nil {
		t.Fatal(err)
	}
	decoder := packet.NewDecoder(packet.Config{})
	for i := range lines {
		data := lines[i].Frame()
		f := packet.Frame{Number: uint64(i + 1), At: lines[i].At, Link: packet.LinkEthernet, Data: data, WireLen: uint32(len(data))}
		var v packet.View
		decoder.Decode(&f, &v)
		p := table.Observe(&v)
		each(&p)
	}
}

// TestQuotedPackets: an ICMP error is about the connection that it quotes, and who sent
// that; nothing else is about any.
func TestQuotedPackets(t *testing.T) {
	var got []string
	played(t, New(Config{}, func(*record.Record) {}), `
		0.00 > S 100:100(0) win 1000
		0.01 > S 100:100(0) win 1000 icmp 3.1
		0.02 < S. 300:300(0) ack 101 win 1000
		0.03 < S. 300:300(0) ack 101 win 1000 icmp 3.1`, func(p *record.Packet) {
		got = append(got, fmt.Sprintf("%d about %d of the %s", p.Conn, p.About, p.Quotes))
	})
	want := "[1 about 0 of the client 2 about 1 of the client 1 about 0 of the client 3 about 1 of the server]"
	if fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}

// has reports whether some record has that finding.
func has(records [][]string, finding string) bool {
	for _, all := range records {
		for _, f := range all {
			if f == finding {
				return true
			}
		}
	}
	return false
}

// TestQuotedConnection: an ICMP error is looked up by what it quotes, and makes no
// entry for it.
func TestQuotedConnection(t *testing.T) {
	got := found(t, `
		0.00 > S 100:100(0) win 1000
		0.01 > S 100:100(0) win 1000 icmp 3.1`)
	if len(got) != 1 || !has(got, "icmp-unreachable-on-syn of the client") {
		t.Errorf("found %v", got)
	}
	if got := found(t, "0.01 > S 100:100(0) win 1000 icmp 3.1"); len(got) != 0 {
		t.Errorf("a quote made a record: %v", got)
	}
}

// TestTriesAgain: another ISN on the same port is another attempt, if an ICMP error ended the
// one before, which is another record.
func TestTriesAgain(t *testing.T) {
	const finding = "syn-different-seq of the client"
	for refusal, want := range map[string]bool{"": true, "0.01 > S 100:100(0) win 1000 icmp 3.13\n": false, "0.01 > S 100:100(0) win 1000 icmp 3.4\n": true} {
		got := found(t, "0.00 > S 100:100(0) win 1000\n"+refusal+"1.00 > S 5000000:5000000(0) win 1000\n")
		if len(got) != 2 || has(got, finding) != want {
			t.Errorf("%q: found %v", refusal, got)
		}
	}
	var again string // ten times, and once more
	for i := range 12 {
		isn := 1_000_000 + 22_000_000*i
		again += fmt.Sprintf("%d.0 > S %d:%d(0) win 1000\n%d.1 > S %d:%d(0) win 1000 icmp 3.1\n", i, isn, isn, i, isn, isn)
	}
	if got := found(t, again); has(got, "syn-flood-in-tuple of the client") || has(got, finding) {
		t.Errorf("found %v", got)
	}
}

// TestRaisedByDatagram: what a segment raised is not said of the next packet.
func TestRaisedByDatagram(t *testing.T) {
	table := New(Config{}, func(*record.Record) {})
	v := views(t, 1000, "0.00 > S 100:100(0) win 1000 <mss 0>")[0]
	v.TCP = make(tcp.Header, tcp.MinHeader)
	if p := table.Observe(v); len(p.Raised) == 0 {
		t.Fatal("nothing is raised")
	}
	if p := table.Observe(&packet.View{Key: packet.Key{Proto: packet.ProtoUDP, APort: 53, BPort: 9}}); len(p.Raised) != 0 {
		t.Errorf("a datagram raises %v", p.Raised)
	}
}

// TestFloodOverRecords: each ISN is a record of its own; the attempts are counted
// over all of them.
func TestFloodOverRecords(t *testing.T) {
	text := ""
	for i := range 20 {
		text += segment(0.01*float64(i), uint32(1_000_000+22_000_000*i))
	}
	if got := found(t, text); !has(got, "syn-flood-in-tuple of the client") {
		t.Errorf("found %v", got)
	}
}

// TestRolesChange: the end that was the server opens the ports again. What it was
// before is told of it, not of the other end.
func TestRolesChange(t *testing.T) {
	got := found(t, `
		0.00 > S 70000000:70000000(0) win 1000
		0.01 < S. 300:300(0) ack 70000001 win 1000
		0.02 > . 70000001:70000001(0) ack 301 win 1000
		0.03 > F. 70000001:70000001(0) ack 301 win 1000
		0.04 < F. 301:301(0) ack 70000002 win 1000
		0.05 > . 70000002:70000002(0) ack 302 win 1000
		1.00 < S 100:100(0) win 1000
		1.01 > S. 80000000:80000000(0) ack 101 win 1000`)
	if len(got) != 2 || !has(got, "port-reuse-after-close of the client") {
		t.Errorf("found %v", got)
	}
	if !has(got, "time-wait-reuse-violation of the server") {
		t.Errorf("the end in TIME-WAIT took a SYN it must not take; found %v", got)
	}
}

// TestCandidateSyn: what a SYN offered that came inside of a living connection holds for
// the one that it begins, which the answer shows.
func TestCandidateSyn(t *testing.T) {
	const before = `
		0.00 > S 100:100(0) win 1000
		0.01 < S. 300:300(0) ack 101 win 1000
		0.02 > P. 101:201(100) ack 301 win 1000
		0.03 < . 301:301(0) ack 201 win 1000
		1.00 > S 50000000:50000000(0) win 1000 <mss 1460,sackOK,TS val 1000 ecr 0,wscale 7>
		1.01 < S. 90000000:90000000(0) ack 50000001 win 1000 <mss 1460,sackOK,TS val 50 ecr 1000,wscale 7>
		1.02 > . 50000001:50000001(0) ack 90000001 win 1000 <TS val 2001 ecr 50>
		1.03 > P. 50000001:50000101(100) ack 90000001 win 1000`
	got := found(t, before)
	if !has(got, "ts-missing-after-negotiation of the client") {
		t.Errorf("what the SYN offered is forgotten; found %v", got)
	}
	if has(got, "ts-unsolicited of the server") || has(got, "ws-unsolicited of the server") {
		t.Errorf("found %v", got)
	}
}

// TestLateSyn: after a long silence a SYN is believed at once, and is the new
// connection's own.
func TestLateSyn(t *testing.T) {
	got := found(t, `
		0.00 > S 100:100(0) win 1000
		0.01 < S. 300:300(0) ack 101 win 1000
		0.02 > P. 101:201(100) ack 301 win 1000
		0.03 < . 301:301(0) ack 201 win 1000
		3000.00 > S 50000000:50000000(0) win 1000 <TS val 1000 ecr 0>
		3000.01 < S. 90000000:90000000(0) ack 50000001 win 1000 <TS val 50 ecr 1000>
		3000.02 > . 50000001:50000001(0) ack 90000001 win 1000 <TS val 2001 ecr 50>
		3000.03 > P. 50000001:50000101(100) ack 90000001 win 1000`)
	if len(got) != 2 || !has(got[1:], "ts-missing-after-negotiation of the client") || has(got, "syn-in-established of the client") {
		t.Errorf("found %v", got)
	}
}

// segment returns a SYN of the client.
func segment(at float64, isn uint32) string {
	return fmt.Sprintf("%.3f > S %d:%d(0) win 1000\n", at, isn, isn)
}

// TestExaggeratedOverRecords: what an earlier record counted was captured.
func TestExaggeratedOverRecords(t *testing.T) {
	got := found(t, `
		0.00 > S 100:100(0) win 1000
		0.01 < S. 300:300(0) ack 101 win 1000
		0.02 > P. 101:201(100) ack 301 win 1000
		0.03 < . 301:301(0) ack 201 win 1000
		3000 > P. 201:211(10) ack 301 win 1000
		3000.01 < . 301:301(0) ack 211 win 1000`)
	if len(got) != 2 || has(got, "syn-ack-bytes-exaggerated of the client") {
		t.Errorf("found %v", got)
	}
}
