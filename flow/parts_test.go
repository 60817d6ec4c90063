package flow

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// rowsOf returns the rows of a table's records, as number/part and what the client sent,
// ":" behind interim ones; step sees the table before each packet.
func rowsOf(c Config, vs []*packet.View, step func(*Table, *packet.View)) string {
	var rows []string
	table := New(c, func(r *record.Record) {
		mark := ""
		if r.Interim {
			mark = ":"
		}
		rows = append(rows, fmt.Sprintf("%d/%d%s %d", r.Conn, r.Part, mark, r.Side[tcp.Client].Packets))
	})
	for _, v := range vs {
		if step != nil {
			step(table, v)
		}
		table.Observe(v)
	}
	table.Flush()
	return strings.Join(rows, ", ")
}

func TestInterim(t *testing.T) {
	const data = " > P. 101:101(0) ack 301\n"
	for name, tt := range map[string]struct{ text, want string }{
		"shorter":           {open3 + "59" + data, "1/1 3"},
		"at its moment":     {open3 + "60" + data, "1/1: 2, 1/2 3"},
		"packets meanwhile": {open3 + "30" + data + "61" + data + "100" + data + "130" + data, "1/1: 3, 1/2: 5, 1/3 6"},
		"silent, and then none is due until the next moment": {open3 + "200" + data + "210" + data + "239" + data + "240" + data,
			"1/1: 2, 1/2: 5, 1/3 6"},
		"an attempt": {"0 > S 100:100(0)\n30 > S 100:100(0)\n70 > S 100:100(0)", "1/1 3"},
		"answered late": {"0 > S 100:100(0)\n70 > S 100:100(0)\n70.1 < S. 300:300(0) ack 101\n70.2 > . 101:101(0) ack 301\n75" + data,
			"1/1: 3, 1/2 4"},
		"closed before":         {closed4 + "70 < F. 301:301(0) ack 102\n", "1/1 4"},
		"reset before":          {open3 + "10 < R. 301:301(0) ack 101\n65 < R. 301:301(0) ack 101\n", "1/1 2"},
		"half closed":           {open3 + "10 > F. 101:101(0) ack 301\n11 < . 301:301(0) ack 102\n70 < F. 301:301(0) ack 102\n", "1/1: 3, 1/2 3"},
		"closes at that moment": {open3 + "61 > F. 101:101(0) ack 301\n62 < F. 301:301(0) ack 102\n63 > . 102:102(0) ack 302\n", "1/1: 2, 1/2 4"},
		"idle: before its end":  {open3 + "700" + data, "1/1: 2, 1/2 2, 2/1 1"},
		"a wrong stamp, and time goes on": {open3 + "61" + data + "600" + data + "70" + data + "130" + data + "190" + data,
			"1/1: 2, 1/2: 3, 1/3: 5, 1/4: 6, 1/5 7"},
		"another takes the ports": {open3 + "70 > S 9000:9000(0)\n70.1 < S. 8000:8000(0) ack 9001\n70.2 > . 9001:9001(0) ack 8001\n", "1/1: 2, 1/2 3, 2/1 1"},
	} {
		if got := rowsOf(Config{Interim: time.Minute}, views(t, 40000, tt.text), nil); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
}

// TestInterimOfDatagrams: only who goes on has a row on the way; of one that fell silent the
// last row comes soon, and has no more to tell.
func TestInterimOfDatagrams(t *testing.T) {
	for text, want := range map[string]string{
		"0 > P 1:1(0)\n0.1 < P 1:1(0)\n":                                "1/1 1",
		"0 > P 1:1(0)\n0.1 < P 1:1(0)\n59 > P 1:1(0)\n":                 "1/1 2",
		"0 > P 1:1(0)\n0.1 < P 1:1(0)\n60 > P 1:1(0)\n":                 "1/1: 1, 1/2 2",
		"0 > P 1:1(0)\n59 > P 1:1(0)\n100 > P 1:1(0)\n110 > P 1:1(0)\n": "1/1: 2, 1/2 4",
		"0 > P 1:1(0)\n61 > P 1:1(0)\n119 > P 1:1(0)\n":                 "1/1: 1, 1/2 3",
		"0 > P 1:1(0)\n61 > P 1:1(0)\n119 > P 1:1(0)\n121 < P 1:1(0)\n": "1/1: 1, 1/2: 3, 1/3 3",
		"0 > P 1:1(0)\n200 > P 1:1(0)\n":                                "1/1 1, 2/1 1",
	} {
		vs := views(t, 40000, text)
		for _, v := range vs {
			v.Key.Proto, v.Seg = packet.ProtoUDP, tcp.Segment{}
		}
		other := *vs[len(vs)-1]
		other.Key.APort, other.At = 1, other.At+200e9 // time goes on
		alone := views(t, 2, "0 > P 1:1(0)\n")[0]
		alone.At = other.At + 200e9
		got := rowsOf(Config{Interim: time.Minute}, append(vs, &other, alone), nil)
		if !strings.HasPrefix(got, want+", ") || strings.Contains(strings.TrimPrefix(got, want), ":") {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// TestInterimIsNotBehindTheEnd: who was silent for too long has no row of a later moment.
func TestInterimIsNotBehindTheEnd(t *testing.T) {
	vs := views(t, 40000, open3+"720 > P. 101:101(0) ack 301")
	if got := rowsOf(Config{Interim: 700 * time.Second}, vs, nil); got != "1/1 2, 2/1 1" {
		t.Error(got)
	}
}

// TestInterimIsOfItsMoment: how long an end was silent is told as of the moment at which the
// row is due, though it is noticed later.
func TestInterimIsOfItsMoment(t *testing.T) {
	var flags []string
	table := New(Config{Interim: 65 * time.Second}, func(r *record.Record) {
		if r.Interim {
			flags = append(flags, string(r.Outcome.AppendFlags(nil)))
		}
	})
	one := views(t, 40000, "0 > S 100:100(0)\n0.02 > . 101:101(0) ack 301\n6 > P. 101:111(10) ack 301")
	for _, v := range one {
		table.Observe(v)
	}
	if at := one[0].At + 66e9; !strings.Contains(string(look(table, at)), "reset?") {
		t.Fatal("nothing depends on the moment")
	}
	table.Pass(one[0].At + 90e9)
	if len(flags) != 1 || strings.Contains(flags[0], "reset?") {
		t.Errorf("%q", flags)
	}
}

// look returns the flags that the first open record would have at a time.
func look(t *Table, at int64) []byte {
	t.standing(t.slab.at(1), at)
	return t.row.Outcome.AppendFlags(nil)
}

// TestInterimSaysAll: an interim row is what the record would have been, had the capture
// ended before the packet that it is due at, but for how it ended.
func TestInterimSaysAll(t *testing.T) {
	vs := views(t, 40000, open3+`
		1 > P. 101:201(100) ack 301
		2 > P. 101:201(100) ack 301
		3 < . 301:301(0) ack 9101
		4 < P. 301:401(100) ack 201
		61 > . 201:201(0) ack 401`)
	text := func(vs []*packet.View, interim bool) (rows []string) {
		table := New(Config{Interim: time.Minute}, func(r *record.Record) {
			if r.Interim != interim {
				return
			}
			var b strings.Builder
			for _, c := range record.Columns() {
				if !slices.Contains([]string{"record", "end_reason", "gates_closed"}, c.Name) {
					fmt.Fprintf(&b, "%s=%s\n", c.Name, c.Append(nil, r))
				}
			}
			rows = append(rows, b.String())
		})
		for _, v := range vs {
			table.Observe(v)
		}
		table.Flush()
		return rows
	}
	got, want := text(vs, true), text(vs[:len(vs)-1], false)
	if len(got) != 1 || got[0] != want[0] {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// TestInterimIsTheConnections: whatever else passes, and however often somebody lets time
// go on, each record has the same rows.
func TestInterimIsTheConnections(t *testing.T) {
	c := Config{Interim: 10 * time.Second}
	of := func(vs []*packet.View, pass bool) []string {
		by := map[string]string{}
		table := New(c, func(r *record.Record) {
			by[fmt.Sprint(r.Port(tcp.Client))] += fmt.Sprintf(" %d %v %v %d %v %v", r.Part, r.Interim, r.Ending, r.End, r.Side, r.Outcome)
		})
		for _, v := range vs {
			if pass {
				table.Pass(v.At - 1)
			}
			table.Observe(v)
		}
		table.Flush()
		var list []string
		for port, rows := range by {
			list = append(list, port+rows)
		}
		slices.Sort(list)
		return list
	}
	dice := rand.New(rand.NewPCG(1, 2))
	var all []*packet.View
	for port := range uint16(50) {
		start, text := dice.Float64()*100, ""
		for i, line := range strings.Split(strings.TrimSpace(open3), "\n") {
			_, rest, _ := strings.Cut(line, " ")
			text += fmt.Sprintf("%f %s\n", start+float64(i)/100, rest)
		}
		for range dice.IntN(20) {
			start += 1 + dice.ExpFloat64()*15
			text += fmt.Sprintf("%f > P. 101:101(0) ack 301\n", start)
		}
		all = append(all, views(t, 40000+port, text)...)
	}
	slices.SortStableFunc(all, func(a, b *packet.View) int { return int(a.At - b.At) })
	last := all[len(all)-1]
	var alone []string
	for port := range uint16(50) {
		vs := slices.DeleteFunc(slices.Clone(all), func(v *packet.View) bool { return v.Key.APort != 40000+port })
		other := *last
		other.Key.APort = 50000
		for _, row := range of(append(vs, &other), false) {
			if !strings.HasPrefix(row, "50000 ") {
				alone = append(alone, row)
			}
		}
	}
	slices.Sort(alone)
	for _, pass := range []bool{false, true} {
		if together := of(all, pass); !slices.Equal(together, alone) {
			t.Errorf("pass %v: %s", pass, difference(together, alone))
		}
	}
}

// difference shows the first rows that differ.
func difference(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return "got\n" + got[i] + "\nwant\n" + want[i]
		}
	}
	return fmt.Sprintf("%d rows, want %d", len(got), len(want))
}

// TestInterimOfTheSilent: rows of connections that fell silent come soon, in the order of
// their numbers, and not too many at once even if time jumps.
func TestInterimOfTheSilent(t *testing.T) {
	const many = 3 * partsPerTick
	rows, most, last := 0, 0, uint64(0)
	table := New(Config{Interim: time.Minute}, func(r *record.Record) {
		if rows++; r.Conn <= last {
			t.Fatalf("%d comes behind %d", r.Conn, last)
		}
		last = r.Conn
	})
	three := views(t, 1, open3)
	for i := range many {
		for _, v := range three {
			v := *v
			v.Key.APort, v.Key.Net, v.At = 1000+uint16(i%50000), uint32(i/50000), v.At+int64(i)*20_000
			v.Seg.At = v.At
			table.Observe(&v)
		}
	}
	watch := func(text string) {
		before := rows
		table.Observe(views(t, 999, text)[0])
		most = max(most, rows-before)
	}
	for at := 10; at < 60; at++ {
		watch(fmt.Sprintf("%d > S 1:1(0)", at))
	}
	if rows != 0 {
		t.Fatalf("%d rows too early", rows)
	}
	for at := 70.0; at < 70.5; at += 0.07 {
		watch(fmt.Sprintf("%f > S 1:1(0)", at))
	}
	if rows != many || most < partsPerTick || most > partsPerTick*3/2 {
		t.Errorf("%d rows, %d at a packet", rows, most)
	}
	if s := table.Stats(); s.Parts != many {
		t.Errorf("%d counted", s.Parts)
	}
}

// TestContinuesWhatLingered: what comes after a finished record was written, and not too
// late, makes one that continues it; what is too late does not.
func TestContinuesWhatLingered(t *testing.T) {
	short := Config{Linger: &Linger{AfterReset: 5 * time.Second, AfterClose: 5 * time.Second}}
	const fin, rst = " < F. 301:301(0) ack 102\n", " < R. 302:302(0) ack 102\n"
	refused := "0 > S 100:100(0)\n0.1 < R. 0:0(0) ack 101\n"
	for name, tt := range map[string]struct {
		c          Config
		text, want string
	}{
		"while it lingers":             {short, closed4 + "4" + fin, "1 syn fin"},
		"after it was written":         {short, closed4 + "6" + fin, "1 syn fin, 2 midstream fin continues 1"},
		"again and again":              {short, closed4 + "6" + fin + "30" + fin, "1 syn fin, 2 midstream fin continues 1, 3 midstream fin continues 2"},
		"too late":                     {short, closed4 + "121" + fin, "1 syn fin, 2 midstream capture-end"},
		"a RST after FINs":             {short, closed4 + "6" + rst, "1 syn fin, 2 midstream fin continues 1"},
		"a refused attempt goes on":    {short, refused + "10 > S 100:100(0)\n10.1 < R. 0:0(0) ack 101\n", "1 syn rst, 2 syn rst continues 1"},
		"too late after a RST":         {short, refused + "61 < R. 0:0(0) ack 101\n", "1 syn rst, 2 midstream rst"},
		"another SYN is another":       {short, closed4 + "6 > S 9000:9000(0)\n6.1 < S. 8000:8000(0) ack 9001\n", "1 syn fin, 2 syn capture-end"},
		"who lingers longer continues": {Config{}, closed4 + "119" + fin, "1 syn fin"},
		"nor longer than that":         {Config{}, closed4 + "121" + fin, "1 syn fin, 2 midstream capture-end"},
	} {
		var got []string
		table := New(tt.c, func(r *record.Record) {
			row := fmt.Sprintf("%d %s %s", r.Conn, r.Opening, r.Ending)
			if r.Continues != 0 {
				row += fmt.Sprintf(" continues %d", r.Continues)
			}
			got = append(got, row)
		})
		for _, v := range views(t, 40000, tt.text) {
			table.Observe(v)
		}
		table.Flush()
		if got := strings.Join(got, ", "); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
}

// TestRowsWithoutPackets: as live, time goes on while nothing comes: parts are written, what
// is finished after its linger, and what comes then continues it.
func TestRowsWithoutPackets(t *testing.T) {
	var rows []string
	table := New(Config{Interim: time.Minute, Linger: &Linger{AfterReset: 5 * time.Second, AfterClose: 5 * time.Second}}, func(r *record.Record) {
		rows = append(rows, fmt.Sprintf("%d/%d %v %d", r.Conn, r.Part, r.Ending, r.Continues))
	})
	want := func(list ...string) {
		t.Helper()
		if !slices.Equal(rows, list) {
			t.Errorf("got %q, want %q", rows, list)
		}
		rows = nil
	}
	for _, v := range views(t, 40000, open3) {
		table.Observe(v)
	}
	for _, v := range views(t, 40001, closed4) {
		table.Observe(v)
	}
	start := views(t, 40000, open3)[0].At
	pass := func(seconds float64) { table.Pass(start + int64(seconds*1e9)) }
	pass(4)
	want()
	pass(6)
	want("2/1 fin 0")
	pass(59)
	want()
	pass(60)
	pass(76)
	want("1/1 open 0")
	pass(110)
	table.Observe(views(t, 40001, "110 < F. 301:301(0) ack 102")[0])
	pass(116)
	want("3/1 fin 2")
	pass(200) // who is silent has no more parts
	want()
	table.Drain()
	want("1/2 flush 0")
}

// TestPartsOverACheckpoint: another Table goes on counting parts, and tombs stay tombs.
func TestPartsOverACheckpoint(t *testing.T) {
	var rows []string
	c := Config{Interim: time.Minute, Linger: &Linger{AfterReset: 5 * time.Second, AfterClose: 5 * time.Second}}
	take := func(r *record.Record) { rows = append(rows, fmt.Sprintf("%d/%d %d", r.Conn, r.Part, r.Continues)) }
	first := New(c, take)
	const data = " > P. 101:101(0) ack 301"
	for _, v := range views(t, 40000, open3+"61"+data) {
		first.Observe(v)
	}
	for _, v := range views(t, 40001, "62 > S 1:1(0)\n62.1 < R. 0:0(0) ack 2\n") {
		first.Observe(v)
	}
	first.Observe(views(t, 40000, "70"+data)[0])
	second := carried(t, first, c, take, 0)
	second.Observe(views(t, 40001, "71 < R. 0:0(0) ack 2")[0])
	second.Observe(views(t, 40000, "121"+data)[0])
	second.Drain()
	if want := []string{"1/1 0", "2/1 0", "1/2 0", "3/1 2", "1/3 0"}; !slices.Equal(rows, want) {
		t.Errorf("got %q, want %q", rows, want)
	}
}

// TestInterimBeforeAnError: an ICMP error that comes behind the moment is not in the row.
func TestInterimBeforeAnError(t *testing.T) {
	var rows []string
	table := New(Config{Interim: time.Minute}, func(r *record.Record) {
		if r.Conn == 401 {
			rows = append(rows, fmt.Sprintf("%d %s", r.Part, r.History.Append(nil)))
		}
	})
	for port := range uint16(400) { // so that the walk does not come by in time
		for _, v := range views(t, 50000+port, open3) {
			table.Observe(v)
		}
	}
	played(t, table, open3+`
		60.01 > . 101:101(0) ack 301 icmp 3.1
		61.00 > P. 101:111(10) ack 301`, func(*record.Packet) {})
	table.Flush()
	if len(rows) != 2 || rows[0] != "1 ShA" || !strings.HasPrefix(rows[1], "2 ShA") || rows[1] == "2 ShAD" {
		t.Errorf("%q", rows)
	}
}
