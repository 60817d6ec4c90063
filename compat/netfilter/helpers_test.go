package netfilter

import (
	"bufio"
	"cmp"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A file of testdata/helpers holds dialogues, and below each packet what Linux made
// of it. A dialogue begins with its name, and then
//
//	PROTOCOL CLIENT SERVER HELPER
//
// Packets are lines that begin with > (from the client) or <, with the octets quoted
// as in Go; before them may stand how far the packet begins from where the sender's
// octets ended. Below a packet, indented: why it was dropped; "+ what is expected from
// now on, and for how long", "- what no longer is", and "= what was expected and is now
// expected anew", "lives" and for how long the control connection does from now on, where
// the helper says so. A * is any address or any port.

// expecting is as much of a Tracker as a Helper needs: what one connection expects.
type expecting struct {
	helper  Helper
	payload Payload
	memory  Memory
	ends    [2]uint32 // of each direction's octets
	left    bool      // a packet has passed
	open    []Expectation
	touched []Expectation // by this packet
}

// start begins the dialogue that a line of a file describes.
func start(t testing.TB, line string) *expecting {
	f := strings.Fields(line)
	if len(f) != 4 {
		t.Fatalf("%q is no begin of a dialogue", line)
	}
	proto := map[string]uint8{"tcp": protoTCP, "udp": protoUDP}[f[0]]
	client, server := netip.MustParseAddrPort(f[1]), netip.MustParseAddrPort(f[2])
	s := &expecting{helper: named(f[3], proto), ends: [2]uint32{1001, 5001}}
	if s.helper == nil {
		t.Fatalf("%q: no such helper", line)
	}
	orig := Tuple{
		Src: client.Addr().As16(), Dst: server.Addr().As16(),
		SrcPort: client.Port(), DstPort: server.Port(), Proto: proto, V6: client.Addr().Is6(),
	}
	s.payload.Tuples = [2]Tuple{orig, orig.inverse()}
	return s
}

// named returns the helper of that name; nil without one.
func named(name string, proto uint8) Helper {
	for _, k := range known {
		if k.helper.name == name && k.proto == proto {
			return k.helper
		}
	}
	return nil
}

// read shows the helper a packet and returns what came of it, as the files have it.
func (s *expecting) read(d Dir, seq uint32, data []byte) []string {
	was := slices.Clone(s.open)
	s.touched = s.touched[:0]
	p := s.payload
	p.Dir, p.Seq, p.Data, p.Whole = d, seq, data, true
	drop := s.helper.Read(&p, &s.memory, func(e Expectation) bool {
		s.forget(p.Forget)
		p.Forget = 0
		return s.expect(e)
	})
	s.forget(p.Forget)
	var out []string
	if drop != "" {
		out = append(out, "drop "+drop)
		if !s.left {
			s.open = nil // the entry was never confirmed
		}
	}
	s.left = s.left || drop == ""
	out = append(out, s.changes(was)...)
	if p.Refresh > 0 && drop == "" {
		out = append(out, fmt.Sprintf("lives %ds", p.Refresh/1e9))
	}
	return out
}

// forget ends what is open of some classes.
func (s *expecting) forget(c Classes) {
	s.open = slices.DeleteFunc(s.open, func(e Expectation) bool { return c>>e.Class&1 == 1 })
}

// expect opens e, in the place of its former self, or of the oldest of its class.
func (s *expecting) expect(e Expectation) bool {
	policy := s.helper.Policy(e.Class)
	if e.Timeout == 0 {
		e.Timeout = policy.Timeout
	}
	same := func(o Expectation) bool { return o.Tuple == e.Tuple && o.Class == e.Class }
	s.open = slices.DeleteFunc(s.open, same)
	class := func(o Expectation) bool { return o.Class == e.Class }
	if n := len(slices.Collect(having(s.open, class))); n >= policy.Max {
		i := slices.IndexFunc(s.open, class)
		s.open = slices.Delete(s.open, i, i+1)
	}
	s.open = append(s.open, e)
	s.touched = append(s.touched, e)
	return true
}

// having yields the elements of which f is true.
func having(l []Expectation, f func(Expectation) bool) func(func(Expectation) bool) {
	return func(yield func(Expectation) bool) {
		for _, e := range l {
			if f(e) && !yield(e) {
				return
			}
		}
	}
}

// changes says how what is open differs from what was.
func (s *expecting) changes(was []Expectation) (out []string) {
	for _, e := range s.open {
		mark := "+"
		if slices.ContainsFunc(was, func(o Expectation) bool { return o.Tuple == e.Tuple && o.Class == e.Class }) {
			mark = "="
		}
		if mark == "+" || slices.Contains(s.touched, e) {
			out = append(out, fmt.Sprintf("%s %s %ds", mark, text(e), e.Timeout/1e9))
		}
	}
	for _, o := range was {
		if !slices.ContainsFunc(s.open, func(e Expectation) bool { return o.Tuple == e.Tuple && o.Class == e.Class }) {
			out = append(out, "- "+text(o))
		}
	}
	slices.SortFunc(out, cmp.Compare[string])
	return out
}

// text writes an expectation as the files have it.
func text(e Expectation) string {
	side := func(addr [16]byte, port uint16, any, anyPort bool) string {
		a := netip.AddrFrom16(addr)
		if !e.Tuple.V6 {
			a = a.Unmap()
		}
		host, at := a.String(), strconv.Itoa(int(port))
		if e.Tuple.V6 {
			host = "[" + host + "]"
		}
		if any && e.SrcBits > 0 {
			host += "/" + strconv.Itoa(int(e.SrcBits)-96)
		} else if any {
			host = "*"
		}
		if anyPort {
			at = "*"
		}
		return host + ":" + at
	}
	proto := map[uint8]string{protoTCP: "tcp", protoUDP: "udp", protoGRE: "gre"}[e.Tuple.Proto]
	out := proto + " " + side(e.Tuple.Src, e.Tuple.SrcPort, e.AnySrc, e.AnySport) + " > " +
		side(e.Tuple.Dst, e.Tuple.DstPort, false, e.AnyDport)
	if e.Class > 0 {
		out += " class " + strconv.Itoa(int(e.Class))
	}
	if e.Many {
		out += " many"
	}
	return out
}

// dialogue is what a file holds of one: its packets and their answers.
type dialogue struct {
	name, begin string
	packets     []packetLine
}

type packetLine struct {
	line int
	dir  Dir
	off  int
	data []byte
	want []string
}

// dialogues reads a file.
func dialogues(t testing.TB, path string) (all []dialogue) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	name := ""
	sc := bufio.NewScanner(f)
	for n := 1; sc.Scan(); n++ {
		l := sc.Text()
		switch {
		case l == "":
		case strings.HasPrefix(l, "# "):
			name = l[2:]
		case strings.HasPrefix(l, "  "):
			d := &all[len(all)-1]
			p := &d.packets[len(d.packets)-1]
			p.want = append(p.want, l[2:])
		case l[0] == '>' || l[0] == '<':
			d := &all[len(all)-1]
			d.packets = append(d.packets, readPacket(t, path, n, l))
		default:
			all = append(all, dialogue{name: name, begin: l})
		}
	}
	if sc.Err() != nil {
		t.Fatal(sc.Err())
	}
	return all
}

// readPacket reads the line of a packet.
func readPacket(t testing.TB, path string, n int, l string) packetLine {
	p := packetLine{line: n, dir: Original}
	if l[0] == '<' {
		p.dir = Reply
	}
	off, quoted, _ := strings.Cut(l[2:], `"`)
	if off = strings.TrimSpace(off); off != "" {
		v, err := strconv.Atoi(off)
		if err != nil {
			t.Fatalf("%s:%d: %v", path, n, err)
		}
		p.off = v
	}
	data, err := strconv.Unquote(`"` + quoted)
	if err != nil {
		t.Fatalf("%s:%d: %v", path, n, err)
	}
	p.data = []byte(data)
	return p
}

// TestDialogues holds the helpers to what Linux, or where it has no such helper the
// protocol's document, makes of crafted dialogues.
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/helpers/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no dialogues", err)
	}
	for _, path := range files {
		for _, d := range dialogues(t, path) {
			s := start(t, d.begin)
			for _, p := range d.packets {
				seq := s.ends[p.dir] + uint32(p.off)
				if end := seq + uint32(len(p.data)); int32(end-s.ends[p.dir]) > 0 {
					s.ends[p.dir] = end
				}
				got := s.read(p.dir, seq, p.data)
				if !slices.Equal(got, p.want) {
					t.Errorf("%s:%d: %s\n got %q\nwant %q", path, p.line, d.name, got, p.want)
				}
			}
		}
	}
}
