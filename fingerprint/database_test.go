package fingerprint_test

import (
	"fmt"
	"strings"
	"testing"

	"onpath/fingerprint"
	"onpath/packet"
	"onpath/tcp"
)

func parse(t testing.TB, text string) *fingerprint.Database {
	t.Helper()
	db, err := fingerprint.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// requests is a database of rules by their labels, all of SYNs.
func requests(t testing.TB, rules ...string) *fingerprint.Database {
	t.Helper()
	text := "[tcp:request]\n"
	for i := 0; i < len(rules); i += 2 {
		text += "label = " + rules[i] + "\nsig = " + rules[i+1] + "\n"
	}
	return parse(t, text)
}

// rule is one of Linux's options, with a TTL, a window with its scale, and quirks.
func rule(ttl, window, quirks string) string {
	return fmt.Sprintf("*:%s:0:*:%s:mss,sok,ts,nop,ws:%s:0", ttl, window, quirks)
}

// TestFind: p0f 3.09's answers to these SYNs of Linux with these databases.
func TestFind(t *testing.T) {
	const df = "df,id+"
	plain := func(*segment) {}
	noID := func(s *segment) { s.id = 0 }
	ttl := func(n uint8) func(*segment) { return func(s *segment) { s.ttl = n } }
	for name, c := range map[string]struct {
		rules  []string
		change func(*segment)
		want   string // label, quality, distance
	}{
		"exact":                     {[]string{"s:unix:A:1", rule("64", "*,*", df)}, ttl(60), "A 1 exact 4"},
		"generic before fuzzy":      {[]string{"s:unix:F:", rule("255", "*,*", df), "g:unix:G:", rule("64", "*,*", df)}, plain, "G generic 0"},
		"exact before generic":      {[]string{"g:unix:G:", rule("64", "*,*", df), "s:unix:A:", rule("64", "*,*", df)}, plain, "A exact 0"},
		"first generic":             {[]string{"g:unix:G:", rule("64", "*,*", df), "g:unix:H:", rule("64", "*,7", df)}, plain, "G generic 0"},
		"first fuzzy, also generic": {[]string{"g:unix:G:", rule("64", "*,*", df), "s:unix:A:", rule("64", "*,*", df)}, noID, "G generic-fuzzy 0"},
		"ID vanished":               {[]string{"s:unix:A:", rule("64", "*,*", df)}, noID, "A fuzzy 0"},
		"DF vanished, no ID":        {[]string{"s:unix:A:", rule("64", "*,*", df)}, func(s *segment) { s.ipFlags, s.id = 0, 0 }, "A fuzzy 0"},
		"ECN appeared":              {[]string{"s:unix:A:", rule("64", "*,*", df)}, func(s *segment) { s.tos = 2 }, "A fuzzy 0"},
		"ECN vanished":              {[]string{"s:unix:A:", rule("64", "*,*", df+",ecn")}, plain, "??? 0"},
		"DF appeared":               {[]string{"s:unix:A:", rule("64", "*,*", "")}, plain, "??? 0"},
		"no ID vanished":            {[]string{"s:unix:A:", rule("64", "*,*", "id-")}, func(s *segment) { s.ipFlags = 0 }, "??? 0"},
		"too far":                   {[]string{"s:unix:A:", rule("64", "*,*", df)}, ttl(20), "A fuzzy 12"},
		"above":                     {[]string{"s:unix:A:", rule("64", "*,*", df)}, ttl(65), "A fuzzy -1"},
		"odd initial TTL":           {[]string{"s:unix:A:", rule("80", "*,*", df)}, ttl(70), "A exact 10"},
		"random TTL":                {[]string{"s:unix:A:", rule("64-", "*,*", df)}, ttl(3), "A exact -1"},
		"above random TTL":          {[]string{"s:unix:A:", rule("64-", "*,*", df)}, ttl(65), "??? -1"},
		"TTL as printed":            {[]string{"s:unix:A:", rule("57+7", "*,*", df)}, ttl(50), "A exact 14"},
		"tool":                      {[]string{"s:!:Tool:x", rule("64", "*,*", df)}, plain, "Tool x exact 0"},
		"tool, ID vanished":         {[]string{"s:!:Tool:x", rule("64", "*,*", df)}, noID, "??? 0"},
		"tool, TTL":                 {[]string{"s:!:Tool:x", rule("64", "*,*", df)}, ttl(200), "??? -1"},
		"mss*44":                    {[]string{"s:unix:A:", rule("64", "mss*44,7", df)}, plain, "A exact 0"},
		"mtu*44":                    {[]string{"s:unix:A:", rule("64", "mtu*44,7", df)}, plain, "??? 0"},
		"64240":                     {[]string{"s:unix:A:", rule("64", "64240,7", df)}, plain, "A exact 0"},
		"%40":                       {[]string{"s:unix:A:", rule("64", "%40,7", df)}, plain, "A exact 0"},
		"%41":                       {[]string{"s:unix:A:", rule("64", "%41,7", df)}, plain, "??? 0"},
		"scale":                     {[]string{"s:unix:A:", rule("64", "*,8", df)}, plain, "??? 0"},
		"IPv6, quirks of IPv4":      {[]string{"s:unix:A:", rule("64", "*,*", df)}, func(s *segment) { s.v6 = true }, "A exact 0"},
		"IPv6, flow label":          {[]string{"s:unix:A:", rule("64", "*,*", df)}, func(s *segment) { s.v6, s.flow = true, 1 }, "??? 0"},
		"IPv4, flow label":          {[]string{"s:unix:A:", rule("64", "*,*", df+",flow")}, plain, "A exact 0"},
		"payload":                   {[]string{"s:unix:A:", rule("64", "*,*", df)}, func(s *segment) { s.payload = "x" }, "??? 0"},
	} {
		f := with(c.change).signature(t, 0)
		m := requests(t, c.rules...).Find(&f)
		got := "???"
		if m.Label != nil {
			got = m.Label.Name + " " + m.Quality()
		}
		if got = fmt.Sprint(got, " ", m.Distance); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestUntold: of a printed line without TTL and identification, what it told counts.
func TestUntold(t *testing.T) {
	v := linux().view()
	v.Text, v.Seg.TTL, v.Seg.IPID = true, 0, 0
	var f fingerprint.Signature
	if !f.Read(v, 0) || f.String() != "4:?+?:0:1460:mss*44,7:mss,sok,ts,nop,ws:df:0" {
		t.Errorf("%v", &f)
	}
	m := requests(t, "s:unix:A:", rule("64", "*,*", "df,id+")).Find(&f)
	if m.Quality() != "fuzzy" || m.Distance != fingerprint.Unknown {
		t.Errorf("%s, %d hops", m.Quality(), m.Distance)
	}
}

// TestLink: the MTU that the MSS tells of, of operating systems alone.
func TestLink(t *testing.T) {
	const links = "[mtu]\nlabel = wire\nsig = 1500\nlabel = other\nsig = 1500\nsig = 1520\n"
	db := parse(t, links+"[tcp:request]\nlabel = s:!:Tool:\nsig = *:64:0:*:1024,0:mss:df,id+:0\n")
	for want, s := range map[string]segment{
		"wire":  linux(),
		"other": with(func(s *segment) { s.v6 = true }),
		"":      opts(),
		" ":     with(func(s *segment) { s.window, s.options = 1024, mss(1460) }),
		"  ":    opts(mss(1300)),
	} {
		f := s.signature(t, 0)
		if m := db.Find(&f); m.Link != strings.TrimSpace(want) {
			t.Errorf("%v: %q, want %q", &f, m.Link, want)
		}
	}
}

// TestAnswers: a SYN,ACK is looked for among responses alone.
func TestAnswers(t *testing.T) {
	const sig = "sig = *:64:0:*:*,*:mss,sok,ts,nop,ws:df,id+:0\n"
	db := parse(t, "[tcp:request]\nlabel = s:unix:Asks:\n"+sig+"[tcp:response]\nlabel = s:unix:Answers:\n"+sig)
	for flags, want := range map[tcp.Flags]string{tcp.SYN: "Asks", tcp.SYN | tcp.ACK: "Answers"} {
		f := with(func(s *segment) { s.flags, s.ack = flags, 1 }).signature(t, 0)
		f.Quirks &^= fingerprint.AckWithout
		if m := db.Find(&f); m.Label == nil || m.Label.Name != want {
			t.Errorf("%v: %+v, want %s", flags, m, want)
		}
	}
}

// TestThen: the first database is asked first.
func TestThen(t *testing.T) {
	mine, own := requests(t, "s:unix:Mine:", rule("64", "*,*", "df,id+")), fingerprint.Own()
	mine = parse(t, "[mtu]\nlabel = my wire\nsig = 1500\n").Then(mine)
	f := linux().signature(t, 0)
	for _, c := range []struct {
		db   *fingerprint.Database
		want string
	}{
		{own, "Linux 5.x-6.x, Ethernet"}, {own.Then(mine), "Linux 5.x-6.x, Ethernet"}, {mine.Then(own), "Mine, my wire"},
	} {
		m := c.db.Find(&f)
		if got := m.Label.Name + ", " + m.Link; got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// TestParseErrors: the line, what is wrong with it, and what is wanted.
func TestParseErrors(t *testing.T) {
	const request = "[tcp:request]\nlabel = s:unix:A:\nsig = "
	for text, want := range map[string]string{
		"sig":                                    `line 1: "sig" is neither a section nor NAME = VALUE; a comment begins with ;`,
		"; x\n\nsig = 3":                         `line 3: "sig" is no name known here; want label, sig or sys behind [mtu], [tcp:request] or [tcp:response]`,
		"[mtu\n":                                 `line 1: the section "[mtu" has no ] at its end`,
		"[mtu]\nsig = 1500":                      `line 2: MTU 1500 has no label before it`,
		"[mtu]\nlabel = a\nsig=0":                `line 3: the MTU is "0"; want a number from 1 to 65535`,
		"[tcp:request]\nsig = 4":                 `line 2: signature "4" has no label before it in its section`,
		"[mtu]\nlabel =":                         `line 2: the label is empty`,
		"[mtu]\nlabel = a\"b":                    `line 2: label "a\"b": only printable ASCII without double quotes and backslashes can be shown`,
		"[tcp:request]\nlabel = s:unix:A":        `line 2: label "s:unix:A": want TYPE:CLASS:NAME:FLAVOR with TYPE s or g, as s:unix:Linux:3.x`,
		"[tcp:request]\nlabel = x:unix:A:":       `line 2: label "x:unix:A:": want TYPE:CLASS:NAME:FLAVOR with TYPE s or g, as s:unix:Linux:3.x`,
		"[tcp:request]\nlabel = s:unix:A\u00e9:": `line 2: label "Aé": only printable ASCII without double quotes and backslashes can be shown`,
		request + "4:64":                         `it has 2 fields; want VER:TTL:OLEN:MSS:WSIZE,SCALE:LAYOUT:QUIRKS:PCLASS`,
		request + "5:64:0:*:*,*:mss::0":          `the version is "5"; want one of * 4 6`,
		request + "4:0:0:*:*,*:mss::0":           `the initial TTL is "0"; want a number from 1 to 255`,
		request + "4:250+9:0:*:*,*:mss::0":       `the distance behind + is "9"; want a number from 0 to 5`,
		request + "4:64:x:*:*,*:mss::0":          `the length of IP options is "x"; want a number from 0 to 255`,
		request + "4:64:0:70000:*,*:mss::0":      `the MSS is "70000"; want a number from 0 to 65535`,
		request + "4:64:0:*:*:mss::0":            `the window is "*"; want WSIZE,SCALE`,
		request + "4:64:0:*:%0,*:mss::0":         `the window is "0"; want a number from 1 to 65535`,
		request + "4:64:0:*:mss*x,*:mss::0":      `the window is "x"; want a number from 1 to 65535`,
		request + "4:64:0:*:*,256:mss::0":        `the window scale is "256"; want a number from 0 to 255`,
		request + "4:64:0:*:*,*:mss,,ts::0":      `"" is no option; want mss, ws, sok, sack, ts, nop, eol+N or ?N`,
		request + "4:64:0:*:*,*:?256::0":         `the option behind ? is "256"; want a number from 0 to 255`,
		request + "4:64:0:*:*,*:eol::0":          `"eol" is no option; want mss, ws, sok, sack, ts, nop, eol+N or ?N`,
		request + "4:64:0:*:*,*:eol+1,nop::0":    `eol must be the last option`,
		request + "4:64:0:*:*,*:eol+41::0":       `the padding behind eol+ is "41"; want a number from 0 to 40`,
		request + "4:64:0:*:*,*:" + strings.Repeat("nop,", 24) + "nop::0": `it has 25 options; p0f keeps 24`,
		request + "4:64:0:*:*,*:mss:df,x:0":                               `"x" is no quirk; want some of df id+ id- ecn 0+ flow seq- ack+ ack- uptr+ urgf+ pushf+ ts1- ts2+ opt+ exws bad`,
		request + "6:64:0:*:*,*:mss:df:0":                                 `quirks "df" are not all of IPv6`,
		request + "4:64:0:*:*,*:mss:flow:0":                               `quirks "flow" are not all of IPv4`,
		request + "4:64:0:*:*,*:mss::1":                                   `the payload class is "1"; want one of * + 0`,
	} {
		_, err := fingerprint.Parse(text)
		if err == nil || !strings.HasSuffix(err.Error(), want) || !strings.HasPrefix(err.Error(), "line ") {
			t.Errorf("%q:\n%v\nwant %s", text, err, want)
		}
	}
}

// TestSkipped: sections of other modules are named, and nothing in them is read.
func TestSkipped(t *testing.T) {
	db := parse(t, "classes = unix\r\n[http:request]\r\nua_os = x\r\nany thing\r\n[mtu]\r\nlabel = a b\r\nsig   = 1500\r\n[http:response]\r\n")
	if fmt.Sprint(db.Skipped, db.Signatures) != "[http:request http:response] 0" {
		t.Errorf("%v, %d signatures", db.Skipped, db.Signatures)
	}
}

// FuzzParse: what can be read is answered with labels that can be shown, and what cannot
// is said with its line.
func FuzzParse(f *testing.F) {
	f.Add("[mtu]\nlabel = a\nsig = 1500\n[tcp:request]\nlabel = s:unix:A:\nsig = 57+7:0:*:%8,*:mss,eol+3,?9:df:0")
	f.Add("[tcp:response]\nlabel = g:!:A:b\nsys = @unix\nsig = *:64-:0:*:mss*4,*:mss,sok,ts,nop,ws:df,id+:*\n[x]\n")
	views := []*packet.View{linux().view(), with(func(s *segment) { s.v6, s.flags, s.ack = true, tcp.SYN|tcp.ACK, 1 }).view()}
	f.Fuzz(func(t *testing.T, text string) {
		db, err := fingerprint.Parse(text)
		if err != nil {
			if bad, ok := err.(*fingerprint.ParseError); !ok || bad.Line < 1 || bad.Line > strings.Count(text, "\n")+1 || db != nil {
				t.Fatalf("%v, %v", db, err)
			}
			return
		}
		for _, v := range views {
			var s fingerprint.Signature
			if !s.Read(v, 1460) {
				t.Fatal("no signature")
			}
			if m := db.Find(&s); m.Label != nil && (m.Label.Name == "" || strings.ContainsFunc(m.Label.Name+m.Link, unshown)) {
				t.Fatalf("%+v", m)
			}
		}
	})
}

// unshown reports whether a column may not hold r.
func unshown(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }

// FuzzSignature: whatever options a SYN has, its signature is printed so that a
// database can have it, and fits itself there.
func FuzzSignature(f *testing.F) {
	f.Add(join(mss(1460), sok, ts(1000, 0), nop, ws(7)), uint16(64240), uint16(0), uint8(64), false)
	f.Add([]byte{2, 3, 5, 0, 5, 1, 1, 1}, uint16(1), uint16(1460), uint8(0), true)
	f.Fuzz(func(t *testing.T, options []byte, window, peer uint16, ttl uint8, v6 bool) {
		s := with(func(s *segment) {
			s.options = options[:min(len(options), 40)&^3]
			s.window, s.ttl, s.v6 = window, ttl, v6
			if peer != 0 {
				s.flags, s.ack = tcp.SYN|tcp.ACK, 1
			}
		})
		g := s.signature(t, peer)
		text := strings.Replace(g.String(), "+?", "", 1)
		section := "[tcp:request]"
		if g.Answer {
			section = "[tcp:response]"
		}
		db, err := fingerprint.Parse(section + "\nlabel = s:unix:A:\nsig = " + text)
		if err != nil {
			t.Fatal(err)
		}
		if m := db.Find(&g); m.Quality() != "exact" {
			t.Fatalf("%s: %q", text, m.Quality())
		}
	})
}
