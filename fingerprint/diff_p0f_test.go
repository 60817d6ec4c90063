package fingerprint_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"onpath/fingerprint"
	"onpath/packet"
	"onpath/source"
	"onpath/tcp"
)

// p0fDatabase is where p0f's own signatures lie; they are read there, never kept here.
const p0fDatabase = "/etc/p0f/p0f.fp"

// said is what p0f, or we, say of one SYN or SYN,ACK.
type said struct{ raw, os, dist, link string }

// talk is who spoke to whom: client, server and "syn" or "syn+ack".
type talk struct{ client, server, mod string }

// TestAgainstP0f: whatever p0f prints of a capture, we say of the same segment.
func TestAgainstP0f(t *testing.T) {
	if _, err := exec.LookPath("p0f"); err != nil {
		t.Skip("p0f is not installed")
	}
	text, err := os.ReadFile(p0fDatabase)
	if err != nil {
		t.Skip(err)
	}
	db, err := fingerprint.Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	captures, lines := captures(t), 0
	for _, path := range captures {
		theirs := p0f(t, path, p0fDatabase)
		if len(theirs) > 0 {
			ours := signatures(t, path, db)
			for who, all := range theirs {
				lines += len(all)
				compare(t, path, who, all, ours[who])
			}
		}
	}
	t.Logf("%d segments of %d captures", lines, len(captures))
	if lines == 0 {
		t.Error("p0f printed nothing")
	}
}

// compare finds each of theirs among ours, in order: p0f passes over what it calls
// part of a connection that it knows.
func compare(t *testing.T, path string, who talk, theirs, ours []said) {
	for _, s := range theirs {
		i := 0
		for i < len(ours) && ours[i].raw != s.raw {
			i++
		}
		if i == len(ours) {
			t.Errorf("%s: %v: p0f %s, not among %d of ours %v", path, who, s.raw, len(ours), ours)
			return
		}
		if got := ours[i]; got != s && !known(got, s) {
			t.Errorf("%s: %v:\n p0f  %v\n ours %v", path, who, s, got)
		}
		ours = ours[i+1:]
	}
}

// known reports whether they differ where we mean to: we give no distance beyond what
// p0f calls excess_dist, and none of a random TTL.
func known(ours, theirs said) bool {
	if ours.dist == "-1" {
		ours.dist = theirs.dist
	}
	return ours == theirs
}

// captures returns every 4th capture of the corpus and of the kernel runs, or all if
// ONPATH_FULL is set.
func captures(t *testing.T) (all []string) {
	t.Helper()
	shared := filepath.Join("..", "..", "shared")
	if _, err := os.Stat(shared); err != nil {
		t.Skipf("the corpus is not here: %v", err)
	}
	n := 0
	for _, dir := range []string{"corpus/captures", "truth"} {
		filepath.WalkDir(filepath.Join(shared, dir)+"/", func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && (dir != "truth" || strings.HasSuffix(path, ".pcap.gz")) {
				if n++; n%4 == 0 || os.Getenv("ONPATH_FULL") != "" {
					all = append(all, path)
				}
			}
			return nil
		})
	}
	return all
}

// p0f returns what p0f prints of a capture; nothing of one that it cannot read.
func p0f(t *testing.T, path, database string) map[talk][]said {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	if strings.HasSuffix(path, ".gz") {
		path = unpacked(t, path)
	}
	exec.Command("p0f", "-f", database, "-r", path, "-o", log, "-m", "100000,100000").Run()
	f, err := os.Open(log)
	if err != nil {
		return nil
	}
	defer f.Close()
	all := map[talk][]said{}
	var last talk
	for lines := bufio.NewScanner(f); lines.Scan(); {
		_, fields, _ := strings.Cut(lines.Text(), "] ")
		field := map[string]string{}
		for _, kv := range strings.Split(fields, "|") {
			name, value, _ := strings.Cut(kv, "=")
			field[name] = value
		}
		switch field["mod"] {
		case "syn", "syn+ack":
			last = talk{field["cli"], field["srv"], field["mod"]}
			all[last] = append(all[last], said{raw: field["raw_sig"], os: field["os"] + field["app"], dist: field["dist"], link: "none"})
		case "mtu":
			all[last][len(all[last])-1].link = field["link"]
		}
	}
	return all
}

// unpacked returns the path of a capture that p0f can read.
func unpacked(t *testing.T, path string) string {
	t.Helper()
	octets, err := exec.Command("gzip", "-dc", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(t.TempDir(), "pcap")
	if err := os.WriteFile(plain, octets, 0o600); err != nil {
		t.Fatal(err)
	}
	return plain
}

// signatures returns what we say of each SYN and SYN,ACK of a capture.
func signatures(t *testing.T, path string, db *fingerprint.Database) map[talk][]said {
	t.Helper()
	all, mss := map[talk][]said{}, map[talk]uint16{}
	in, err := source.Open(path)
	if err != nil {
		return nil
	}
	defer in.Close()
	d := packet.NewDecoder(packet.Config{})
	var f packet.Frame
	var v packet.View
	for {
		if err := in.Next(&f); errors.Is(err, io.EOF) || err != nil {
			return all
		}
		d.Decode(&f, &v)
		if !v.IsTCP() || v.Seg.Flags&tcp.SYN == 0 {
			continue
		}
		var s fingerprint.Signature
		who := talkOf(&v)
		if s.Read(&v, mss[talk{who.client, who.server, "syn"}]) {
			if !s.Answer {
				mss[who] = s.MSS
			}
			all[who] = append(all[who], sayOf(&s, db))
		}
	}
}

func talkOf(v *packet.View) talk {
	a, b := socket(v.Key.AddrA(), v.Key.APort), socket(v.Key.AddrB(), v.Key.BPort)
	if v.FromB {
		a, b = b, a
	}
	if v.Seg.Flags&tcp.ACK != 0 {
		return talk{b, a, "syn+ack"}
	}
	return talk{a, b, "syn"}
}

// socket prints as p0f does, which shortens no IPv6 address.
func socket(a netip.Addr, port uint16) string {
	if a.Is4() {
		return fmt.Sprintf("%v/%d", a, port)
	}
	x := a.As16()
	words := make([]string, 8)
	for i := range words {
		words[i] = fmt.Sprintf("%x", uint16(x[2*i])<<8|uint16(x[2*i+1]))
	}
	return fmt.Sprintf("%s/%d", strings.Join(words, ":"), port)
}

func sayOf(s *fingerprint.Signature, db *fingerprint.Database) said {
	m := db.Find(s)
	name, link := "???", m.Link
	if m.Label != nil {
		name = m.Label.Name
	}
	if link == "" {
		link = "???"
	}
	if s.MSS == 0 || m.Label != nil && m.Label.Tool {
		link = "none"
	}
	return said{s.String(), name, fmt.Sprint(m.Distance), link}
}
