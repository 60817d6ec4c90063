package outcome

import (
	"math/rand/v2"
	"testing"

	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// diced returns facts that dice made: most could not be.
func diced(r *rand.Rand) *Facts {
	f := &Facts{Ends: new([2]conn.Facts), Trail: &Trail{
		shown: mark(r.Uint32() & r.Uint32() & r.Uint32()), run: uint8(r.IntN(6)), first: opening(r.IntN(7)),
		icmp: Rejection(r.IntN(int(numRejections))), attempts: uint16(r.IntN(4)), pause: r.Uint32N(2000), delay: r.Uint32N(4000),
	}}
	if r.IntN(2) == 0 {
		f.Trail.shown |= mark(r.Uint32())
	}
	for d := range f.Ends {
		f.Packets[d], f.Octets[d] = uint64(r.IntN(4)), uint64(r.IntN(2))*uint64(r.IntN(9))
		f.Ends[d].HasRcv, f.Ends[d].HasISS, f.Ends[d].HasFin = r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(2) == 0
		f.Ends[d].HasUna, f.Ends[d].Una = r.IntN(2) == 0, tcp.Seq(r.IntN(3))
		f.Ends[d].Rcv, f.Ends[d].MaxWin, f.Ends[d].Possible = tcp.Seq(r.IntN(3)), uint32(r.IntN(2)), conn.Set(r.IntN(1<<11))
	}
	if r.IntN(3) == 0 {
		f.Found.Add(anomaly.Rows()[r.IntN(len(anomaly.Rows()))].ID)
		f.Sure, f.Tamper = f.Found, uint8(r.IntN(3))
	}
	f.TwoWay, f.Replaced, f.Offloads, f.Evicted = r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(5) == 0, r.IntN(5) == 0
	f.Silent, f.Before, f.Gaps = r.Int64N(3)*50e9, uint64(r.IntN(2)), uint64(r.IntN(2))
	return f
}

// TestNeeds: who asks only what its needs let hold finds what who asks all finds.
func TestNeeds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var classes [NumClasses]int
	var told [len(flags)]int
	for range 200_000 {
		f := diced(r)
		want := Open
		for c := NumClasses - 1; c >= Probe; c-- {
			if rows[c].holds(f) {
				want = c
			}
		}
		if got := classOf(f); got != want {
			t.Fatalf("%v, want %v: %+v %+v", got, want, f, f.Trail)
		}
		classes[want]++
		var all Flags
		for i := range flags {
			if flags[i].holds(f, want) {
				all |= 1 << i
				told[i]++
			}
		}
		if got := flagsOf(f, want); got != all {
			t.Fatalf("%v: flags %b, want %b: %+v %+v", want, got, all, f, f.Trail)
		}
	}
	for c := Probe; c < NumClasses; c++ {
		if classes[c] == 0 {
			t.Errorf("the dice made no %v", c)
		}
	}
	for i, n := range told {
		if n == 0 {
			t.Errorf("the dice never made %s hold", flags[i].name)
		}
	}
}
