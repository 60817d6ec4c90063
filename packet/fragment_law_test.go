package packet

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"pgregory.net/rapid"
)

// Any way to cut a datagram, in any order, with any of the pieces twice, makes
// the datagram.
func TestFragmentLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.SliceOfN(rapid.Byte(), 9, 4000).Draw(t, "whole")
		of := rapid.SampledFrom([]func([]byte, int, int) *fragment{piece4, piece6}).Draw(t, "family")
		var pieces []*fragment
		for from := 0; from < len(whole); {
			to := min(len(whole), from+8*rapid.IntRange(1, 70).Draw(t, "words"))
			pieces = append(pieces, of(whole, from, to))
			from = to
		}
		pieces = rapid.Permutation(pieces).Draw(t, "order")
		last := len(pieces) - 1
		f := newFragments(FragmentConfig{MaxPieces: 500})
		for i, p := range pieces {
			d, why := f.add(int64(i), p)
			if (why == Decoded) != (i == last) {
				t.Fatalf("fragment %d of %d: %v", i, len(pieces), why)
			}
			if i == last && (!bytes.Equal(d.payload(), whole) || d.overlap || int(d.frames) != len(pieces)) {
				t.Fatalf("not the same: %+v", d)
			}
			if i < last && rapid.Bool().Draw(t, "again") {
				f.add(int64(i), pieces[rapid.IntRange(0, i).Draw(t, "which")])
			}
		}
		if f.stats.Held != 0 || f.stats.Octets != 0 || f.stats.Overlaps != 0 {
			t.Fatalf("left: %+v", f.stats)
		}
	})
}

// A twin written for reading: one array, the first octet to come stays.
func TestFragmentOverlapTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const size = 160
		var twin [size]byte
		var came [size]bool
		f := newFragments(FragmentConfig{})
		overlap, differ := false, false
		for n := 0; ; n++ {
			from := rapid.IntRange(0, size/8-1).Draw(t, "from") * 8
			to := rapid.IntRange(from/8+1, size/8).Draw(t, "to") * 8
			octets := bytes.Repeat([]byte{byte(rapid.IntRange(0, 2).Draw(t, "octet"))}, size)
			twinOfPiece := f.stats.Duplicates
			d, why := f.add(0, piece4(octets, from, to))
			over, diff := false, false
			for i := from; i < to; i++ {
				over = over || came[i]
				diff = diff || came[i] && twin[i] != octets[i]
				if !came[i] {
					twin[i], came[i] = octets[i], true
				}
			}
			overlap = overlap || over && (diff || f.stats.Duplicates == twinOfPiece)
			differ = differ || diff
			done := !slices.Contains(came[:], false)
			if done != (why == Decoded) {
				t.Fatalf("fragment %d, [%d, %d): %v", n, from, to, why)
			}
			if !done {
				continue
			}
			if !bytes.Equal(d.payload(), twin[:]) || d.overlap != overlap || d.differ != differ {
				t.Fatalf("%v %v % x, want %v %v % x", d.overlap, d.differ, d.payload(), overlap, differ, twin)
			}
			return
		}
	})
}

// Whatever comes, memory stays below the bounds, and all of it is free in the end.
func TestFragmentMemoryIsBounded(t *testing.T) {
	config := FragmentConfig{MaxOctets: 1 << 20, MaxDatagrams: 300, MaxPieces: 50}
	f := newFragments(config)
	rng := rand.New(rand.NewPCG(1, 2))
	whole, now := words(65_000), int64(0)
	for range 100_000 {
		from := rng.IntN(2000) * 8
		p := piece4(whole, from, from+1+rng.IntN(1<<rng.IntN(15)))
		p.more = rng.IntN(4) > 0
		p.key.id, p.key.v6 = uint32(rng.IntN(1000)), false
		now += rng.Int64N(second/10) - second/100
		f.add(now, p)
		if f.stats.Octets > config.MaxOctets || f.stats.Held > config.MaxDatagrams {
			t.Fatalf("%+v", f.stats)
		}
	}
	if got := cap(f.blocks.blocks) * blockSize; got > config.MaxOctets+blockSize {
		t.Errorf("%d octets of blocks were made, want at most %d", got, config.MaxOctets)
	}
	if f.stats.Evicted == 0 || f.stats.Datagrams == 0 || f.stats.Overlaps == 0 {
		t.Errorf("the test is too tame: %+v", f.stats)
	}
	f.expire(now + 1000*second)
	if f.stats.Held != 0 || f.stats.Octets != 0 || f.oldest != 0 || f.newest != 0 {
		t.Errorf("after all expired: %+v", f.stats)
	}
}

// FuzzFragments reads a story out of octets, five for each fragment: never a
// panic, bounds hold, every fragment is counted, and what comes out is as long
// as it says.
func FuzzFragments(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x10\x01\x00\x00\x02\x10\x00"))         // in order
	f.Add([]byte("\x00\x00\x02\x10\x00\x00\x00\x00\x10\x01"))         // last first
	f.Add([]byte("\x00\x00\x00\x18\x01\x00\x00\x02\x18\x03\x10\xff")) // overlap
	f.Add([]byte("\x03\x1f\xff\xff\x00\x03\x00\x00\x07\x01"))         // lies
	f.Fuzz(func(t *testing.T, story []byte) {
		s := newFragments(FragmentConfig{MaxOctets: 16 << 10, MaxDatagrams: 3, MaxPieces: 20})
		whole, n := words(70_000), uint64(0)
		for ; len(story) >= 5; story = story[5:] {
			p := fuzzed(story, whole)
			d, why := s.add(int64(story[0])*second, p)
			n++
			if why == Decoded && (len(d.ip) > int(d.wire) || d.wire > 65_575 || d.frames == 0) {
				t.Fatalf("%d of %d octets from %d fragments", len(d.ip), d.wire, d.frames)
			}
		}
		if s.stats.Fragments != n || s.stats.Held > 3 || s.stats.Octets > 16<<10 {
			t.Fatalf("%d fragments: %+v", n, s.stats)
		}
	})
}

// fuzzed is the fragment that five octets describe: family and id, offset,
// length on the wire, and flags with what was captured.
func fuzzed(b, whole []byte) *fragment {
	wire := int(b[3]) << (b[4] >> 4)
	p := &fragment{
		key: key4, header: header4(0, b[4]>>2&3, 0, true, 0), next: ProtoTCP, nextAt: int(b[4] >> 1),
		offset: uint32(binary.BigEndian.Uint16(b[1:])&0x1fff) * 8, wire: uint32(wire),
		more: b[4]&1 == 1, data: whole[:min(wire, 65_000)>>(b[4]>>1&1)],
	}
	if b[0]&1 == 1 {
		p.key, p.header = key6, header6(8, b[4]>>2&3)
	}
	p.key.id = uint32(b[0] >> 6)
	return p
}

func TestFragmentSizes(t *testing.T) {
	if got := unsafe.Sizeof(block{}); got != blockSize {
		t.Errorf("a block takes %d octets, want %d", got, blockSize)
	}
	if got := unsafe.Sizeof(pending{}); got > 128 {
		t.Errorf("a pending datagram takes %d octets, want at most 128", got)
	}
	f := newFragments(FragmentConfig{})
	if cap(f.blocks.blocks)+cap(f.held)+cap(f.heads) != 0 {
		t.Error("an empty store takes memory")
	}
	f.add(0, piece4(words(16), 0, 8))
	if cap(f.blocks.blocks) > 64 || cap(f.held) > 65 {
		t.Errorf("one fragment takes %d blocks and %d datagrams", cap(f.blocks.blocks), cap(f.held))
	}
}

// Once the store has grown, fragments cost no memory.
func TestFragmentDoesNotAllocate(t *testing.T) {
	whole := words(4000)
	pieces := []*fragment{piece4(whole, 0, 1480), piece4(whole, 1480, 2960), piece4(whole, 2960, 4000)}
	f := newFragments(FragmentConfig{})
	if n := testing.AllocsPerRun(100, func() {
		for _, p := range pieces {
			f.add(0, p)
		}
	}); n != 0 {
		t.Errorf("%v allocations a datagram, want 0", n)
	}
}

func BenchmarkFragments(b *testing.B) {
	whole := words(4000)
	pieces := []*fragment{piece4(whole, 0, 1480), piece4(whole, 1480, 2960), piece4(whole, 2960, 4000)}
	f := newFragments(FragmentConfig{})
	for b.Loop() {
		for _, p := range pieces {
			f.add(0, p)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(pieces)), "ns/fragment")
}
