package fingerprint_test

import (
	"math/rand/v2"
	"testing"

	"onpath/fingerprint"
	"onpath/tcp"
)

// variant is a SYN or SYN,ACK as Linux sends it, of which some things are otherwise.
func variant(r *rand.Rand) segment {
	s := linux()
	s.seq, s.id = 1+r.Uint32N(3)/2*r.Uint32(), uint16(1+r.UintN(1<<16-1))
	own, peer := r.Uint32()|1, uint32(0)
	if r.IntN(2) == 0 {
		s.flags, s.ack, peer = tcp.SYN|tcp.ACK, r.Uint32()|1, r.Uint32()
	}
	odd := func(n int) bool { return r.IntN(n) == 0 }
	if odd(9) {
		own = 0
	}
	if odd(9) {
		peer ^= 1
	}
	s.options = join(mss(1460), sok, ts(own, peer), nop, ws(7))
	if odd(3) {
		scale, size := ws(uint8(r.IntN(16))), mss(uint16(1460-r.IntN(2)))
		s.options = [...][]byte{
			join(size, nop, scale, sok, ts(own, peer)), join(size, nop, scale, nop, nop, ts(own, peer), sok, eol, eol),
			join(size, nop, scale, nop, nop, sok), join(size, nop, nop, ts(own, peer)), join(size, nop, scale), size,
			join(size, nop, nop, sok, nop, scale, nop, nop, ts(own, peer)),
		}[r.IntN(7)]
	}
	switch r.IntN(24) {
	case 0:
		s.options = join(mss(1400), nop, nop, sok)
	case 1:
		s.options = join(mss(1460), sok, ts(own, peer), ts(own, 0))
	case 2:
		s.options = join(mss(1460), sok, []byte{8, 9, 1, 1, 1, 1, 0, 0, 0, 0}, nop, nop, nop, ws(7), nop)
	case 3:
		s.options = join(mss(1460), []byte{30, 4, 1, 2}, eol, []byte{0, 0, 0})
	case 4:
		s.options = join(mss(1460), eol, []byte{0, 1, 0})
	case 5:
		s.options = nil
	case 6:
		s.seq = 0
	case 7:
		s.ack ^= 1 << 24
	case 8:
		s.ipFlags = uint8(r.IntN(8))
	case 9:
		s.id = 0
	case 10:
		s.window = uint16(r.Uint32())
	case 11:
		s.flags |= tcp.Flags(1 << r.IntN(9))
	case 12:
		s.v6, s.flow = true, uint32(r.IntN(2))
	case 13:
		s.tos, s.ttl = uint8(r.IntN(4)), uint8(63+r.IntN(2))
	case 14:
		s.ipOptions = []byte{1, 1, 1, 1}
	case 15:
		s.urg = 1
	case 16:
		s.payload = "x"
	}
	return s
}

// TestOf: a signature that is not read again, as the last one looked the same, is the one that
// would be read.
func TestOf(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	table := fingerprint.Table{Database: fingerprint.Own()}
	same, last := 0, fingerprint.Signature{}
	for i := range 50_000 {
		v := variant(r).view()
		if !v.IsTCP() {
			continue
		}
		peerMSS := uint16(1460 + r.IntN(20)/19)
		var f fingerprint.Signature
		ok := f.Read(v, peerMSS)
		n, stamped := table.Of(v, peerMSS)
		id := n.ID()
		if ok != (id != 0) || stamped != (ok && f.Stamped) || ok && *table.Signature(id) != f {
			t.Fatalf("%d: %v, %v is not %v, %+v", i, id, stamped, ok, f)
		}
		if f == last {
			same++
		}
		last = f
	}
	if same < 1000 {
		t.Errorf("%d are as the one before", same)
	}
}

// TestOfForgets: a signature whose place another one took is read again.
func TestOfForgets(t *testing.T) {
	table, v := fingerprint.Table{Database: fingerprint.Own()}, linux().view()
	table.Of(v, 0)
	for n := range 3 * fingerprint.MaxSignatures {
		table.Note(numbered(n))
	}
	var f fingerprint.Signature
	f.Read(v, 0)
	if n, _ := table.Of(v, 0); *table.Signature(n.ID()) != f {
		t.Errorf("%+v", table.Signature(n.ID()))
	}
}

// TestLaps: nor is a signature taken for another one when its place has changed hands
// exactly 1<<16 times, which whoever holds all the others can bring about.
func TestLaps(t *testing.T) {
	table, v := fingerprint.Table{Database: fingerprint.Own()}, linux().view()
	for n := range fingerprint.MaxSignatures {
		table.Note(numbered(n))
	}
	note, _ := table.Of(v, 0)
	for n := range 1 << 16 {
		table.TakeNext(note.ID())
		table.Note(numbered(1<<17 + n))
	}
	if table.Laps() != 1 {
		t.Errorf("%d laps", table.Laps())
	}
	var f fingerprint.Signature
	f.Read(v, 0)
	if n, _ := table.Of(v, 0); *table.Signature(n.ID()) != f {
		t.Errorf("%+v", table.Signature(n.ID()))
	}
}

// TestOfUnusual: of options in an order that no layout has, each octet tells, but for those of
// timestamps that are not zero.
func TestOfUnusual(t *testing.T) {
	table := fingerprint.Table{Database: fingerprint.Own()}
	see := func(options []byte, ordered bool) {
		s := linux()
		s.options = options
		v := s.view()
		if ordered && v.Seg.Layout != 0 {
			t.Fatalf("% x has layout %d", options, v.Seg.Layout)
		}
		var f fingerprint.Signature
		ok := f.Read(v, 0)
		n, stamped := table.Of(v, 0)
		if id := n.ID(); ok != (id != 0) || stamped != (ok && f.Stamped) || ok && *table.Signature(id) != f {
			t.Errorf("% x: %v, %v is not %v, %+v", options, id, stamped, ok, f)
		}
	}
	for _, options := range [][]byte{
		join(sok, nop, nop), join(sok, mss(1460), nop, ws(7), nop, nop), join(sok, mss(1460), nop, ws(7), nop, nop, ts(5, 0)),
		join(ts(1<<24, 0), nop, nop, mss(1460), sok, nop, nop), join(sok, nop, ws(7), nop, nop, nop, nop, nop, nop, nop, nop, nop, nop, nop, nop, mss(1), ts(5, 0)),
	} {
		for len(options)%4 != 0 {
			options = append(options, 1)
		}
		for i, was := range options {
			for _, to := range []byte{0, 1, was ^ 1, was + 1} {
				see(options, true)
				changed := join(options)
				changed[i] = to
				see(changed, false)
			}
		}
	}
}
