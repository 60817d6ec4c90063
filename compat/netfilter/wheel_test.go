package netfilter

import (
	"math/rand/v2"
	"testing"
)

// dated is packets between few hosts: the next one comes at the time that it is given.
type dated struct {
	stream
	dice *rand.Rand
}

func (d *dated) seenAt(t *Tracker, at int64) Verdict {
	b := make([]byte, 32)
	for i := range b {
		b[i] = byte(d.dice.Uint32())
	}
	d.rest = b
	v := d.next()
	v.At = at
	var out Verdict
	t.Observe(v, &out)
	return out
}

// TestEnds holds the wheel to a twin that looks at each entry after each packet: whoever's
// time is over is gone, in the order of the ends, whatever time passes.
func TestEnds(t *testing.T) {
	for seed := range uint64(200) {
		dice := rand.New(rand.NewPCG(seed, 1))
		last, ended := int64(0), 0
		tracker := New(Config{NoChecksums: true, Event: func(ev *Event) {
			if ev.Kind != EventDestroy {
				return
			}
			if ev.At < last {
				t.Fatalf("seed %d: an end at %d is told after one at %d", seed, ev.At, last)
			}
			last = ev.At
			ended++
		}})
		packets := dated{dice: dice}
		at := int64(1.7e18) + dice.Int64N(1e15)
		for range 300 {
			at += dice.Int64N(1 << (10 + dice.IntN(40))) // up to 13 days
			packets.seenAt(tracker, at)
			for i := uint32(1); i < tracker.table.next; i++ {
				if e := tracker.table.at(i); e.place != 0 && e.expires <= at {
					t.Fatalf("seed %d: at %d there is an entry that ended at %d", seed, at, e.expires)
				}
			}
			if err := tracker.holds(); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		if ended == 0 {
			t.Errorf("seed %d: nothing ended", seed)
		}
	}
}

// TestTimeStepsBack: a packet from the future, or a capture of an older day behind a
// newer one, does not keep entries from ending; times from all over do no harm.
func TestTimeStepsBack(t *testing.T) {
	const day = 86400 * second
	packets := dated{dice: rand.New(rand.NewPCG(1, 2))}
	tracker := New(Config{NoChecksums: true})
	at := int64(1.7e18)
	for range 100 {
		at += second
		packets.seenAt(tracker, at)
	}
	packets.seenAt(tracker, at+20000*day)
	at -= 300 * day
	for range 2000 {
		at += second
		packets.seenAt(tracker, at)
	}
	for i := uint32(1); i < tracker.table.next; i++ {
		if e := tracker.table.at(i); e.place != 0 && e.expires < at-3*second {
			t.Errorf("at %d there is still an entry that ended at %d", at, e.expires)
		}
	}
	for _, at := range []int64{-1 << 63, 0, -1, latest, 1 << 62, -1 << 62, at, never, 0} {
		packets.seenAt(tracker, at)
		if err := tracker.holds(); err != nil {
			t.Fatalf("at %d: %v", at, err)
		}
	}
}

// TestRoom: a full table gives up who may go early and ends first, about; a
// connection that was refreshed is not the one.
func TestRoom(t *testing.T) {
	packets := dated{dice: rand.New(rand.NewPCG(3, 4))}
	tracker := New(Config{NoChecksums: true, MaxEntries: 8})
	at := int64(1.7e18)
	for range 5000 {
		at += packets.dice.Int64N(5 * second)
		packets.seenAt(tracker, at)
		if err := tracker.holds(); err != nil {
			t.Fatal(err)
		}
	}
	if s := tracker.Stats(); s.Early == 0 || s.Entries > 8 {
		t.Errorf("%+v", s)
	}
}
