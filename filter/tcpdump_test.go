package filter

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onpath/packet"
)

// oracle asks the program tcpdump what it makes of filters.
type oracle struct {
	path   string
	folder string // of a capture without packets for each link type
}

func newOracle(t testing.TB) oracle {
	t.Helper()
	path, err := exec.LookPath("tcpdump")
	if err != nil {
		t.Skip("tcpdump is not installed: nothing to compare with")
	}
	return oracle{path, t.TempDir()}
}

// program returns tcpdump's program; rejected says that it refuses the filter, and why.
func (d oracle) program(t testing.TB, link packet.LinkType, text string, flags ...string) (p Program, rejected string) {
	t.Helper()
	file := filepath.Join(d.folder, link.String())
	if _, err := os.Stat(file); err != nil {
		header := []uint32{0xa1b2c3d4, 4<<16 | 2, 0, 0, 1 << 18, uint32(link)}
		var b bytes.Buffer
		binary.Write(&b, binary.LittleEndian, header)
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return d.ask(append(flags, "-ddd", "-r", file, "--", text)...)
}

// ask runs tcpdump and reads the program it prints.
func (d oracle) ask(args ...string) (p Program, rejected string) {
	out, err := exec.Command(d.path, args...).Output()
	if err != nil {
		why := err.Error()
		if e, ok := err.(*exec.ExitError); ok {
			why = string(e.Stderr)
		}
		return nil, why
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Scan() // how many there are
	for lines.Scan() {
		var i Instruction
		fmt.Sscan(lines.Text(), &i.Op, &i.Jt, &i.Jf, &i.K)
		p = append(p, i)
	}
	return p, ""
}

// rejectsAll is what tcpdump says when its optimizer finds that nothing can match.
const rejectsAll = "expression rejects all packets"

// less are words that we refuse for a link type and tcpdump takes.
var less = map[packet.LinkType]string{
	packet.LinkFDDI:     "ether proto|broadcast|multicast|ether host",
	packet.LinkIPoverFC: "ether proto|broadcast|multicast|ether host",
	packet.LinkATM:      "ether proto",
	packet.LinkPPPPPPD:  "inbound|outbound",
}

// differs reports whether one of the two refuses what the other takes, as it is known
// to: tcpdump knows a shift or a divisor only where it is a number and nothing else, and
// takes some of octets for it, and it has MPLS in few frames; we refuse octets that no
// frame has.
func differs(err error, why string) bool {
	if err != nil && why == "" {
		return strings.Contains(err.Error(), "lies before the frame") || strings.Contains(err.Error(), "more than 31 bits")
	}
	return err == nil && (strings.Contains(why, "more than 31 bits") || strings.Contains(why, "by zero") || strings.Contains(why, "no MPLS support") ||
		strings.Contains(why, "unknown port")) // where there is no /etc/services
}

// compare holds our program for a filter to tcpdump's over frames.
func (d oracle) compare(t *testing.T, link packet.LinkType, text string, frames []frame) {
	t.Helper()
	ours, err := compileFor(text, link)
	ask := func(flags ...string) (Program, string) { return d.program(t, link, text, flags...) }
	isIn := func(word string) bool { return strings.HasPrefix(text, word) }
	if err != nil && less[link] != "" && slices.ContainsFunc(strings.Split(less[link], "|"), isIn) {
		return
	}
	agree(t, fmt.Sprintf("%v %q", link, text), ours, err, ask, len(frames), func(p Program, i int) bool {
		return p.Match(frames[i].data, frames[i].wire)
	})
}

// agree holds our program to tcpdump's two, the optimized one and the plain one, over
// frames that match asks about. Where its optimizer reads less of a frame that is cut
// short, either is right.
func agree(t *testing.T, name string, ours Program, err error, ask func(flags ...string) (Program, string), frames int, match func(p Program, i int) bool) {
	t.Helper()
	optimized, why := ask()
	if strings.Contains(why, rejectsAll) {
		optimized, why = Program{{Op: opRet}}, ""
	}
	if (err != nil) != (why != "") && !differs(err, why) {
		t.Errorf("%s: we say %v, tcpdump %q", name, err, why)
	}
	if err != nil || why != "" {
		return
	}
	if err := ours.Validate(); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	var plain Program
	for i := range frames {
		is := match(ours, i)
		if is == match(optimized, i) {
			continue
		}
		if plain == nil {
			plain, _ = ask("-O")
		}
		if len(plain) == 0 || is != match(plain, i) {
			t.Errorf("%s: frame %d: we say %v, tcpdump does not", name, i, is)
			return
		}
	}
}

func compileFor(text string, link packet.LinkType) (Program, error) {
	f, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return f.Compile(link)
}

// lines returns the lines of a file in testdata that are not empty and no comments.
func lines(t testing.TB, name string) (list []string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			list = append(list, line)
		}
	}
	return list
}

// TestSelectsAsTcpdump: over frames made by dice and over those of the corpus, filters
// select what tcpdump's select.
func TestSelectsAsTcpdump(t *testing.T) {
	d := newOracle(t)
	each := 40
	if os.Getenv("ONPATH_FULL") != "" {
		each = 5000
	}
	known := corpus(t, each)
	if len(known) == 0 {
		t.Log("there is no ../shared: frames made by dice alone")
	}
	for link := range layouts {
		if _, why := d.program(t, link, "ip or ip6"); why != "" {
			t.Logf("%v: tcpdump does not read it: %s", link, why)
			continue
		}
		list := lines(t, "links.txt")
		if link == packet.LinkEthernet {
			list = append(lines(t, "selects.txt"), list...)
		}
		frames := append(newDice(uint64(link)).frames(link, 4000), known[link]...)
		for _, text := range list {
			d.compare(t, link, text, frames)
		}
		t.Logf("%v: %d filters over %d frames", link, len(list), len(frames))
	}
}

// TestServicesAsTcpdump: names of services mean what they mean to tcpdump, which asks
// the system.
func TestServicesAsTcpdump(t *testing.T) {
	d := newOracle(t)
	b, _ := os.ReadFile("/etc/services")
	if s := strings.Join(strings.Fields(string(b)), " "); !strings.Contains(s, " http 80/tcp") || strings.Contains(s, " http 80/udp") || !strings.Contains(s, " https 443/udp") {
		t.Skip("/etc/services is missing, or has others than Debian's")
	}
	frames := newDice(13).frames(packet.LinkEthernet, 3000)
	for _, text := range lines(t, "services.txt") {
		d.compare(t, packet.LinkEthernet, text, frames)
	}
}
