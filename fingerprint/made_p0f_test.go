package fingerprint_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"onpath/fingerprint"
	"onpath/tcp"
)

// made is how many SYNs, and answers to them, are made for p0f.
const made = 4000

// TestMadeAgainstP0f: p0f says what we say of SYNs made by dice and of answers to them,
// with its database and with ours.
func TestMadeAgainstP0f(t *testing.T) {
	if _, err := exec.LookPath("p0f"); err != nil {
		t.Skip("p0f is not installed")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "made.pcap")
	if err := os.WriteFile(path, makeCapture(rand.New(rand.NewPCG(seed(), 2))), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, database := range map[string]string{"p0f's": p0fDatabase, "ours": ownFile(t, dir)} {
		text, err := os.ReadFile(database)
		if err != nil {
			t.Log(err)
			continue
		}
		db, err := fingerprint.Parse(string(text))
		if err != nil {
			t.Fatal(err)
		}
		theirs, ours := p0f(t, path, database), signatures(t, path, db)
		if len(theirs) < made {
			t.Fatalf("%s: p0f printed %d segments", name, len(theirs))
		}
		hits := 0
		for who, all := range theirs {
			if compare(t, path, who, all, ours[who]); all[0].os != "???" {
				hits++
			}
		}
		t.Logf("with %s database: %d segments, %d known", name, len(theirs), hits)
	}
}

// seed is ONPATH_SEED, or 1.
func seed() uint64 {
	n, err := strconv.ParseUint(os.Getenv("ONPATH_SEED"), 10, 64)
	if err != nil {
		return 1
	}
	return n
}

// ownFile is our database as a file for p0f.
func ownFile(t *testing.T, dir string) string {
	t.Helper()
	text := []byte("classes = unix\n")
	for _, name := range []string{"linux.fp", "links.fp"} {
		part, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, part...)
	}
	path := filepath.Join(dir, "own.fp")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// makeCapture is a pcap of raw IP.
func makeCapture(d *rand.Rand) []byte {
	le := binary.LittleEndian
	out := le.AppendUint32(nil, 0xa1b2c3d4)
	out = append(out, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 101, 0, 0, 0)
	put := func(i int, s segment) {
		data := s.wire()
		out = le.AppendUint32(out, 1e9+uint32(i/1000))
		out = le.AppendUint32(out, uint32(i%1000)*1000)
		out = append(le.AppendUint32(le.AppendUint32(out, uint32(len(data))), uint32(len(data))), data...)
	}
	for i := range made {
		syn, answer := diced(d), diced(d)
		answer.v6, answer.back = syn.v6, true
		syn.from, syn.to = uint16(10000+i), 80
		answer.from, answer.to = syn.to, syn.from
		answer.flags |= tcp.ACK
		answer.ack = [...]uint32{syn.seq + 1, 0}[min(d.IntN(20), 1)^1]
		put(i, syn)
		put(i, answer)
	}
	return out
}

func one[T any](d *rand.Rand, all ...T) T { return all[d.IntN(len(all))] }

// diced is a SYN like Linux's, with some of its fields drawn.
func diced(d *rand.Rand) segment {
	s := linux()
	s.v6 = d.IntN(3) == 0
	for range d.IntN(4) {
		changes[d.IntN(len(changes))](d, &s)
	}
	return s
}

// changes are what may be other than Linux has it.
var changes = []func(*rand.Rand, *segment){
	func(d *rand.Rand, s *segment) { s.ttl = byte(1 + d.IntN(255)) },
	func(d *rand.Rand, s *segment) { s.window = dicedWindow(d) },
	func(d *rand.Rand, s *segment) { s.options = dicedOptions(d) },
	func(d *rand.Rand, s *segment) { s.options = dicedOptions(d) },
	func(d *rand.Rand, s *segment) {
		if len(s.options) > 3 {
			s.options[3] = byte(d.IntN(256))
		}
	},
	func(d *rand.Rand, s *segment) { s.ipFlags, s.id = byte(d.IntN(4))<<1, one[uint16](d, 0, 1, 7) },
	func(d *rand.Rand, s *segment) { s.flow, s.tos = one[uint32](d, 0, 5), one[byte](d, 0, 1, 2, 3, 4) },
	func(d *rand.Rand, s *segment) { s.seq, s.urg = one[uint32](d, 0, 9), one[uint16](d, 0, 9) },
	func(d *rand.Rand, s *segment) {
		s.flags |= one(d, tcp.PSH, tcp.URG, tcp.ECE, tcp.CWR, tcp.AE, tcp.ECE|tcp.CWR)
	},
	func(d *rand.Rand, s *segment) { s.ack = d.Uint32() },
	func(d *rand.Rand, s *segment) { s.payload = one(d, "x", "xyz") },
	func(d *rand.Rand, s *segment) { s.ipOptions = nops(4 * d.IntN(4)) },
}

// dicedWindow is often a multiple of what p0f tries.
func dicedWindow(d *rand.Rand) uint16 {
	of := one(d, 1, 1460, 1448, 1440, 1428, 1500, 1400, 1388, 1240, 1228, 1280, 1300, 1460-12, 536, 524)
	return uint16(of * d.IntN(1+65535/of))
}

// dicedOptions are whole ones, and now and then anything.
func dicedOptions(d *rand.Rand) (o []byte) {
	if d.IntN(4) == 0 {
		o = join(mss(one[uint16](d, 1460, 1400, 1331, 1240, 99, 100, 8960)), sok, ts(d.Uint32N(3), 0), nop, ws(byte(d.IntN(16))))
	}
	for d.IntN(6) != 0 && len(o) < 36 {
		o = append(o, one(d, mss(uint16(d.IntN(1600))), ws(byte(d.IntN(18))), sok, ts(d.Uint32N(3), d.Uint32N(3)), nop, nop, eol,
			[]byte{5, 10, 1, 2, 3, 4, 5, 6, 7, 8}, []byte{34, 2}, []byte{byte(d.IntN(256)), byte(d.IntN(12)), byte(d.IntN(2))})...)
	}
	for len(o)%4 != 0 {
		o = append(o, one[byte](d, 0, 1, 1))
	}
	return o[:min(len(o), 40)]
}

func (s said) String() string { return fmt.Sprintf("%s %q %s %q", s.raw, s.os, s.dist, s.link) }
