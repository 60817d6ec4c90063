package run

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"onpath/anomaly"
	"onpath/check"
	"onpath/packet"
	"onpath/record"
)

// ended is the record of a connection, with a finding if it has a severity.
func ended(conn uint64, worst anomaly.Severity, proto uint8) *record.Record {
	r := &record.Record{Conn: conn, Key: packet.Key{Proto: proto}}
	if worst != 0 {
		r.Findings = []check.Finding{{Severity: worst, Count: 1}}
	}
	return r
}

// Of however many only the worst are kept, and of those alike the first.
func TestChosenAreFew(t *testing.T) {
	var k chosen
	for n := uint64(1000); n > 0; n-- {
		var worst anomaly.Severity
		if n%100 == 0 && n < 800 {
			worst = anomaly.Violation
		}
		k.add(ended(n, worst, packet.ProtoTCP))
	}
	got, err := k.conns()
	want := []uint64{100, 200, 300, 400, 500, 600, 700, 1, 2, 3}
	if err != nil || !slices.Equal(got, want) || cap(k.best) > 4*maxStories {
		t.Errorf("%v of capacity %d, %v; want %v", got, cap(k.best), err, want)
	}
}

func TestChosenIsWanted(t *testing.T) {
	for _, tt := range []struct {
		want uint64
		err  string
	}{
		{2, ""}, {3, "is not TCP"}, {5, "up to 4 here"},
	} {
		k := chosen{want: tt.want}
		for n := uint64(1); n <= 4; n++ {
			proto := uint8(packet.ProtoTCP)
			if n == 3 {
				proto = packet.ProtoUDP
			}
			k.add(ended(n, anomaly.Violation, proto))
		}
		got, err := k.conns()
		if tt.err == "" && !slices.Equal(got, []uint64{tt.want}) || tt.err != "" && !strings.Contains(fmt.Sprint(err), tt.err) {
			t.Errorf("%d: %v, %v", tt.want, got, err)
		}
	}
}

// What is told of is what was read to choose it, however much more there is by then.
func TestChooseCountsPackets(t *testing.T) {
	c := Config{Files: []string{"../../testdata/town.pcap"}, Count: 9}
	conns, packets, err := choose(c, Wanted{Frame: 6})
	if err != nil || packets != 9 || !slices.Equal(conns, []uint64{2}) {
		t.Errorf("%v of %d packets, %v; want connection 2 of 9", conns, packets, err)
	}
}
