package flow

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"onpath/packet"
	"onpath/record"
)

func TestClock(t *testing.T) {
	const s, day = int64(1e9), int64(24 * 3600e9)
	var c Clock
	for i, tt := range []struct {
		at   int64
		want bool
	}{
		{0, true}, {s, true}, {s + 1, false}, {s - s/2, false}, {s + 2, false}, // a step back is none
		{9 * day, false}, {2 * s, true}, // nobody else was there
		{9 * day, false}, {9*day + 1, true}, // somebody was
		{3 * s, false}, {9*day + s, false}, {9*day + 2*s, true},
	} {
		if got := c.Pass(tt.at); got != tt.want {
			t.Errorf("packet %d at %d: %v", i, tt.at, got)
		}
	}
	for range manyBehind - 1 {
		if c.Pass(s) {
			t.Fatal("time was set back too early")
		}
	}
	if !c.Pass(s) || !c.Pass(2*s) {
		t.Error("time was never set back")
	}
}

// TestEndsDoNotDependOnOthers: a record ends at the same packet and tells the same
// whether its Table holds all connections or some of them.
func TestEndsDoNotDependOnOthers(t *testing.T) {
	views := diceTraffic(4000)
	alone, apart := endsIn(views, 1), endsIn(views, 3)
	if len(alone) < 500 || !slices.Equal(alone, apart) {
		for i := range min(len(alone), len(apart)) {
			if alone[i] != apart[i] {
				t.Fatalf("of %d and %d records\n%s\n%s", len(alone), len(apart), alone[i], apart[i])
			}
		}
		t.Fatalf("%d and %d records", len(alone), len(apart))
	}
}

// endsIn returns what n Tables with one Clock write, with the packet at which they did.
func endsIn(views []packet.View, n int) (ends []string) {
	now := 0
	var tables []*Table
	for range n {
		tables = append(tables, New(Config{}, func(r *record.Record) {
			ends = append(ends, fmt.Sprint(now, r.Key.APort, r.Start, r.End, r.Ending, r.Side[0].Packets, r.Side[1].Packets))
		}))
	}
	var c Clock
	for i := range views {
		v := views[i]
		if now = i; c.Pass(v.At) {
			for _, t := range tables {
				t.Tick(v.At)
			}
		}
		t := tables[int(v.Key.APort)%n]
		t.now = v.At
		t.take(&v, t.hash(&v.Key), 0)
	}
	slices.Sort(ends)
	return ends
}

// diceTraffic makes n packets of 64 conversations whose time goes on by leaps of all
// sizes, now and then back.
func diceTraffic(n int) []packet.View {
	dice := rand.New(rand.NewPCG(1, 2))
	all := make([]packet.View, n)
	at := int64(1e18)
	for i := range all {
		d := [6]byte{byte(dice.Uint32()), byte(dice.Uint32()), byte(dice.Uint32()), byte(dice.Uint32()), byte(dice.Uint32()), byte(dice.Uint32())}
		if at += int64(dice.ExpFloat64() * 2e9); dice.IntN(300) == 0 {
			at += int64(dice.IntN(1000)-200) * 1e9
		}
		v := diceView(d[:])
		v.Key.APort, v.Number, v.At, v.Seg.At = uint16(dice.IntN(64)), uint64(i+1), at, at
		all[i] = *v
	}
	return all
}
